const CHUNK = 65_536;

/** Page number by case id. Ids are about dense: two bytes each, in chunks that are there only where ids are. */
export class IdPages {
  readonly #chunks = new Map<number, Uint16Array>();

  /** -1: none. */
  get(id: number): number {
    return (this.#chunks.get(Math.floor(id / CHUNK))?.[id % CHUNK] ?? 0) - 1;
  }

  /** @param page 0..65534, or -1 for none. */
  set(id: number, page: number): void {
    const key = Math.floor(id / CHUNK);
    let chunk = this.#chunks.get(key);
    if (!chunk) {
      if (page < 0) return;
      this.#chunks.set(key, (chunk = new Uint16Array(CHUNK)));
    }
    chunk[id % CHUNK] = page + 1;
  }
}
