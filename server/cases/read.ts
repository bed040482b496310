import type { Knex } from 'knex';
import type { Scope } from '../access/index.ts';
import type { Bare, CaseDetail, CasePage } from '../api/shapes.ts';
import type { Clock, Queryable } from '../db/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { oursOf } from './act.ts';
import { filterCases, type CaseFilter } from './filter.ts';
import { ORDERS, run, toItem, withNames, type CaseSort, type ItemRow } from './listRows.ts';
import { allowedActions, type CaseFacts } from './machine.ts';
import { PLATFORM } from './state.ts';
import type { LimitUnit } from './words.ts';

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
  const matching = filterCases(scope, await withDivisions(client, filter), now);
  const total = page.after === undefined ? await countOf(client, matching.clone()) : null;
  if (page.after !== undefined) {
    const { us, id } = parseCursor(page.after);
    const place = `('epoch'::timestamptz + ?::bigint * interval '1 microsecond', ?::bigint)`;
    matching.whereRaw(after.replace('(?, ?)', place), [us, id]);
  }
  // Ids first: those of a queue are in an index, and only the page's cases are read.
  const ids = matching
    .select('c.id')
    .orderByRaw(by)
    .limit(page.limit + 1);
  const cut = sqlBuilder('cases as c').whereIn('c.id', ids).select('c.*');
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

async function withDivisions(client: Queryable, filter: CaseFilter): Promise<CaseFilter> {
  if (filter.division === undefined) return filter;
  const { rows } = await client.query<{ id: number }>('select id from division where $1::int = any(path)', [
    filter.division,
  ]);
  return { ...filter, divisionIds: rows.map(({ id }) => id) };
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
