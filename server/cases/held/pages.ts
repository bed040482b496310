import { IdPages } from './idPages.ts';
import type { FieldPlan, HeldCase } from './fields.ts';
import { appendCase, cellOfSlot, emptyPage, killSlot, repackPage, writeCase, type Page } from './page.ts';

/** A page that is being filled doubles; one that changes now and then has room for its tail. */
const roomWhileLoading = (size: number) => Math.max(4096, size);
const roomAfter = (size: number) => Math.max(1024, size >> 5);

/**
 * Every located case in pages, in order of cell. Pure: no I/O. After a FieldOverflow it is of no use any longer: it is to be laid
 * out anew.
 */
export class CasePages {
  readonly plan: FieldPlan;
  /** By number, which a page keeps. */
  readonly #pages: Page[] = [];
  /** Numbers in order of cell, and the least cell that may stand in each. */
  readonly #order: number[] = [0];
  readonly #firsts: number[] = [0];
  readonly #ids = new IdPages();
  #room = roomWhileLoading;
  #size = 0;

  constructor(plan: FieldPlan) {
    this.plan = plan;
    this.#pages.push(emptyPage(plan, 4096));
  }

  /** Cases held. */
  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#ids.get(id) >= 0;
  }

  /** Takes a case in, or what it is like now. @throws FieldOverflow. */
  put(held: HeldCase): void {
    const page = this.#pages[this.#ids.get(held.id)];
    if (page) {
      const slot = page.ids.indexOf(held.id);
      if (cellOfSlot(page, slot) === held.cell) {
        writeCase(page, this.plan, slot, held);
        return;
      }
      this.remove(held.id);
    }
    this.#append(held);
    this.#size++;
  }

  /** @returns whether it was there. */
  remove(id: number): boolean {
    const page = this.#pages[this.#ids.get(id)];
    if (!page) return false;
    killSlot(page, this.plan, page.ids.indexOf(id));
    this.#ids.set(id, -1);
    this.#size--;
    return true;
  }

  /** The pages that may hold cells of [first, last), in order of cell. */
  *over(first: number, last: number): Generator<Page> {
    // A cell may stand on both sides of a border between pages.
    let at = Math.max(0, upperBound(this.#firsts, first - 1) - 1);
    for (; at < this.#order.length && this.#firsts[at]! < last; at++) yield this.#pages[this.#order[at]!]!;
  }

  /** After loading: every page sorted and cut to size, one a step. */
  *settle(): Generator<void> {
    this.#room = roomAfter;
    for (let at = 0; at < this.#order.length; at++) {
      this.#repack(at);
      yield;
    }
  }

  #append(held: HeldCase): void {
    let at = upperBound(this.#firsts, held.cell) - 1;
    let page = this.#pages[this.#order[at]!]!;
    if (page.size === page.capacity) {
      this.#repack(at);
      at = upperBound(this.#firsts, held.cell) - 1;
      page = this.#pages[this.#order[at]!]!;
    }
    appendCase(page, this.plan, held);
    this.#ids.set(held.id, this.#order[at]!);
  }

  #repack(at: number): void {
    const number = this.#order[at]!;
    const [lower, upper] = repackPage(this.#pages[number]!, this.plan, this.#room);
    if (lower) this.#pages[number] = lower.page;
    if (!upper) return;
    const added = this.#pages.length;
    this.#pages.push(upper.page);
    this.#order.splice(at + 1, 0, added);
    this.#firsts.splice(at + 1, 0, upper.first);
    for (let slot = 0; slot < upper.page.size; slot++) this.#ids.set(upper.page.ids[slot]!, added);
  }
}

/** How many of ascending numbers are at most `value`. */
export function upperBound(ascending: ArrayLike<number>, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first of ascending numbers, from an index on, that is at least `value`: near ones are found in few steps. */
export function gallop(ascending: Float64Array, from: number, to: number, value: number): number {
  let step = 1;
  let low = from;
  let high = from;
  while (high < to && ascending[high]! < value) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > to) high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
