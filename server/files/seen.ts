const MIN_SLOTS = 1 << 12;

/** FNV-1a over UTF-16 units, twice with different starts: 64 bits together. */
function hashes(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [a >>> 0, b >>> 0];
}

/**
 * Which ids of a file have been seen, and where: 12 bytes a slot instead of a string each, so that tens of millions fit. Two
 * different ids are taken for one with a chance of n² / 2^65: 4e-5 at 40 million.
 */
export class SeenIds {
  #first = new Uint32Array(MIN_SLOTS);
  #second = new Uint32Array(MIN_SLOTS);
  /** Line of the first sight; 0: the slot is free. */
  #lines = new Uint32Array(MIN_SLOTS);
  #size = 0;

  #slot(a: number, b: number): number {
    const mask = this.#lines.length - 1;
    let slot = a & mask;
    while (this.#lines[slot] !== 0 && !(this.#first[slot] === a && this.#second[slot] === b)) slot = (slot + 1) & mask;
    return slot;
  }

  /** The line on which an id was first seen, or null. */
  lineOf(id: string): number | null {
    return this.#lines[this.#slot(...hashes(id))] || null;
  }

  /** Notes an id. @param line ≥ 1. */
  add(id: string, line: number): void {
    const [a, b] = hashes(id);
    const slot = this.#slot(a, b);
    if (this.#lines[slot] !== 0) return;
    this.#first[slot] = a;
    this.#second[slot] = b;
    this.#lines[slot] = line;
    if (++this.#size * 2 > this.#lines.length) this.#grow();
  }

  #grow(): void {
    const [first, second, lines] = [this.#first, this.#second, this.#lines];
    this.#first = new Uint32Array(lines.length * 2);
    this.#second = new Uint32Array(lines.length * 2);
    this.#lines = new Uint32Array(lines.length * 2);
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? 0;
      if (line === 0) continue;
      const slot = this.#slot(first[i] ?? 0, second[i] ?? 0);
      this.#first[slot] = first[i] ?? 0;
      this.#second[slot] = second[i] ?? 0;
      this.#lines[slot] = line;
    }
  }
}
