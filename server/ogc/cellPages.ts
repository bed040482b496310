import type { Knex } from 'knex';
import { coverBoxes, type CellRange } from '../../tiles/cover.ts';
import type { Bbox } from '../../tiles/grid.ts';
import { cellToText } from '../../tiles/morton.ts';
import { sqlBuilder } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import { inBoxes } from './bbox.ts';

/** More ranges hold less beside the box, and cost a descent of the index each. */
const MAX_RANGES = 32;
const END = 1n << 62n;

/** Where a page in the order of cells ended: n tells rows of one cell apart. */
export interface CellKey {
  cell: bigint;
  n: string;
}

/** A key of two whole numbers with a dot between. @throws HekanError('bad_request'). */
export function parseCellKey(after: string, text: string): CellKey {
  const [, cell, n] = /^(\d{1,19})\.(\d{1,15})$/.exec(text) ?? [];
  if (cell === undefined || n === undefined || BigInt(cell) >= END) throw wrongKey(after);
  return { cell: BigInt(cell), n };
}

export function wrongKey(after: string) {
  return badRequest('after', after, 'the key of a next link');
}

/** What is left of ranges behind a key. */
export function rangesAfter(ranges: readonly CellRange[], key: CellKey | null): CellRange[] {
  if (key === null) return [...ranges];
  return ranges.filter(({ last }) => last > key.cell).map((r) => (r.first < key.cell ? { ...r, first: key.cell } : r));
}

/**
 * Rows of boxes in the order of (cell, n), at most `limit`: range by range, so that reading ends with the range that fills the
 * page. The database knows that ranges come in their order, and sorts only inside one (an incremental sort).
 * @param matching builds the rows `from … as p` with what else they must fulfil; not yet selected.
 * @param n the column that tells rows of one cell apart.
 */
export function cellPage(
  matching: Knex.QueryBuilder,
  { boxes, key, n, limit }: { boxes: readonly Bbox[]; key: CellKey | null; n: string; limit: number },
): Knex.QueryBuilder {
  const ranges = rangesAfter(coverBoxes(boxes, MAX_RANGES), key);
  const exact = inBoxes('p', boxes);
  const inner = matching
    .whereRaw('p.cell >= r.first and p.cell < r.last')
    .whereRaw(exact.sql, exact.values)
    .select('p.*')
    .orderByRaw(`p.cell, p.${n}`)
    .limit(limit);
  if (key) inner.whereRaw(`(p.cell, p.${n}) > (?::bigint, ?::bigint)`, [cellToText(key.cell), key.n]);
  const bounds = [ranges.map(({ first }) => cellToText(first)), ranges.map(({ last }) => cellToText(last))];
  return sqlBuilder
    .from(
      sqlBuilder.raw(
        'unnest(?::bigint[], ?::bigint[]) with ordinality as r (first, last, i) cross join lateral ? as c',
        [...bounds, inner],
      ),
    )
    .select(sqlBuilder.raw('r.i, c.*'))
    .orderByRaw(`r.i, c.cell, c.${n}`)
    .limit(limit);
}
