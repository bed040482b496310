import type { Scope } from '../access/index.ts';
import type { CaseItem } from '../api/shapes.ts';
import { sqlBuilder, type Queryable } from '../db/index.ts';
import { filterCases, type CaseFilter } from './filter.ts';
import { ORDERS, run, toItem, withNames, type CaseSort, type ItemRow } from './listRows.ts';

const ID_BYTES = 8;
const PAGE = 500;

/**
 * Which cases match, in order: eight bytes each, so that a million are a small thing to hold while they are read page by page.
 * @param max at most so many.
 */
export async function listCaseIds(
  client: Queryable,
  scope: Scope,
  filter: CaseFilter,
  sort: CaseSort,
  now: Date,
  max: number,
): Promise<number[]> {
  const { by } = ORDERS[sort];
  const cut = filterCases(scope, filter, now).select('c.id', 'c.reported_at', 'c.due_at').orderByRaw(by).limit(max);
  const bytes = sqlBuilder.raw(`string_agg(int8send(c.id), ''::bytea order by ${by}) as ids`);
  const [row] = await run<{ ids: Buffer | null }>(client, sqlBuilder.from(cut.as('c')).select(bytes));
  const ids = row?.ids ?? Buffer.alloc(0);
  return Array.from({ length: ids.length / ID_BYTES }, (_, i) => Number(ids.readBigInt64BE(i * ID_BYTES)));
}

/**
 * The cases of a list, page by page, each as it is when its page is read: no transaction stays open for as long as somebody's
 * download takes. One that is gone by then is left out.
 */
export async function* readCasePages(
  client: Queryable,
  scope: Scope,
  ids: readonly number[],
  now: Date,
): AsyncGenerator<CaseItem[]> {
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE);
    const rows = await run<ItemRow>(
      client,
      withNames(filterCases(scope, {}, now).whereRaw('c.id = any(?::bigint[])', [page]).select('c.*')),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    yield page.flatMap((id) => {
      const row = byId.get(id);
      return row ? [toItem(row, now)] : [];
    });
  }
}
