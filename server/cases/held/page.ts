import { checkFits, type FieldPlan, type HeldCase } from './fields.ts';
import type { Slices } from './match.ts';

/** Level-26 cells in a level-20 cell. */
export const BELOW_RUN = 4096;
export const PAGE_MAX = 32_768;

/**
 * Some ten thousand cases that lie near each other: sorted by cell up to `sorted`, behind that a tail as it came. Whoever looks
 * for cells of level 20 or above goes by runs; what lies below is in `low`.
 */
export interface Page extends Slices {
  /** Slots there is room for. */
  readonly capacity: number;
  size: number;
  sorted: number;
  /** Slots whose case has gone elsewhere. */
  dead: number;
  /** Level-20 cell of each run, and its first slot; one more start at the end. */
  runs: Float64Array;
  starts: Uint32Array;
  /** Where in its level-20 cell a slot lies, level 26. */
  low: Uint16Array;
  /** 0: dead. */
  ids: Int32Array;
  /** Level-20 cells of the tail. */
  tail: number[];
}

export function emptyPage(plan: FieldPlan, capacity: number): Page {
  const words = Math.ceil(capacity / 32);
  const fields = plan.division.index + 1;
  return {
    capacity: words * 32,
    size: 0,
    sorted: 0,
    dead: 0,
    runs: new Float64Array(0),
    starts: new Uint32Array(1),
    low: new Uint16Array(words * 32),
    ids: new Int32Array(words * 32),
    tail: [],
    words,
    bits: new Int32Array(words * plan.width),
    least: new Float64Array(fields).fill(Infinity),
    greatest: new Float64Array(fields).fill(-Infinity),
  };
}

/** Appends a case to the tail. The caller has made sure of room. @throws FieldOverflow, before anything is changed. */
export function appendCase(page: Page, plan: FieldPlan, held: HeldCase): void {
  const slot = page.size;
  writeCase(page, plan, slot, held);
  const run = Math.floor(held.cell / BELOW_RUN);
  page.low[slot] = held.cell - run * BELOW_RUN;
  page.ids[slot] = held.id;
  page.tail.push(run);
  page.size++;
}

/** Writes what a slot's case is like now. @throws FieldOverflow, before anything is changed. */
export function writeCase(page: Page, plan: FieldPlan, slot: number, held: HeldCase): void {
  const day = held.day === null ? null : checkFits(plan, 'day', held.day - plan.firstDay);
  const category = checkFits(plan, 'category', held.category);
  const source = checkFits(plan, 'source', held.source);
  const division = checkFits(plan, 'division', held.division);
  writeField(page, plan.live, slot, 1);
  writeField(page, plan.status, slot, held.status);
  writeField(page, plan.accepted, slot, day === null ? 0 : 1);
  writeField(page, plan.category, slot, category);
  writeField(page, plan.source, slot, source);
  writeField(page, plan.division, slot, division);
  // A day is only asked for where a case was accepted: others do not count for the page's least.
  if (day !== null) writeField(page, plan.day, slot, day);
}

function writeField(page: Page, field: FieldPlan['day'], slot: number, value: number): void {
  const { bits, words, least, greatest } = page;
  if (value < least[field.index]!) least[field.index] = value;
  if (value > greatest[field.index]!) greatest[field.index] = value;
  const bit = 1 << (slot & 31);
  let at = field.at * words + (slot >>> 5);
  for (let i = 0; i < field.bits; i++, at += words) {
    if ((value >>> i) & 1) bits[at] = bits[at]! | bit;
    else bits[at] = bits[at]! & ~bit;
  }
}

/** The slot holds no case any longer. */
export function killSlot(page: Page, plan: FieldPlan, slot: number): void {
  const at = plan.live.at * page.words + (slot >>> 5);
  page.bits[at] = page.bits[at]! & ~(1 << (slot & 31));
  page.ids[slot] = 0;
  page.dead++;
}

/** A page is never larger; packing is synchronous, so one set of these serves every page and leaves nothing to be collected. */
const SLOTS = 2 * PAGE_MAX + 64;
const scratch = {
  cells: new Float64Array(SLOTS),
  order: new Uint32Array(SLOTS),
  tail: new Uint32Array(SLOTS),
  runs: new Float64Array(SLOTS),
  starts: new Uint32Array(SLOTS + 1),
};

/** Level-26 cells of all slots. */
function cellsOf(page: Page): Float64Array {
  const { cells } = scratch;
  const { runs, starts, low, sorted, tail, size } = page;
  for (let run = 0; run < runs.length; run++) {
    const base = runs[run]! * BELOW_RUN;
    for (let slot = starts[run]!; slot < starts[run + 1]!; slot++) cells[slot] = base + low[slot]!;
  }
  for (let slot = sorted; slot < size; slot++) cells[slot] = tail[slot - sorted]! * BELOW_RUN + low[slot]!;
  return cells;
}

/** The level-26 cell of one slot. */
export function cellOfSlot(page: Page, slot: number): number {
  const { runs, starts, low, sorted, tail } = page;
  if (slot >= sorted) return tail[slot - sorted]! * BELOW_RUN + low[slot]!;
  let [first, last] = [0, runs.length - 1];
  while (first < last) {
    const middle = (first + last + 1) >> 1;
    if (starts[middle]! <= slot) first = middle;
    else last = middle - 1;
  }
  return runs[first]! * BELOW_RUN + low[slot]!;
}

/** Live slots in order of cell: those sorted before, merged with the tail. */
function liveInOrder(page: Page, cells: Float64Array): Uint32Array {
  const { ids, sorted, size } = page;
  const { tail, order } = scratch;
  let tails = 0;
  for (let slot = sorted; slot < size; slot++) if (ids[slot] !== 0) tail[tails++] = slot;
  const late = tail.subarray(0, tails).sort((a, b) => cells[a]! - cells[b]! || a - b);
  let n = 0;
  let t = 0;
  for (let slot = 0; slot < sorted; slot++) {
    if (ids[slot] === 0) continue;
    while (t < tails && cells[late[t]!]! < cells[slot]!) order[n++] = late[t++]!;
    order[n++] = slot;
  }
  while (t < tails) order[n++] = late[t++]!;
  return order.subarray(0, n);
}

/**
 * The live cases of a page in sorted pages without a tail: one, or two where they are more than PAGE_MAX.
 * @param room slots for what comes next, of each.
 */
export function repackPage(
  page: Page,
  plan: FieldPlan,
  room: (size: number) => number,
): { page: Page; first: number }[] {
  const cells = cellsOf(page);
  const order = liveInOrder(page, cells);
  const parts = order.length > PAGE_MAX ? 2 : 1;
  return Array.from({ length: parts }, (_, i) => {
    const part = order.subarray(Math.floor((order.length * i) / parts), Math.floor((order.length * (i + 1)) / parts));
    return { page: packSlots(page, plan, part, cells, room(part.length)), first: cells[part[0] ?? 0] ?? 0 };
  });
}

function packSlots(from: Page, plan: FieldPlan, slots: Uint32Array, cells: Float64Array, room: number): Page {
  const to = emptyPage(plan, slots.length + room);
  const { runs, starts } = scratch;
  let last = 0;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    const run = Math.floor(cells[slot]! / BELOW_RUN);
    if (last === 0 || run !== runs[last - 1]) {
      runs[last] = run;
      starts[last++] = i;
    }
    to.low[i] = from.low[slot]!;
    to.ids[i] = from.ids[slot]!;
  }
  starts[last] = slots.length;
  to.runs = runs.slice(0, last);
  to.starts = starts.slice(0, last + 1);
  to.size = to.sorted = slots.length;
  for (let slice = 0; slice < plan.width; slice++) packSlice(from, to, slice, slots);
  // Of both halves: wider than need be, never too narrow.
  to.least.set(from.least);
  to.greatest.set(from.greatest);
  narrowBounds(to, plan);
  return to;
}

function packSlice(from: Page, to: Page, slice: number, slots: Uint32Array): void {
  const source = from.bits.subarray(slice * from.words, (slice + 1) * from.words);
  const base = slice * to.words;
  let word = 0;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    word |= ((source[slot >>> 5]! >>> (slot & 31)) & 1) << (i & 31);
    if ((i & 31) === 31) {
      to.bits[base + (i >>> 5)] = word;
      word = 0;
    }
  }
  if ((slots.length & 31) !== 0) to.bits[base + (slots.length >>> 5)] = word;
}

/** What a slot's field holds. */
export function readField({ bits, words }: Slices, field: FieldPlan['day'], slot: number): number {
  let value = 0;
  for (let i = 0; i < field.bits; i++) {
    value |= ((bits[(field.at + i) * words + (slot >>> 5)]! >>> (slot & 31)) & 1) << i;
  }
  return value;
}

/** Divisions lie together, so a page holds few of them: its bounds are looked up anew when it is packed. */
function narrowBounds(page: Page, plan: FieldPlan): void {
  const { index } = plan.division;
  let [least, greatest] = [Infinity, -Infinity];
  for (let slot = 0; slot < page.size; slot++) {
    const value = readField(page, plan.division, slot);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  page.least[index] = least;
  page.greatest[index] = greatest;
}
