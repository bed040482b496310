/** A box as ranges of Morton keys: what one btree can read. */
import { lngLatToTile31, POSITION_LEVEL, TileError, type Bbox } from './grid.ts';
import { encodeCell } from './morton.ts';

/** Level-31 keys [first, last), half-open. */
export interface CellRange {
  first: bigint;
  last: bigint;
}

/** Tiles looked at for each range that may come of them: neighbours along the curve fall together. */
const TILES_A_RANGE = 4;

/**
 * Ranges of level-31 keys that hold every position of some boxes, and some beside them: whoever reads them must still look at the
 * position itself.
 * @param boxes degrees, west ≤ east: one that crosses the antimeridian is given as two.
 * @param maxRanges at least 1. More ranges hold less beside the box, and cost a descent of the tree each.
 * @returns ascending, apart from each other, at most `maxRanges`.
 * @throws TileError when a box is turned round or not finite.
 */
export function coverBoxes(boxes: readonly Bbox[], maxRanges: number): CellRange[] {
  const budget = Math.max(1, Math.floor((maxRanges * TILES_A_RANGE) / Math.max(1, boxes.length)));
  const ranges = boxes.flatMap((box) => tilesOf(box, budget));
  ranges.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  return closeGaps(joined(ranges), maxRanges);
}

/** The tiles of the deepest zoom at which a box touches at most `budget` of them. */
function tilesOf([west, south, east, north]: Bbox, budget: number): CellRange[] {
  if (!(west <= east && south <= north))
    throw new TileError('bbox', [west, south, east, north].join(','), 'west ≤ east and south ≤ north');
  const [left, top] = lngLatToTile31(west, north);
  const [right, bottom] = lngLatToTile31(east, south);
  const at = (coordinate: number, z: number) => Math.floor(coordinate / 2 ** (POSITION_LEVEL - z));
  const columns = (z: number) => at(right, z) - at(left, z) + 1;
  const rows = (z: number) => at(bottom, z) - at(top, z) + 1;
  let z = 0;
  while (z < POSITION_LEVEL && columns(z + 1) * rows(z + 1) <= budget) z++;
  const shift = BigInt(2 * (POSITION_LEVEL - z));
  const ranges: CellRange[] = [];
  for (let y = at(top, z); y <= at(bottom, z); y++) {
    for (let x = at(left, z); x <= at(right, z); x++) {
      const key = encodeCell(x, y);
      ranges.push({ first: key << shift, last: (key + 1n) << shift });
    }
  }
  return ranges;
}

/** Ranges that touch or overlap, as one. @param ranges by their first key. */
function joined(ranges: readonly CellRange[]): CellRange[] {
  const out: CellRange[] = [];
  for (const { first, last } of ranges) {
    const before = out.at(-1);
    if (before && first <= before.last) before.last = last > before.last ? last : before.last;
    else out.push({ first, last });
  }
  return out;
}

/** The narrowest gaps are read over until few enough ranges are left. */
function closeGaps(ranges: readonly CellRange[], maxRanges: number): CellRange[] {
  const tooMany = ranges.length - maxRanges;
  if (tooMany <= 0) return [...ranges];
  const gaps = ranges.slice(1).map(({ first }, i) => ({ after: i, width: first - ranges[i]!.last }));
  gaps.sort((a, b) => (a.width < b.width ? -1 : a.width > b.width ? 1 : a.after - b.after));
  const closed = new Set(gaps.slice(0, tooMany).map(({ after }) => after));
  const out: CellRange[] = [];
  ranges.forEach((range, i) => {
    const before = out.at(-1);
    if (before && closed.has(i - 1)) before.last = range.last;
    else out.push({ ...range });
  });
  return out;
}
