/** Records of one chunk, a column an array. */

/** Where a record is that has no place. */
export const NO_PLACE = -1;

/** Grows as records come. */
export class RecordRows {
  size = 0;
  notLocated = 0;
  /** Number in the PlaceIndex, or NO_PLACE. */
  place: Int32Array;
  class: Uint8Array;
  /** After 2000-01-01. */
  day: Int32Array;
  /** Keys one behind the other: that of row i ends at keyEnds[i]. */
  keyEnds: Int32Array;
  keys: Uint8Array;

  /** @param rows @param keyBytes expected. */
  constructor(rows: number, keyBytes: number) {
    const size = Math.max(16, rows);
    this.place = new Int32Array(size);
    this.class = new Uint8Array(size);
    this.day = new Int32Array(size);
    this.keyEnds = new Int32Array(size);
    this.keys = new Uint8Array(Math.max(256, keyBytes));
  }

  add(place: number, classIndex: number, day: number, bytes: Uint8Array, start: number, end: number): void {
    const row = this.size++;
    if (row >= this.place.length) this.#grow();
    this.place[row] = place;
    this.class[row] = classIndex;
    this.day[row] = day;
    if (place === NO_PLACE) this.notLocated++;
    let pos = row === 0 ? 0 : this.keyEnds[row - 1]!;
    if (pos + end - start > this.keys.length) this.#growKeys(pos + end - start);
    const { keys } = this;
    for (let i = start; i < end; i++) keys[pos++] = bytes[i]!;
    this.keyEnds[row] = pos;
  }

  /** Key of a row, as text. */
  key(row: number): string {
    const start = row === 0 ? 0 : this.keyEnds[row - 1]!;
    return Buffer.from(this.keys.buffer, start, this.keyEnds[row]! - start).toString('utf8');
  }

  /** Rows in order of their place, those without one last; rows of one place as they came. */
  order(): Int32Array {
    // Place and row in one number: sorting numbers needs no comparing function, which is ten times as fast.
    const scale = 2 ** 24;
    const sorted = new Float64Array(this.size);
    for (let row = 0; row < this.size; row++) {
      const place = this.place[row]!;
      sorted[row] = (place === NO_PLACE ? 2 ** 28 : place) * scale + row;
    }
    sorted.sort();
    return Int32Array.from(sorted, (value) => value % scale);
  }

  #grow(): void {
    const grow = <T extends Int32Array | Uint8Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    const size = this.place.length * 2;
    this.place = grow(new Int32Array(size), this.place);
    this.class = grow(new Uint8Array(size), this.class);
    this.day = grow(new Int32Array(size), this.day);
    this.keyEnds = grow(new Int32Array(size), this.keyEnds);
  }

  #growKeys(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.keys.length * 2));
    grown.set(this.keys);
    this.keys = grown;
  }
}
