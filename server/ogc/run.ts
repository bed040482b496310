import type { Knex } from 'knex';
import { sqlBuilder } from '../db/index.ts';
import type { ReadContext } from './source.ts';

/** Counting goes so far where each row must be looked at: beyond, it costs more than the page it would stand on. */
const MAX_COUNT = 1000;

/** Rows as arrays, bounded in time and cancelled when the client goes away. */
export function readRows<Row extends unknown[]>({ db, signal }: ReadContext, query: Knex.QueryBuilder): Promise<Row[]> {
  const { sql, bindings } = query.toSQL().toNative();
  return db.read<Row>(null, sql, [...bindings], signal);
}

/** How many rows a query has; null where they are more than `max`. @param upTo builds it with a limit. */
export async function countUpTo(
  context: ReadContext,
  upTo: (limit: number) => Knex.QueryBuilder,
  max = MAX_COUNT,
): Promise<number | null> {
  const some = upTo(max + 1).as('some');
  const rows = await readRows<[number]>(context, sqlBuilder.from(some).select(sqlBuilder.raw('count(*)::int')));
  const n = rows[0]?.[0] ?? 0;
  return n > max ? null : n;
}
