import type { Knex } from 'knex';
import type { CaseItem } from '../api/shapes.ts';
import { sqlBuilder, type Queryable } from '../db/index.ts';
import { lightOf } from './light.ts';

const SELECT = `c.id::int as id, c.case_no as "caseNo", c.status,
  jsonb_build_object('code', g.code, 'nameZh', g.name_zh, 'nameEn', g.name_en) as category,
  case when d.id is not null then jsonb_build_object('id', d.id, 'code', d.code, 'pathZh', p.zh, 'pathEn', p.en) end as division,
  st_x(c.geom) as lng, st_y(c.geom) as lat, c.address, c.description,
  jsonb_build_object('code', s.key, 'nameZh', s.name_zh, 'nameEn', s.name_en) as source,
  case when t.id is not null then jsonb_build_object('code', t.key, 'nameZh', t.name_zh, 'nameEn', t.name_en) end as department,
  c.reported_at as "reportedAt", c.accepted_at as "acceptedAt", c.yellow_at as "yellowAt", c.due_at as "dueAt",
  c.closed_at as "closedAt"`;

type Instants = 'reportedAt' | 'acceptedAt' | 'yellowAt' | 'dueAt' | 'closedAt';
export type ItemRow = Omit<CaseItem, Instants | 'light'> & Record<Instants, Date | null> & { cursor: string };

export const CASE_SORTS = ['reported', 'due'] as const;
export type CaseSort = (typeof CASE_SORTS)[number];

/** Orders of a list: newest report first; earliest deadline first, what has none last. `key` names the place of a row, in
 * microseconds, and `after` is what comes behind a place. */
export const ORDERS: Record<CaseSort, { by: string; key: string; after: string }> = {
  reported: { by: 'c.reported_at desc, c.id desc', key: 'c.reported_at', after: '(c.reported_at, c.id) < (?, ?)' },
  due: {
    by: `c.due_at, c.id`,
    key: `coalesce(c.due_at, '9999-12-31Z')`,
    after: `(coalesce(c.due_at, '9999-12-31Z'), c.id) > (?, ?)`,
  },
};

/** Names are joined to the page that was cut, not to all that match. */
export function withNames(page: Knex.QueryBuilder, sort: CaseSort = 'reported'): Knex.QueryBuilder {
  const { by, key } = ORDERS[sort];
  return sqlBuilder
    .from(page.as('c'))
    .select(sqlBuilder.raw(`${SELECT}, (extract(epoch from ${key}) * 1000000)::bigint::text as cursor`))
    .joinRaw('join category g on g.id = c.category_id')
    .joinRaw('join source s on s.id = c.source_id')
    .joinRaw('left join department t on t.id = c.department_id')
    .joinRaw('left join division d on d.id = c.division_id')
    .joinRaw(
      `left join lateral (
         select string_agg(a.name_zh, ' · ' order by a.level) as zh, string_agg(a.name_en, ' · ' order by a.level) as en
         from division a where a.id = any(d.path) and a.level > 1) as p on true`,
    )
    .orderByRaw(by);
}

/** Runs a builder's statement. */
export async function run<Row extends object>(client: Queryable, query: Knex.QueryBuilder): Promise<Row[]> {
  const { sql, bindings } = query.toSQL().toNative();
  const { rows } = await client.query<Row>(sql, [...bindings]);
  return rows;
}

/** A row as the API has it. */
export function toItem(row: ItemRow, now: Date): CaseItem {
  const { cursor: _, ...item } = row;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...item,
    light: lightOf(row.status, row.yellowAt, row.dueAt, now),
    reportedAt: row.reportedAt!.toISOString(),
    acceptedAt: iso(row.acceptedAt),
    yellowAt: iso(row.yellowAt),
    dueAt: iso(row.dueAt),
    closedAt: iso(row.closedAt),
  };
}
