/** How fast records come in: `import records` from a CSV whose places are known, against a plain COPY of the same rows, places
 * ready-made, by psql into a table with the same index, in the same run on a cluster of its own.
 * Run: npm run bench:load -- --records 3000000 --places 1000000 (writes bench/results/load.json). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, openDatabase, type Database } from '../server/db/index.ts';
import { formatReport, importRecords } from '../server/imports/index.ts';
import { postgresBin, startPostgres } from '../server/testing/postgres.ts';
import { verifyDensity } from '../server/verify.ts';
import { writeFiles, writePlaces } from './loadCity.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '3000000' },
    places: { type: 'string', default: '1000000' },
    verify: { type: 'boolean', default: false },
  },
});
const records = Number(values.records);
const places = Number(values.places);
/** As a city would run it. */
const SETTINGS = [
  'shared_buffers=4GB',
  'max_wal_size=4GB',
  'fsync=on',
  'synchronous_commit=on',
  'maintenance_work_mem=512MB',
];
const MAP = {
  name: 'licences',
  nameZh: '证照',
  nameEn: 'Licences',
  theme: 'business',
  columns: { key: 'id', code: 'address_code', day: 'issued_on' },
  class: 'government',
};

const seconds = (since: number) => (performance.now() - since) / 1000;

/** A table as a generation's is, filled by psql. @returns records a second. */
function copyBaseline(url: string, file: string): number {
  const psql = (sql: string) =>
    execFileSync(join(postgresBin()!, 'psql'), [url, '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql], { stdio: 'inherit' });
  psql(
    'create table baseline (generation_id int not null, cell bigint, n int, class smallint not null, day date not null, key text not null, batch int not null)',
  );
  psql('create index on baseline (cell, n) where cell is not null');
  psql('checkpoint');
  const began = performance.now();
  psql(`\\copy baseline from '${file}' (format csv)`);
  return records / seconds(began);
}

async function bench(db: Database, url: string, folder: string): Promise<void> {
  await migrate(db);
  const cells = await writePlaces(db, places);
  const [file, ready, map] = ['records.csv', 'ready.csv', 'map.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFiles(file, ready, records, cells);
  writeFileSync(map, JSON.stringify(MAP));
  const bytes = statSync(file).size;
  console.log(
    `· ${records.toLocaleString('en')} records on ${places.toLocaleString('en')} places, ${(bytes / records).toFixed(1)} bytes a line`,
  );
  await db.query('checkpoint');
  const began = performance.now();
  const out = { progress: () => undefined, line: () => undefined };
  const report = await importRecords(
    db,
    [file],
    { map, replaceDemo: false, rejects: join(folder, 'rejects.csv') },
    out,
  );
  const importSeconds = seconds(began);
  for (const line of formatReport(report)) console.log(line);
  const rss = Math.round(process.memoryUsage().rss / 1e6);
  const baseline = copyBaseline(url, ready);
  const perSecond = records / report.seconds;
  if (values.verify) console.log('· verified:', await verifyDensity(db));
  const result = {
    records,
    places,
    bytesALine: Math.round((bytes / records) * 10) / 10,
    recordsPerSecond: Math.round(perSecond),
    withCountsFolded: Math.round(records / importSeconds),
    copyPerSecond: Math.round(baseline),
    ratio: Math.round((perSecond / baseline) * 1000) / 1000,
    memoryMb: rss,
    node: process.version,
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30) },
    settings: SETTINGS,
  };
  console.log(
    `import: ${result.recordsPerSecond.toLocaleString('en')} records/s (${result.withCountsFolded.toLocaleString('en')} with all counts folded); ` +
      `COPY by psql: ${result.copyPerSecond.toLocaleString('en')}; ratio ${result.ratio}; memory ${rss} MB`,
  );
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL('load.json', results), `${JSON.stringify(result, null, 2)}\n`);
}

const postgres = await startPostgres('C.UTF-8', SETTINGS);
const folder = mkdtempSync(join(tmpdir(), 'hekan-load-'));
try {
  const db = await openDatabase({ url: postgres.url, folder: '', poolSize: 6 });
  try {
    await bench(db, postgres.url, folder);
  } finally {
    await db.close();
  }
} finally {
  postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
