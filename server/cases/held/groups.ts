import { countBits, narrow, nextBit, type Predicate } from './match.ts';
import { BELOW_RUN, type Page } from './page.ts';
import { gallop, type CasePages } from './pages.ts';

/** The finest cells held: what a tile of zoom 20 draws. */
export const HELD_LEVEL = 26;
const RUN_LEVEL = 20;

/** How many cases match in each cell, by ascending key. */
export interface CellCounts {
  keys: number[];
  counts: number[];
  /** The case of a cell that has one; without meaning where it has more. */
  ids: number[];
}

/** A tile as numbers: zoom ≤ 20, and its key at that zoom. */
export interface TileKeys {
  z: number;
  key: number;
  /** Level of the cells counted, ≥ z and ≤ HELD_LEVEL. */
  level: number;
}

let mask = new Int32Array(0);

/** Counts of matching cases on a tile by cell of a level. */
export function countCells(pages: CasePages, predicates: readonly Predicate[], tile: TileKeys): CellCounts {
  const found: CellCounts = { keys: [], counts: [], ids: [] };
  const late: CellCounts = { keys: [], counts: [], ids: [] };
  const scale = 4 ** (RUN_LEVEL - tile.z);
  const first = tile.key * scale;
  const last = first + scale;
  for (const page of pages.over(first * BELOW_RUN, last * BELOW_RUN)) {
    const from = gallop(page.runs, 0, page.runs.length, first);
    const to = gallop(page.runs, from, page.runs.length, last);
    const start = page.starts[from]!;
    const end = page.starts[to]!;
    if (match(page, pages, predicates, start, end)) {
      if (tile.level <= RUN_LEVEL) countRuns(page, from, to, tile.level, found);
      else countSlots(page, from, to, tile.level, found);
    }
    if (page.size > page.sorted && match(page, pages, predicates, page.sorted, page.size)) {
      countTail(page, first, last, tile.level, late);
    }
  }
  return late.keys.length === 0 ? found : mergeCounts(found, late);
}

/** Marks in `mask` what matches among slots [start, end); bits of its words outside them are of no meaning. @returns false: nothing. */
function match(page: Page, pages: CasePages, predicates: readonly Predicate[], start: number, end: number): boolean {
  if (start >= end) return false;
  const from = start >>> 5;
  const to = ((end - 1) >>> 5) + 1;
  if (mask.length < page.words) mask = new Int32Array(page.words);
  // Slots whose case has gone are no longer live.
  const live = pages.plan.live.at * page.words;
  mask.set(page.bits.subarray(live + from, live + to), from);
  return predicates.every((predicate) => narrow(page, predicate, from, to, mask));
}

function add(found: CellCounts, key: number, count: number, id: number): void {
  const at = found.keys.length - 1;
  if (found.keys[at] === key) {
    found.counts[at] = found.counts[at]! + count;
    return;
  }
  found.keys.push(key);
  found.counts.push(count);
  found.ids.push(id);
}

/** Cells of level 20 and above are whole runs: found by leaps, counted by words. */
function countRuns(page: Page, from: number, to: number, level: number, found: CellCounts): void {
  const { runs, starts, ids } = page;
  const scale = 4 ** (RUN_LEVEL - level);
  for (let run = from; run < to;) {
    const key = Math.floor(runs[run]! / scale);
    const next = gallop(runs, run + 1, to, (key + 1) * scale);
    const start = starts[run]!;
    const end = starts[next]!;
    const count = countBits(mask, start, end);
    if (count > 0) add(found, key, count, count === 1 ? ids[nextBit(mask, start, end)]! : 0);
    run = next;
  }
}

/** Finer cells: slot by slot of what matches. */
function countSlots(page: Page, from: number, to: number, level: number, found: CellCounts): void {
  const { runs, starts, low, ids } = page;
  const scale = 4 ** (HELD_LEVEL - level);
  for (let run = from; run < to; run++) {
    const end = starts[run + 1]!;
    const base = runs[run]! * BELOW_RUN;
    for (let slot = nextBit(mask, starts[run]!, end); slot >= 0; slot = nextBit(mask, slot + 1, end)) {
      add(found, Math.floor((base + low[slot]!) / scale), 1, ids[slot]!);
    }
  }
}

function countTail(page: Page, first: number, last: number, level: number, late: CellCounts): void {
  const { tail, low, ids, sorted, size } = page;
  const scale = 4 ** (HELD_LEVEL - level);
  for (let slot = nextBit(mask, sorted, size); slot >= 0; slot = nextBit(mask, slot + 1, size)) {
    const run = tail[slot - sorted]!;
    if (run >= first && run < last) add(late, Math.floor((run * BELOW_RUN + low[slot]!) / scale), 1, ids[slot]!);
  }
}

/** What was counted in order, and what was not, as one. */
function mergeCounts(found: CellCounts, late: CellCounts): CellCounts {
  const order = late.keys.map((_, i) => i).sort((a, b) => late.keys[a]! - late.keys[b]!);
  const merged: CellCounts = { keys: [], counts: [], ids: [] };
  let at = 0;
  for (const i of order) {
    for (; at < found.keys.length && found.keys[at]! <= late.keys[i]!; at++) {
      add(merged, found.keys[at]!, found.counts[at]!, found.ids[at]!);
    }
    add(merged, late.keys[i]!, late.counts[i]!, late.ids[i]!);
  }
  for (; at < found.keys.length; at++) add(merged, found.keys[at]!, found.counts[at]!, found.ids[at]!);
  return merged;
}
