/** Which place a code names: a million of them in about 60 MB, found without making a string. */

const FNV_START = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
const MAX_ID_BYTES = 30;
const DASH = 0x2d;
const ZERO = 0x30;
const MAX_CELL = (1n << 62n) - 1n;

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_START;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  // The low bits are what is used: the high ones are mixed in.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}

function doubled<T extends Uint32Array | Int32Array | Uint8Array>(array: T, least: number): T {
  const grown = new (array.constructor as new (length: number) => T)(Math.max(least, array.length * 2));
  grown.set(array);
  return grown;
}

/** Places in order of (cell, n): the number of a place is its position in that order. */
export class PlaceIndex {
  size = 0;
  /** Halves of each place's level-31 cell. */
  high = new Uint32Array(1024);
  low = new Uint32Array(1024);
  n = new Int32Array(1024);
  /** Position in `divisions` of each place's. */
  division = new Int32Array(1024);
  /** Ids of divisions; 0: inside none. */
  readonly divisions: number[] = [0];
  readonly #divisionNumbers = new Map([[0, 0]]);
  /** Codes one behind the other; that of place i begins at starts[i]. */
  #codes = new Uint8Array(16_384);
  #starts = new Uint32Array(1025);
  /** Pairs of a code's hash and its place + 1, by hash; place 0: free. Side by side, so that a look takes one line of cache. */
  #slots = new Int32Array(0);
  #mask = 0;

  /** Takes the next place in order of (cell, n). @param start @param end of its code; equal: it has none. */
  add(high: number, low: number, n: number, division: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.size++;
    if (at >= this.n.length) this.#grow();
    this.high[at] = high;
    this.low[at] = low;
    this.n[at] = n;
    this.division[at] = this.#divisionNumber(division);
    let pos = this.#starts[at]!;
    if (pos + end - start > this.#codes.length) this.#codes = doubled(this.#codes, pos + end - start);
    for (let i = start; i < end; i++) this.#codes[pos++] = bytes[i]!;
    this.#starts[at + 1] = pos;
  }

  /** To be called once, when all places are there. */
  end(): this {
    let slots = 1024;
    while (slots < this.size * 2) slots *= 2;
    this.#slots = new Int32Array(slots * 2);
    this.#mask = slots - 1;
    for (let place = 0; place < this.size; place++) {
      const [start, end] = [this.#starts[place]!, this.#starts[place + 1]!];
      if (start === end) continue;
      const hash = hashOf(this.#codes, start, end);
      let slot = hash & this.#mask;
      while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[2 * slot] = hash;
      this.#slots[2 * slot + 1] = place + 1;
    }
    return this;
  }

  /** The place that has a code, given as UTF-8; -1: none. */
  findCode(bytes: Uint8Array, start: number, end: number): number {
    if (end === start) return -1;
    const slots = this.#slots;
    const hash = hashOf(bytes, start, end);
    let slot = hash & this.#mask;
    for (let place = slots[2 * slot + 1]!; place !== 0; place = slots[2 * slot + 1]!) {
      if (slots[2 * slot] === hash && this.#hasCode(place - 1, bytes, start, end)) return place - 1;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #hasCode(place: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.#starts[place]!;
    if (this.#starts[place + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i++, at++) if (this.#codes[at] !== bytes[i]) return false;
    return true;
  }

  /** The place with an id `<cell>-<n>`; -1: none, or it is no such id. */
  findId(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > MAX_ID_BYTES) return -1;
    let dash = -1;
    for (let i = start; i < end; i++) {
      const digit = bytes[i]! - ZERO;
      if (bytes[i] === DASH && dash < 0) dash = i;
      else if (digit < 0 || digit > 9) return -1;
    }
    if (dash <= start || dash === end - 1) return -1;
    const digits = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
    const cell = BigInt(digits(start, dash));
    return cell > MAX_CELL
      ? -1
      : this.find(Number(cell >> 32n), Number(cell & 0xffffffffn), Number(digits(dash + 1, end)));
  }

  /** The place with a key, by halving; -1: none. */
  find(high: number, low: number, n: number): number {
    let [first, last] = [0, this.size];
    while (first < last) {
      const middle = (first + last) >>> 1;
      if (this.#compare(middle, high, low, n) < 0) first = middle + 1;
      else last = middle;
    }
    return first < this.size && this.#compare(first, high, low, n) === 0 ? first : -1;
  }

  #compare(place: number, high: number, low: number, n: number): number {
    return this.high[place]! - high || this.low[place]! - low || this.n[place]! - n;
  }

  #divisionNumber(id: number): number {
    const found = this.#divisionNumbers.get(id);
    if (found !== undefined) return found;
    this.#divisionNumbers.set(id, this.divisions.length);
    return this.divisions.push(id) - 1;
  }

  #grow(): void {
    const least = this.n.length * 2;
    this.high = doubled(this.high, least);
    this.low = doubled(this.low, least);
    this.n = doubled(this.n, least);
    this.division = doubled(this.division, least);
    this.#starts = doubled(this.#starts, least + 1);
  }
}
