import { cellToText, tileCellRange } from '../../tiles/morton.ts';
import type { Tile } from '../../tiles/grid.ts';
import type { Scope } from '../access/index.ts';
import { filterCases, isOverdue, isYellow, type CaseFilter, type CaseGroup } from '../cases/index.ts';
import { sqlBuilder, type Database } from '../db/index.ts';

const SELECT = `count(*)::int, count(*) filter (where open and not OVERDUE and not YELLOW)::int,
  count(*) filter (where YELLOW)::int, count(*) filter (where OVERDUE)::int, min(id)::float8`;

type Row = [offset: number, n: number, green: number, yellow: number, red: number, id: number];

/**
 * Matching cases of a tile by cell, counted in the database: while the held ones are being read, and what they are tested against.
 * Its cost grows with the cases on the tile.
 */
export async function readGroups(
  db: Database,
  scope: Scope,
  filter: CaseFilter,
  now: Date,
  tile: Tile,
  level: number,
  signal?: AbortSignal,
): Promise<CaseGroup[]> {
  const range = tileCellRange(tile, 31);
  const [first, last] = [cellToText(range.first), cellToText(range.last)];
  const shift = 2 * (31 - level);
  const matching = filterCases(scope, filter, now)
    .whereRaw('c.cell >= ?::bigint and c.cell < ?::bigint', [first, last])
    .select('c.*');
  const lights = SELECT.replaceAll('OVERDUE', isOverdue('?::timestamptz')).replaceAll(
    'YELLOW',
    isYellow('?::timestamptz'),
  );
  const nows = Array.from({ length: lights.split('?').length - 1 }, () => now);
  const { sql, bindings } = sqlBuilder
    .from(matching.as('c'))
    .select(sqlBuilder.raw(`((cell - ?::bigint) >> ${shift})::int as at, ${lights}`, [first, ...nows]))
    .groupBy('at')
    .orderBy('at')
    .toSQL()
    .toNative();
  const rows = await db.read<Row>(null, sql, [...bindings], signal);
  return rows.map(([offset, n, green, yellow, red, id]) => ({
    offset,
    n,
    green,
    yellow,
    red,
    id: n === 1 ? id : null,
    open: null,
  }));
}
