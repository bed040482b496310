import { encodeCell } from '../../../tiles/morton.ts';
import type { Tile } from '../../../tiles/grid.ts';
import type { Light } from '../../api/shapes.ts';
import { matchesOpen, toPredicates, type Criteria } from './criteria.ts';
import { countCells, HELD_LEVEL, type CellCounts, type TileKeys } from './groups.ts';
import type { OpenCase, OpenCases } from './openCases.ts';
import type { CasePages } from './pages.ts';

/** The cases of one cell of a tile. */
export interface CaseGroup {
  /** Key of the cell, from the tile's first at that level. */
  offset: number;
  n: number;
  green: number;
  yellow: number;
  red: number;
  /** Where n is 1: the case's id. */
  id: number | null;
  /** Where n is 1 and the case is open: the case. */
  open: OpenCase | null;
}

/** The light of an open case: what lightOf says, to the microsecond. */
export function lightOfOpen({ statusName, yellowAt, dueAt }: OpenCase, nowMs: number): Light {
  if (statusName === 'suspended' || dueAt === null) return 'green';
  return lightAt(yellowAt ?? NaN, dueAt, nowMs);
}

/** NaN compares with nothing: green. */
function lightAt(yellow: number, due: number, nowMs: number): Light {
  if (due < nowMs) return 'red';
  return yellow <= nowMs ? 'yellow' : 'green';
}

/** Open cases that match, by cell. */
function groupOpen(open: OpenCases, criteria: Criteria, tile: TileKeys, nowMs: number): CaseGroup[] {
  const groups: CaseGroup[] = [];
  const { cells, yellow, due } = open;
  const tileScale = 4 ** (HELD_LEVEL - tile.z);
  const scale = 4 ** (HELD_LEVEL - tile.level);
  const first = tile.key * 4 ** (tile.level - tile.z);
  const end = open.from((tile.key + 1) * tileScale);
  let group: CaseGroup | undefined;
  for (let at = open.from(tile.key * tileScale); at < end; at++) {
    if (!matchesOpen(criteria, open, at)) continue;
    const light = lightAt(yellow[at]!, due[at]!, nowMs);
    if (criteria.light !== null && criteria.light !== light) continue;
    const offset = Math.floor(cells[at]! / scale) - first;
    if (group?.offset === offset) group.id = group.open = null;
    else {
      const one = open.at(at);
      groups.push((group = { offset, n: 0, green: 0, yellow: 0, red: 0, id: one.id, open: one }));
    }
    group.n++;
    group[light]++;
  }
  return groups;
}

/** Counts of all, with the lights of those that are open. */
function mergeOpen({ keys, counts, ids }: CellCounts, open: readonly CaseGroup[], first: number): CaseGroup[] {
  let at = 0;
  return keys.map((key, i) => {
    const offset = key - first;
    while (at < open.length && open[at]!.offset < offset) at++;
    const lit = open[at]?.offset === offset ? open[at]! : null;
    const n = counts[i]!;
    const { green, yellow, red } = lit ?? { green: 0, yellow: 0, red: 0 };
    return { offset, n, green, yellow, red, id: n === 1 ? ids[i]! : null, open: n === 1 ? (lit?.open ?? null) : null };
  });
}

/** Matching cases of a tile by cell of a level (≤ HELD_LEVEL), in order of key. */
export function groupCases(
  pages: CasePages,
  open: OpenCases,
  criteria: Criteria | null,
  tile: Tile,
  level: number,
  now: Date,
): CaseGroup[] {
  if (criteria === null) return [];
  const keys: TileKeys = { z: tile.z, key: Number(encodeCell(tile.x, tile.y)), level };
  const lit = criteria.maybeOpen ? groupOpen(open, criteria, keys, now.getTime()) : [];
  if (criteria.openOnly) return lit;
  return mergeOpen(countCells(pages, toPredicates(criteria, pages.plan), keys), lit, keys.key * 4 ** (level - tile.z));
}
