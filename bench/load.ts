/** How fast records come in: `import records` from a CSV whose places are known, against a plain COPY of the same rows, places
 * ready-made, by psql into a table with the same index, in the same run on a cluster of its own.
 * Run: npm run bench:load -- --records 3000000 --places 1000000 (writes bench/results/load.json). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, openDatabase, type Database } from '../server/db/index.ts';
import { formatReport } from '../server/imports/index.ts';
import { postgresBin } from '../server/testing/postgres.ts';
import { verifyDensity } from '../server/verify.ts';
import { SETTINGS, startCluster } from './lib/cluster.ts';
import type { ImportOutcome } from './lib/importOnce.ts';
import { writeFiles, writePlaces } from './lib/loadCity.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '3000000' },
    places: { type: 'string', default: '1000000' },
    verify: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const records = Number(values.records);
const places = Number(values.places);
const MAP = {
  name: 'licences',
  nameZh: '证照',
  nameEn: 'Licences',
  theme: 'business',
  columns: { key: 'id', code: 'address_code', day: 'issued_on' },
  class: 'government',
};
const IMPORT = new URL('lib/importOnce.ts', import.meta.url).pathname;
const BASELINE = `create table baseline (cell bigint, n int, generation_id int not null, day date not null, batch int not null,
  class smallint not null, key text not null);
  create index on baseline (cell, n) where cell is not null; checkpoint`;

const show = (value: number) => Math.round(value).toLocaleString('en');

/** A table as a generation's is, filled by psql. @returns records a second. */
function copyBaseline(url: string, file: string): number {
  const psql = (sql: string) =>
    execFileSync(join(postgresBin()!, 'psql'), [url, '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql], { stdio: 'inherit' });
  for (const statement of BASELINE.split(';')) psql(statement);
  const began = performance.now();
  psql(`\\copy baseline from '${file}' (format csv)`);
  return (1000 * records) / (performance.now() - began);
}

function importFile(url: string, file: string, map: string): ImportOutcome {
  const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const printed = execFileSync(process.execPath, [...profile, IMPORT, map, file], {
    env: { ...process.env, DATABASE_URL: url },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(printed) as ImportOutcome;
}

async function bench(db: Database, url: string, folder: string): Promise<void> {
  await migrate(db);
  const cells = await writePlaces(db, places);
  const at = (name: string) => join(folder, name);
  await writeFiles(at('records.csv'), at('ready.csv'), records, cells);
  writeFileSync(at('map.json'), JSON.stringify(MAP));
  const bytes = statSync(at('records.csv')).size;
  console.log(`· ${show(records)} records on ${show(places)} places, ${(bytes / records).toFixed(1)} bytes a line`);
  await db.query('checkpoint');
  const { report, seconds, maxMemoryMb } = importFile(url, at('records.csv'), at('map.json'));
  for (const line of formatReport(report)) console.log(line);
  const baseline = copyBaseline(url, at('ready.csv'));
  if (values.verify) console.log('· verified:', await verifyDensity(db));
  const result = {
    records,
    places,
    bytesALine: Math.round((bytes / records) * 10) / 10,
    recordsPerSecond: Math.round(records / report.seconds),
    withCountsFolded: Math.round(records / seconds),
    copyPerSecond: Math.round(baseline),
    ratio: Math.round((1000 * records) / report.seconds / baseline) / 1000,
    maxMemoryMb,
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      load: loadavg().map((load) => Math.round(load * 10) / 10),
    },
    settings: SETTINGS,
  };
  console.log(
    `import: ${show(result.recordsPerSecond)} records/s (${show(result.withCountsFolded)} with all counts folded); ` +
      `COPY by psql: ${show(baseline)}; ratio ${result.ratio}; at most ${maxMemoryMb} MB; load ${result.machine.load.join(' ')}`,
  );
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL('load.json', results), `${JSON.stringify(result, null, 2)}\n`);
}

const folder = mkdtempSync(join(tmpdir(), 'hekan-load-'));
// Beside, not inside: PostgreSQL's own user must get there.
const data = mkdtempSync(join(tmpdir(), 'hekan-load-pg-'));
const cluster = await startCluster(data);
try {
  await cluster.sql('postgres', 'create database load');
  const db = await openDatabase({ url: cluster.url('load'), folder: '', poolSize: 6 });
  await bench(db, cluster.url('load'), folder).finally(() => db.close());
} finally {
  cluster.stop();
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
}
