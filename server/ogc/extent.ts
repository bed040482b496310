import { tileBounds, type Bbox } from '../../tiles/grid.ts';
import { decodeCell } from '../../tiles/morton.ts';
import type { ReadContext } from './source.ts';

/** A cell of this level is 38 m wide at the equator: so much larger than its points a box may be. */
const LEVEL = 20;
/** Where more cells than this lie on an edge the box is left as it is: larger, never smaller. */
const MAX_ON_EDGE = 256;

/** Which of some cells hold a row. */
const OCCUPIED = (table: 'cases' | 'place') => `
  select k.key::text from unnest($1::bigint[]) as k (key)
  where exists (select 1 from ${table} t where t.cell >= k.key << $2::int and t.cell < (k.key + 1) << $2::int)`;

interface Cell {
  key: bigint;
  x: number;
  y: number;
}

/** The outermost of some cells on each side. */
function edges(cells: readonly Cell[]): Cell[] {
  const [xs, ys] = [cells.map(({ x }) => x), cells.map(({ y }) => y)];
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return cells.filter(({ x, y }) => x === west || x === east || y === north || y === south);
}

function boxOf(cells: readonly Cell[], z: number): Bbox {
  const boxes = cells.map(({ x, y }) => tileBounds({ z, x, y }));
  const side = (i: 0 | 1 | 2 | 3, choose: (...values: number[]) => number) => choose(...boxes.map((box) => box[i]));
  return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
}

/**
 * The box of all points of a table, found by going down from cell to cell along its four edges: twenty short looks at the index of
 * cells, however many rows there are.
 * @returns null where there is no point, or where the scope must not know.
 */
export async function pointExtent({ db, scope, signal }: ReadContext, table: 'cases' | 'place'): Promise<Bbox | null> {
  if (scope.divisionIds !== null) return null;
  let cells: Cell[] = [{ key: 0n, x: 0, y: 0 }];
  let level = 0;
  while (level < LEVEL && cells.length <= MAX_ON_EDGE) {
    level++;
    const keys = cells.flatMap(({ key }) => [0n, 1n, 2n, 3n].map((i) => ((key << 2n) | i).toString()));
    const rows = await db.read<[string]>(null, OCCUPIED(table), [keys, 2 * (31 - level)], signal);
    if (rows.length === 0) return null;
    cells = edges(
      rows.map(([text]) => {
        const key = BigInt(text);
        const [x, y] = decodeCell(key);
        return { key, x, y };
      }),
    );
  }
  return boxOf(cells, level);
}
