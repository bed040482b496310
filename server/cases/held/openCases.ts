import type { CaseStatus } from '../words.ts';
import type { HeldCase } from './fields.ts';

/** An open case with what a tile says of it. */
export interface OpenCase extends HeldCase {
  statusName: CaseStatus;
  caseNo: string;
  /** Level-31 tile coordinate. */
  x31: number;
  y31: number;
  /** Milliseconds since 1970, with their fraction. */
  yellowAt: number | null;
  dueAt: number | null;
}

/** Stands for "not accepted" among days. */
export const NOT_ACCEPTED = -(2 ** 31);
/** Numbers of a case in `numbers`. */
export const NUMBERS = 5;

/**
 * Open cases in order of cell, then id. What the loop over a whole city reads stands in flat arrays, not in objects, which cost a
 * cache miss each. Some thousands, or tens of thousands: making room in the middle is quick enough.
 */
export class OpenCases {
  readonly #sorted: OpenCase[] = [];
  readonly #byId = new Map<number, OpenCase>();
  #capacity = 256;
  #cells = new Float64Array(this.#capacity);
  #yellow = new Float64Array(this.#capacity);
  #due = new Float64Array(this.#capacity);
  #numbers = new Int32Array(this.#capacity * NUMBERS);

  get size(): number {
    return this.#sorted.length;
  }

  /** Level-26 cells. */
  get cells(): Float64Array {
    return this.#cells;
  }

  /** When a case turns yellow; NaN: never. */
  get yellow(): Float64Array {
    return this.#yellow;
  }

  /** When a case is due; NaN: its light is green. */
  get due(): Float64Array {
    return this.#due;
  }

  /** Of each case: status, category, source, division, day (or NOT_ACCEPTED). */
  get numbers(): Int32Array {
    return this.#numbers;
  }

  at(index: number): OpenCase {
    return this.#sorted[index]!;
  }

  put(open: OpenCase): void {
    this.remove(open.id);
    const size = this.#sorted.length;
    if (size === this.#capacity) this.#grow();
    const at = this.#find(open.cell, open.id);
    this.#shift(at, at + 1, size);
    this.#byId.set(open.id, open);
    this.#sorted.splice(at, 0, open);
    const stands = open.statusName === 'suspended' || open.dueAt === null;
    this.#cells[at] = open.cell;
    this.#yellow[at] = stands ? NaN : (open.yellowAt ?? NaN);
    this.#due[at] = stands ? NaN : (open.dueAt ?? NaN);
    const { status, category, source, division, day } = open;
    this.#numbers.set([status, category, source, division, day ?? NOT_ACCEPTED], at * NUMBERS);
  }

  remove(id: number): void {
    const known = this.#byId.get(id);
    if (!known) return;
    const at = this.#find(known.cell, id);
    this.#byId.delete(id);
    this.#shift(at + 1, at, this.#sorted.length);
    this.#sorted.splice(at, 1);
  }

  /** Index of the first whose cell is at least this one. */
  from(cell: number): number {
    return this.#find(cell, 0);
  }

  #shift(from: number, to: number, end: number): void {
    for (const column of [this.#cells, this.#yellow, this.#due]) column.copyWithin(to, from, end);
    this.#numbers.copyWithin(to * NUMBERS, from * NUMBERS, end * NUMBERS);
  }

  #grow(): void {
    this.#capacity *= 2;
    const longer = (column: Float64Array) => {
      const grown = new Float64Array(this.#capacity);
      grown.set(column);
      return grown;
    };
    this.#cells = longer(this.#cells);
    this.#yellow = longer(this.#yellow);
    this.#due = longer(this.#due);
    const numbers = new Int32Array(this.#capacity * NUMBERS);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  #find(cell: number, id: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#cells[middle]!;
      if (at < cell || (at === cell && this.#sorted[middle]!.id < id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
