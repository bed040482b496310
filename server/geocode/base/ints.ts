/** A column of integers that grows. */
export class Ints {
  private values = new Int32Array(1024);

  get(at: number): number {
    return this.values[at]!;
  }

  set(at: number, value: number): void {
    if (at >= this.values.length) {
      const wider = new Int32Array(Math.max(at + 1, Math.ceil(this.values.length * 1.5)));
      wider.set(this.values);
      this.values = wider;
    }
    this.values[at] = value;
  }
}

/** Numbers for strings, from 1 on. 0 is no string, −1 one that was never seen. */
export class Strings {
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [''];

  add(text: string): number {
    if (text === '') return 0;
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    this.texts.push(text);
    this.ids.set(text, this.texts.length - 1);
    return this.texts.length - 1;
  }

  find(text: string): number {
    return text === '' ? 0 : (this.ids.get(text) ?? -1);
  }

  text(id: number): string {
    return this.texts[id] ?? '';
  }
}
