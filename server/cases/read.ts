import type { Knex } from 'knex';
import type { Scope } from '../access/index.ts';
import type { Bare, CaseDetail, CaseItem, CasePage } from '../api/shapes.ts';
import type { Clock, Queryable } from '../db/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { oursOf } from './act.ts';
import { filterCases, type CaseFilter } from './filter.ts';
import { lightOf } from './light.ts';
import { allowedActions, type CaseFacts } from './machine.ts';
import { PLATFORM } from './state.ts';
import type { LimitUnit } from './words.ts';

const SELECT = `c.id::int as id, c.case_no as "caseNo", c.status,
  jsonb_build_object('code', g.code, 'nameZh', g.name_zh, 'nameEn', g.name_en) as category,
  case when d.id is not null then jsonb_build_object('id', d.id, 'code', d.code, 'pathZh', p.zh, 'pathEn', p.en) end as division,
  st_x(c.geom) as lng, st_y(c.geom) as lat, c.address, c.description,
  jsonb_build_object('code', s.key, 'nameZh', s.name_zh, 'nameEn', s.name_en) as source,
  case when t.id is not null then jsonb_build_object('code', t.key, 'nameZh', t.name_zh, 'nameEn', t.name_en) end as department,
  c.reported_at as "reportedAt", c.accepted_at as "acceptedAt", c.yellow_at as "yellowAt", c.due_at as "dueAt",
  c.closed_at as "closedAt"`;

type Instants = 'reportedAt' | 'acceptedAt' | 'yellowAt' | 'dueAt' | 'closedAt';
type ItemRow = Omit<CaseItem, Instants | 'light'> & Record<Instants, Date | null> & { cursor: string };

export const CASE_SORTS = ['reported', 'due'] as const;
export type CaseSort = (typeof CASE_SORTS)[number];

/** Orders of a list: newest report first; earliest deadline first, what has none last. `key` names the place of a row, in
 * microseconds, and `after` is what comes behind a place. */
const ORDERS: Record<CaseSort, { by: string; key: string; after: string }> = {
  reported: { by: 'c.reported_at desc, c.id desc', key: 'c.reported_at', after: '(c.reported_at, c.id) < (?, ?)' },
  due: {
    by: `c.due_at, c.id`,
    key: `coalesce(c.due_at, '9999-12-31Z')`,
    after: `(coalesce(c.due_at, '9999-12-31Z'), c.id) > (?, ?)`,
  },
};

/** Names are joined to the page that was cut, not to all that match. */
function withNames(page: Knex.QueryBuilder, sort: CaseSort = 'reported'): Knex.QueryBuilder {
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

async function run<Row extends object>(client: Queryable, query: Knex.QueryBuilder): Promise<Row[]> {
  const { sql, bindings } = query.toSQL().toNative();
  const { rows } = await client.query<Row>(sql, [...bindings]);
  return rows;
}

function toItem(row: ItemRow, now: Date): CaseItem {
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

/** A cursor is the last row's key: microseconds and id. */
function parseCursor(after: string): { us: string; id: string } {
  const match = /^(-?\d{1,18})\.(\d{1,15})$/.exec(after);
  if (!match) throw badRequest('after', after, 'the `next` of an earlier page');
  return { us: match[1]!, id: match[2]! };
}

/**
 * A page of cases.
 * @param page sort: newest report first unless told. after: the `next` of the page before; limit 1 to 500.
 * @throws HekanError('bad_request') for a cursor that is none.
 */
export async function listCases(
  client: Queryable,
  clock: Clock,
  scope: Scope,
  filter: CaseFilter,
  page: { after?: string; limit: number; sort?: CaseSort },
): Promise<Bare<CasePage>> {
  const now = clock.now();
  const { by, after } = ORDERS[page.sort ?? 'reported'];
  const matching = filterCases(scope, filter, now);
  const total = page.after === undefined ? await countOf(client, matching.clone()) : null;
  if (page.after !== undefined) {
    const { us, id } = parseCursor(page.after);
    const place = `('epoch'::timestamptz + ?::bigint * interval '1 microsecond', ?::bigint)`;
    matching.whereRaw(after.replace('(?, ?)', place), [us, id]);
  }
  const cut = matching
    .select('c.*')
    .orderByRaw(by)
    .limit(page.limit + 1);
  const rows = await run<ItemRow>(client, withNames(cut, page.sort));
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    asOf: now.toISOString(),
    items: shown.map((row) => toItem(row, now)),
    total,
    next: rows.length > page.limit && last ? `${last.cursor}.${last.id}` : null,
  };
}

async function countOf(client: Queryable, matching: Knex.QueryBuilder): Promise<number> {
  const rows = await run<{ n: number }>(client, matching.select(sqlBuilder.raw('count(*)::int as n')));
  return rows[0]?.n ?? 0;
}

/** How many cases match. */
export function countCases(client: Queryable, clock: Clock, scope: Scope, filter: CaseFilter): Promise<number> {
  return countOf(client, filterCases(scope, filter, clock.now()));
}

/** One case with its steps. @throws HekanError('not_found'), also where the scope does not see it. */
export async function readCase(client: Queryable, clock: Clock, scope: Scope, id: number): Promise<Bare<CaseDetail>> {
  const now = clock.now();
  const one = filterCases(scope, {}, now).where('c.id', id).select('c.*');
  const [row] = await run<ItemRow>(client, withNames(one));
  if (!row) throw new HekanError('not_found', `no case with id ${id}`, { field: 'id', given: String(id) });
  const standing = await readStanding(client, id);
  return { ...toItem(row, now), asOf: now.toISOString(), ...standing, ...(await readSteps(client, id)) };
}

type Standing = Pick<
  CaseDetail,
  | 'platform'
  | 'asked'
  | 'assisting'
  | 'limit'
  | 'stageDueAt'
  | 'returns'
  | 'urges'
  | 'forced'
  | 'excluded'
  | 'duplicateOf'
  | 'allowed'
> &
  Pick<CaseFacts, 'reworks' | 'extensions' | 'satisfied'>;

/** Where a case stands in the workflow, and what is possible now. */
async function readStanding(client: Queryable, id: number): Promise<Standing> {
  const { rows } = await client.query<
    Omit<CaseFacts, 'duplicateOf'> &
      Pick<CaseDetail, 'platform' | 'assisting' | 'returns' | 'urges' | 'forced' | 'excluded'> & {
        duplicateOf: string | null;
        limitValue: number | null;
        limitUnit: LimitUnit | null;
        stageDueAt: Date | null;
      }
  >(
    `select ${PLATFORM} as platform, status, asked, extensions::int, reworks::int, appealed, satisfied, duplicate_of::text as "duplicateOf",
       limit_value as "limitValue", limit_unit as "limitUnit", stage_due_at as "stageDueAt", returns::int, urges::int, forced, excluded,
       (select coalesce(jsonb_agg(jsonb_build_object('code', t.key, 'nameZh', t.name_zh, 'nameEn', t.name_en) order by t.key), '[]')
         from department t where t.id = any(c.assisting)) as assisting
     from cases c where id = $1::bigint`,
    [id],
  );
  const { limitValue, limitUnit, stageDueAt, duplicateOf, status, appealed, ...rest } = rows[0]!;
  const parent = duplicateOf === null ? null : Number(duplicateOf);
  const allowed = allowedActions({ ...rest, status, appealed, duplicateOf: parent });
  return {
    ...rest,
    duplicateOf: parent,
    limit: limitValue === null || limitUnit === null ? null : { value: limitValue, unit: limitUnit },
    stageDueAt: stageDueAt?.toISOString() ?? null,
    allowed: (rest.platform === null ? allowed : oursOf(allowed)).map((one) => ({ ...one, roles: [...one.roles] })),
  };
}

async function readSteps(client: Queryable, id: number): Promise<Pick<CaseDetail, 'seq' | 'steps'>> {
  const { rows } = await client.query<
    Omit<CaseDetail['steps'][number], 'at' | 'usedMs'> & { at: Date; usedMs: string | null }
  >(
    `select seq::int, at, action, from_status as "from", to_status as "to", role, actor, note, used_ms::text as "usedMs", late, data,
       encode(hash, 'hex') as hash
     from step where case_id = $1::bigint order by step.seq`,
    [id],
  );
  const steps = rows.map((step) => ({
    ...step,
    at: step.at.toISOString(),
    usedMs: step.usedMs === null ? null : Number(step.usedMs),
  }));
  return { seq: steps.at(-1)?.seq ?? 0, steps };
}
