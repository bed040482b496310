const ROOT = 1;

/** Words by their UTF-16 units, for longest match. Nodes are numbered; one open-addressed table holds all edges but the root's. */
export class Trie {
  private readonly roots = new Int32Array(65536);
  private slots = new Int32Array(1024);
  private parents = new Int32Array(512);
  private codes = new Uint16Array(512);
  private values = new Int32Array(512);
  private size = ROOT + 1;
  /** End of the last match of `longest`. */
  end = 0;

  private slotOf(parent: number, code: number): number {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(parent, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const node = this.slots[slot]!;
      if (node === 0 || (this.parents[node] === parent && this.codes[node] === code)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private child(parent: number, code: number): number {
    return parent === ROOT ? this.roots[code]! : this.slots[this.slotOf(parent, code)]!;
  }

  private grow(): void {
    const wider = <T extends Int32Array | Uint16Array>(from: T, to: T): T => (to.set(from), to);
    const capacity = this.parents.length * 2;
    this.parents = wider(this.parents, new Int32Array(capacity));
    this.codes = wider(this.codes, new Uint16Array(capacity));
    this.values = wider(this.values, new Int32Array(capacity));
    this.slots = new Int32Array(capacity * 2);
    for (let node = ROOT + 1; node < this.size; node++) {
      const parent = this.parents[node]!;
      if (parent !== ROOT) this.slots[this.slotOf(parent, this.codes[node]!)] = node;
    }
  }

  /** @param value above 0; replaces what stood at the word. */
  set(word: string, value: number): void {
    let at = ROOT;
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i);
      let next = this.child(at, code);
      if (next === 0) {
        if (this.size === this.parents.length) this.grow();
        next = this.size++;
        this.parents[next] = at;
        this.codes[next] = code;
        if (at === ROOT) this.roots[code] = next;
        else this.slots[this.slotOf(at, code)] = next;
      }
      at = next;
    }
    this.values[at] = value;
  }

  /** The value of a whole word, 0 where there is none. */
  get(word: string): number {
    let at = ROOT;
    for (let i = 0; i < word.length && at !== 0; i++) at = this.child(at, word.charCodeAt(i));
    return at === 0 ? 0 : this.values[at]!;
  }

  /** The value of the longest word that starts at `from` and ends by `to`; its end is left in `end`. 0 where there is none. */
  longest(codes: Uint16Array, from: number, to: number): number {
    let at = from < to ? this.roots[codes[from]!]! : 0;
    let found = 0;
    for (let i = from + 1; at !== 0; i++) {
      const value = this.values[at]!;
      if (value !== 0) {
        found = value;
        this.end = i;
      }
      if (i >= to) break;
      at = this.slots[this.slotOf(at, codes[i]!)]!;
    }
    return found;
  }
}
