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

/** Open cases in order of cell, then id. A city has some thousands: an array that is spliced is quick enough. */
export class OpenCases {
  readonly #sorted: OpenCase[] = [];
  readonly #byId = new Map<number, OpenCase>();

  get size(): number {
    return this.#sorted.length;
  }

  put(open: OpenCase): void {
    this.remove(open.id);
    this.#byId.set(open.id, open);
    this.#sorted.splice(this.#find(open.cell, open.id), 0, open);
  }

  remove(id: number): void {
    const known = this.#byId.get(id);
    if (!known) return;
    this.#byId.delete(id);
    this.#sorted.splice(this.#find(known.cell, id), 1);
  }

  /** Those whose level-26 cell is in [first, last), in order. */
  *over(first: number, last: number): Generator<OpenCase> {
    for (let at = this.#find(first, 0); at < this.#sorted.length; at++) {
      const open = this.#sorted[at]!;
      if (open.cell >= last) return;
      yield open;
    }
  }

  #find(cell: number, id: number): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#sorted[middle]!;
      if (at.cell < cell || (at.cell === cell && at.id < id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
