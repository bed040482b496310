/** A city of N cases on a million addresses, made in the database: clustered as cities are, a year of days, 0.35 % open. */
import { cellOf } from '../../tiles/morton.ts';
import { insertRows, type Database } from '../../server/db/index.ts';
import { BENCH_EXTENT, writeBenchCity, type BenchDivision } from './benchCity.ts';
import { randomFrom } from './random.ts';

export const ADDRESSES = 1_000_000;
export const CASE_NOW = new Date('2026-11-24T12:00:00+08:00');
const [WEST, SOUTH, EAST, NORTH] = BENCH_EXTENT;
const CENTRES = 400;
const DISTRICTS = 17;
const GRIDS = 4;
const CATEGORIES = 57;
const SOURCES = 6;
const BATCH = 20_000;

/** Ids: 1 the city, then districts, then one community a centre, then its grids. */
const districtOf = (centre: number) => 2 + (centre % DISTRICTS);
const communityOf = (centre: number) => 2 + DISTRICTS + centre;
const gridOf = (centre: number, part: number) => 2 + DISTRICTS + CENTRES + centre * GRIDS + part;

function* divisions(): Generator<BenchDivision> {
  yield [1, 1, [1]];
  for (let d = 0; d < DISTRICTS; d++) yield [2 + d, 2, [1, 2 + d]];
  for (let c = 0; c < CENTRES; c++) {
    yield [communityOf(c), 4, [1, districtOf(c), null, communityOf(c)]];
    for (let g = 0; g < GRIDS; g++) yield [gridOf(c, g), 5, [1, districtOf(c), null, communityOf(c), gridOf(c, g)]];
  }
}

/** Addresses around centres: the first centres have most of them, and the first addresses most of the cases. */
async function writeAddresses(db: Database): Promise<void> {
  const random = randomFrom(20261124);
  const near = () => (random() + random() + random() - 1.5) / 1.5;
  const centres = Array.from({ length: CENTRES }, () => ({
    lng: WEST + (0.1 + 0.8 * random()) * (EAST - WEST),
    lat: SOUTH + (0.1 + 0.8 * random()) * (NORTH - SOUTH),
    radius: 0.01 + 0.09 * random(),
  }));
  await db.query(
    'create table bench_address (n int primary key, lng float8, lat float8, cell bigint, division_id int)',
  );
  const columns = [
    ['n', 'int'],
    ['lng', 'float8'],
    ['lat', 'float8'],
    ['cell', 'bigint'],
    ['division_id', 'int'],
  ] as const;
  for (let from = 0; from < ADDRESSES; from += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, i) => {
      const at = Math.floor(CENTRES * random() ** 3);
      const { lng, lat, radius } = centres[at]!;
      const [x, y] = [lng + near() * radius, lat + near() * radius * 0.7];
      return [from + i, x, y, cellOf(x, y).toString(), gridOf(at, Math.floor(random() * GRIDS))];
    });
    await insertRows(db, 'bench_address', columns, rows);
  }
}

/** Nearly all closed; open ones are a share of the last weeks'. Lights turn around CASE_NOW. */
const INSERT = (from: number, to: number) => `
  insert into cases (id, dataset_id, external_id, case_no, source_id, category_id, division_id, geom, cell, status, reported_at,
    accepted_at, filed_at, yellow_at, due_at, closed_at, updated_at)
  select drawn.n, 1, drawn.n::text, 'B-' || drawn.n, 1 + floor(${SOURCES} * r1 * r1), 1 + floor(${CATEGORIES} * r2 * r2), a.division_id,
    st_setsrid(st_makepoint(a.lng, a.lat), 4326), a.cell, s.status::case_status, at, case when s.status = 'rejected' then null else at end, at,
    at + interval '4 days', at + interval '5 days', case when s.status = 'closed' then at + interval '3 days' end, at
  from (
    select n, random() as r1, random() as r2, floor(${ADDRESSES} * random() ^ 1.5)::int as address, random() as luck, random() as age
    from generate_series(${from}::bigint, ${to}::bigint) as n
  ) as drawn join bench_address a on a.n = address
  cross join lateral (select case when luck < 0.0035 then (array['handling', 'to_check', 'to_dispatch', 'suspended'])[1 + floor(age * 4)::int]
    when luck < 0.01 then 'rejected' when luck < 0.015 then 'void' else 'closed' end as status) as s
  cross join lateral (select timestamptz '${CASE_NOW.toISOString()}'
    - (case when luck < 0.0035 then 7 else 365 end) * age * interval '1 day' as at) as t`;

/** Writes the city into an empty, migrated database. Indexes are made after the rows, as by a restore. */
export async function buildCaseCity(db: Database, cases: number, say: (text: string) => void): Promise<void> {
  await db.query('select setseed(0.5)');
  await writeBenchCity(db, [...divisions()], CATEGORIES, SOURCES);
  await writeAddresses(db);
  const { rows: indexes } = await db.query<{ name: string; def: string }>(
    `select indexname as name, indexdef as def from pg_indexes where tablename = 'cases' and schemaname = 'public' and indexname not in
       (select conname from pg_constraint where conrelid = 'cases'::regclass)`,
  );
  for (const { name } of indexes) await db.query(`drop index ${name}`);
  for (let from = 1; from <= cases; from += 1_000_000) {
    await db.query(INSERT(from, Math.min(cases, from + 999_999)));
    say(`${Math.min(cases, from + 999_999).toLocaleString('en')} cases`);
  }
  for (const { def } of indexes) await db.query(def);
  await db.query('vacuum analyze cases');
}
