/**
 * The data grid and the quality of places of a city of N addresses in 1,600 communities, as the API reads them; beside the data grid, in the same
 * run, the same figures without its index, which must be the same.
 * `npm run bench:grid -- --addresses 1000000 --records 3` (the default).
 */
import { parseArgs } from 'node:util';
import { WHOLE_CITY } from '../server/access/index.ts';
import { readDataGrid } from '../server/collection/index.ts';
import { migrate, openDatabase, type Database } from '../server/db/index.ts';
import { countMatchLevels, rebuildDensity } from '../server/records/index.ts';
import { startPostgres } from '../server/testing/postgres.ts';
import { writeBenchCity, type BenchDivision } from './lib/benchCity.ts';

const COMMUNITIES = 1600;
const ROUNDS = 15;

const { values } = parseArgs({
  options: { addresses: { type: 'string', default: '1000000' }, records: { type: 'string', default: '3' } },
});

async function build(db: Database, addresses: number, records: number): Promise<void> {
  const communities = Array.from({ length: COMMUNITIES }, (_, i): BenchDivision => [i + 3, 4, [1, 2, null, i + 3]]);
  await writeBenchCity(db, [[1, 1, [1]], [2, 2, [1, 2]], ...communities], 1, 1);
  await db.query(
    `insert into place (cell, n, dataset_id, division_id, geom, address, level, confidence, code, people, visited_at)
     select (2085345262558839322 + i::bigint * 65537), 1, 1, 3 + i % ${COMMUNITIES}, 'SRID=4326;POINT(123.9 47.3)', '地址' || i,
       case i % 20 when 0 then 'road' else 'number' end, 1, 'A' || i, nullif(i % 7, 6), case i % 3 when 0 then now() - i * interval '7 s' end
     from generate_series(1, $1::int) as i`,
    [addresses],
  );
  await db.query(
    "insert into dataset (id, key, name_zh, name_en, kind, class, origin) values (1, 'r', 'r', 'r', 'records', 0, 'import')",
  );
  await db.query("insert into dataset_generation (id, dataset_id, state) values (1, 1, 'live')");
  await db.query('create table record_1 partition of record for values in (1)');
  await db.query(
    `insert into record (generation_id, cell, n, class, day, key, batch)
     select 1, cell, n, 0, '2024-01-01', code || '.' || k, 0 from place cross join generate_series(1, $1::int) as k`,
    [records],
  );
  await db.transaction(rebuildDensity);
  await db.query('vacuum analyze place');
}

async function median<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const times: number[] = [];
  let value = await work();
  for (let i = 0; i < ROUNDS; i++) {
    const began = performance.now();
    value = await work();
    times.push(performance.now() - began);
  }
  return { ms: Math.round(times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!), value };
}

const postgres = await startPostgres();
try {
  const db = await openDatabase({ url: postgres.url, folder: '', poolSize: 4 });
  await migrate(db);
  await build(db, Number(values.addresses), Number(values.records));
  const question = { level: 4, since: new Date(Date.now() - 90 * 86_400_000) };
  const ask = (within: number | null) => () => readDataGrid(db, WHOLE_CITY, { ...question, within });
  const city = await median(ask(null));
  const began = performance.now();
  const levels = await countMatchLevels(db, new Date());
  const countMs = Math.round(performance.now() - began);
  await db.query('drop index place_collected');
  const without = await median(ask(null));
  const same = JSON.stringify([...city.value]) === JSON.stringify([...without.value]);
  if (!same) throw new Error('the index gives other figures');
  const located = levels.cells.reduce((sum, { records }) => sum + records, 0);
  if (located !== Number(values.addresses) * Number(values.records)) throw new Error(`${located} records counted`);
  console.log(
    JSON.stringify({
      addresses: Number(values.addresses),
      located,
      gridMs: city.ms,
      withoutIndexMs: without.ms,
      countMs,
    }),
  );
  await db.close();
} finally {
  postgres.stop();
}
