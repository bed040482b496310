import { POSITION_LEVEL, type Tile } from '../../tiles/grid.ts';
import { cellsToTileXY, encodePointLayers, type Column } from '../../tiles/mvt.ts';
import { caseLevel } from '../../tiles/plan.ts';
import type { CaseGroup } from '../cases/index.ts';

const EXTENT = 4096;
/** No tile is larger, before compression. */
export const MAX_CASE_BYTES = 500_000;

export const CASE_COLUMNS: Column[] = [
  { name: 'feature_id', type: 'uint' },
  { name: 'id', type: 'uint' },
  { name: 'case_no', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'category', type: 'string' },
  { name: 'category_zh', type: 'string' },
  { name: 'category_en', type: 'string' },
  { name: 'light', type: 'string' },
  { name: 'yellow_at', type: 'uint' },
  { name: 'due_at', type: 'uint' },
  { name: 'n', type: 'uint' },
  { name: 'green', type: 'uint' },
  { name: 'yellow', type: 'uint' },
  { name: 'red', type: 'uint' },
];
const WORDY = ['case_no', 'category', 'category_zh', 'category_en'];
const PLAIN = CASE_COLUMNS.map((column, at) => ({ ...column, at })).filter(
  ({ name }) => !WORDY.includes(name) && name !== 'feature_id',
);

/** A case that stands for itself: its row from feature_id to due_at, and where it is on level 31. */
export interface Single {
  row: unknown[];
  x31: number;
  y31: number;
}

const BLANK = new Array<null>(10).fill(null);

/** Singles where they are, groups at the centre of their cell. */
export function encodeCases(
  groups: readonly CaseGroup[],
  singles: ReadonlyMap<number, Single>,
  tile: Tile,
): Uint8Array<ArrayBuffer> {
  const { xs, ys } = cellsToTileXY(
    groups.map(({ offset }) => offset),
    tile.z,
    caseLevel(tile.z),
  );
  const unit = 2 ** (POSITION_LEVEL - tile.z) / EXTENT;
  const rows = groups.map(({ id, n, green, yellow, red }, i) => {
    const single = id === null ? undefined : singles.get(id);
    if (!single) return [...BLANK, n, green, yellow, red];
    xs[i] = Math.floor(single.x31 / unit) - tile.x * EXTENT;
    ys[i] = Math.floor(single.y31 / unit) - tile.y * EXTENT;
    return single.row;
  });
  const layer = { name: 'cases', rows, xs, ys, id: 0 };
  const bytes = encodePointLayers([{ ...layer, columns: CASE_COLUMNS }]);
  // Numbers and names as long as they may be: then a tile goes without them.
  return bytes.length <= MAX_CASE_BYTES ? bytes : encodePointLayers([{ ...layer, columns: PLAIN }]);
}
