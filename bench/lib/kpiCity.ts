/** A city of N cases as the indicators need them: every instant, round and key, in 16 districts, 209 streets and 1,599 communities. */
import type { Database } from '../../server/db/index.ts';
import { BENCH_EXTENT, writeBenchCity, type BenchDivision } from './benchCity.ts';

export const KPI_NOW = new Date('2026-11-24T12:00:00+08:00');
export const DISTRICTS = 16;
export const STREETS = 209;
export const COMMUNITIES = 1599;
/** Days that cases were reported in. */
export const DAYS = 400;
/** Days before now whose cases have steps: whose work it was. */
export const STEP_DAYS = 31;
const CATEGORIES = 57;
const SOURCES = 6;
const DEPARTMENTS = 40;
const BATCH = 500_000;
const [WEST, SOUTH] = BENCH_EXTENT;

/** Ids: 1 the city, then districts, streets, communities. */
export const districtId = (n: number): number => 2 + n;
export const streetId = (n: number): number => 2 + DISTRICTS + n;
export const communityId = (n: number): number => 2 + DISTRICTS + STREETS + n;

function* divisions(): Generator<BenchDivision> {
  yield [1, 1, [1]];
  for (let d = 0; d < DISTRICTS; d++) yield [districtId(d), 2, [1, districtId(d)]];
  for (let s = 0; s < STREETS; s++) yield [streetId(s), 3, [1, districtId(s % DISTRICTS), streetId(s)]];
  for (let c = 0; c < COMMUNITIES; c++) {
    const street = c % STREETS;
    yield [communityId(c), 4, [1, districtId(street % DISTRICTS), streetId(street), communityId(c)]];
  }
}

async function writeWords(db: Database): Promise<void> {
  await writeBenchCity(db, [...divisions()], CATEGORIES, SOURCES);
  await db.query(`insert into duplicate_rule select n, 50, 24 * 30 from generate_series(1, ${CATEGORIES}) as n`);
  await db.query(`insert into department (id, key, name_zh, name_en)
    select n, 'k' || n, '名称' || n, 'Name ' || n from generate_series(1, ${DEPARTMENTS}) as n`);
}

const OPEN = `(array['to_file', 'to_dispatch', 'handling', 'suspended', 'to_check', 'checking'])[1 + floor(r3 * 6)::int]`;
/** A community's cases lie within about 2 km. */
const POINT = `st_setsrid(st_makepoint(${WEST} + 0.3 + (community * 37 % 40) * 0.09 + r1 * 0.04, ${SOUTH} + 0.2 + (community * 61 % 41) * 0.05 + r2 * 0.03), 4326)`;

/** Statement that writes a batch. Cases that are still open were reported in the last `openDays`. */
const insert = (from: number, to: number, openShare: number, openDays: number) => `
  insert into cases (id, dataset_id, external_id, case_no, source_id, category_id, department_id, division_id, owner, geom, status,
    reported_at, accepted_at, verified_at, filed_at, dispatched_at, yellow_at, due_at, handled_at, checked_at, closed_at,
    called_back_at, satisfied, stage_due_at, reworks, returns, redispatches, late_stages, excluded, duplicate_of, updated_at)
  select n, 1, n::text, 'B-' || n, 1 + floor(${SOURCES} * r1 * r1), category, nullif((category * 7 + community) % ${DEPARTMENTS + 1}, 0),
    ${communityId(0)} + community, case when r2 < 0.1 then 'federated' else 'hosted' end, ${POINT}, status::case_status,
    at, accepted, case when r3 < 0.5 then accepted end,
    case when status not in ('to_file', 'rejected') then accepted + interval '30 minutes' end, dispatched, due - interval '14 hours', due,
    handled, handled + interval '5 hours', case when status = 'closed' then handled + interval '7 hours' end,
    case when status = 'closed' and r1 < 0.1 then handled + interval '30 hours' end, case when status = 'closed' and r1 < 0.1 then r2 < 0.9 end,
    case when status in ('to_file', 'to_dispatch', 'checking') then at + r2 * interval '2 days' end,
    (r2 < 0.03)::int, (r3 < 0.04)::int, (r1 > 0.98)::int, floor(16 * r1 ^ 8), r2 > 0.995, case when r3 > 0.95 then n - 1 end, at
  from (
    select n, r1, r2, r3, status, floor(${COMMUNITIES} * r4 ^ 1.5)::int as community, (1 + floor(${CATEGORIES} * r5 ^ 2))::int as category,
      at, case when status <> 'rejected' then at + r1 * interval '1 hour' end as accepted,
      case when status not in ('to_file', 'to_dispatch', 'rejected') then at + r2 * interval '8 hours' end as dispatched,
      case when status <> 'rejected' then at + interval '5 days' * r1 + interval '12 hours' end as due,
      case when status in ('to_check', 'checking', 'closed') then at + r2 * interval '3 days' end as handled
    from (
      select n, random() as r1, random() as r2, random() as r3, random() as r4, random() as r5, random() as luck, random() as age
      from generate_series(${from}::bigint, ${to}::bigint) as n
    ) as drawn
    cross join lateral (select case when luck < ${openShare} then ${OPEN} when luck > 0.99 then 'rejected' when luck > 0.985 then 'void'
      else 'closed' end as status) as s
    cross join lateral (select timestamptz '${KPI_NOW.toISOString()}'
      - (case when luck < ${openShare} then ${openDays} else ${DAYS} end) * age * interval '1 day' as at) as t
  ) as filled`;

const STEPS = `
  insert into step (case_id, seq, at, action, from_status, to_status, role, actor)
  select id, row_number() over (partition by id order by k), coalesce(c.closed_at, c.reported_at), a.action::case_action, null, c.status, 'operator',
    'p' || (c.id * 31 + k) % 400
  from cases c cross join unnest(array['report', 'accept', 'file', 'dispatch', 'feed_back', 'check_passed', 'close']) with ordinality as a (action, k)
  where c.reported_at > timestamptz '${KPI_NOW.toISOString()}' - interval '${STEP_DAYS} days'`;

/**
 * Writes the city into an empty, migrated database. Only reading is measured: cases are not in the write-ahead log, and indexes come last.
 * @param options open: share of cases that are open, reported in the last `openDays`. prepare: runs before the indexes are made.
 */
export async function buildKpiCity(
  db: Database,
  cases: number,
  options: { open: number; openDays: number; steps: boolean; prepare?: () => Promise<void> },
  say: (text: string) => void,
): Promise<void> {
  await db.query('select setseed(0.5)');
  await writeWords(db);
  await db.query('alter table cases set unlogged');
  const { rows: indexes } = await db.query<{ name: string; def: string }>(
    `select indexname as name, indexdef as def from pg_indexes where tablename = 'cases' and schemaname = 'public' and indexname not in
       (select conname from pg_constraint where conrelid = 'cases'::regclass)`,
  );
  for (const { name } of indexes) await db.query(`drop index ${name}`);
  for (let from = 1; from <= cases; from += BATCH) {
    await db.query(insert(from, Math.min(cases, from + BATCH - 1), options.open, options.openDays));
    say(`${Math.min(cases, from + BATCH - 1).toLocaleString('en')} cases`);
  }
  if (options.steps) await db.query(STEPS);
  await options.prepare?.();
  for (const { def } of indexes) await db.query(def);
  for (const table of ['cases', 'step', 'tally', 'division']) await db.query(`vacuum analyze ${table}`);
}
