/**
 * Indicators of a city of N cases, as the API serves them: any indicator, of any level, over a year; beside each, in the same run, the
 * recount of the same from the cases, which must give the same. Then, in a city of a million open cases, the queue page of a district
 * and the look-up of duplicates.
 * `npm run bench:kpi -- --cases 500000,10000000 --open 1400000` (the default; 0: leave out; --keep for another run); writes
 * bench/results/kpi.json.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WHOLE_CITY } from '../server/access/index.ts';
import { apiRoutes } from '../server/api/routes.ts';
import { INDICATOR_IDS, needsTally, rebuildTally } from '../server/cases/index.ts';
import { migrate, openDatabase, fixedClock, type Database, type Queryable } from '../server/db/index.ts';
import { openRuntime } from '../server/runtime.ts';
import { findDuplicates, type Placed } from '../server/signals/index.ts';
import { SETTINGS, startCluster } from './lib/cluster.ts';
import { buildKpiCity, communityId, COMMUNITIES, KPI_NOW } from './lib/kpiCity.ts';
import { KPI_SHAPES, measureShape, recountShape } from './lib/kpiShapes.ts';
import { quantile, randomFrom } from './lib/random.ts';

const FILE = new URL('results/kpi.json', import.meta.url);
const QUEUE_ROUNDS = 200;
const DUPLICATE_ROUNDS = 2000;
/** Open cases that a sensor has left at one place. */
const CROWD = 10_000;

const round = (value: number, digits = 2) => Number(value.toFixed(digits));

export interface Timing {
  asked: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

function timing(ms: readonly number[]): Timing {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) => round(quantile(sorted, share));
  return { asked: ms.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: round(sorted.at(-1) ?? NaN) };
}

type Get = (path: string) => Promise<unknown>;

async function apiOf(db: Database): Promise<{ get: Get; close: () => void }> {
  const runtime = await openRuntime(db, 'bench');
  const api = apiRoutes({ ...runtime, clock: () => fixedClock(KPI_NOW) }, {}, (error) => console.error(error));
  async function get(path: string): Promise<unknown> {
    const response = await api.request(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  return { get, close: () => runtime.close() };
}

/** Works on a city of its own, built where it is not there yet. */
async function withCity<T>(name: string, build: (db: Database) => Promise<void>, work: (db: Database) => Promise<T>) {
  const { rows } = await cluster.sql('postgres', `select 1 from pg_database where datname = '${name}_built'`);
  if (rows.length === 0) {
    await cluster.sql('postgres', `drop database if exists ${name}`);
    await cluster.sql('postgres', `create database ${name}`);
    await useDatabase(name, build);
    await cluster.sql('postgres', `alter database ${name} rename to ${name}_built`);
  }
  const result = await useDatabase(`${name}_built`, work);
  if (!values.keep) await cluster.sql('postgres', `drop database ${name}_built`);
  return result;
}

async function useDatabase<T>(name: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase({ url: cluster.url(name), folder: '', poolSize: 4 });
  try {
    await migrate(db);
    if (await needsTally(db)) await count(db);
    return await work(db);
  } finally {
    await db.close();
  }
}

const say = (text: string) => console.log(`  ${new Date().toISOString().slice(11, 19)} ${text}`);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return round((performance.now() - began) / 1000, 1);
}

async function count(db: Database): Promise<void> {
  const rebuild = () => db.transaction((client) => rebuildTally(client, (n, of) => say(`counts ${n}/${of}`)));
  say(`counted in ${await seconds(rebuild)} s`);
}

async function buildCounted(db: Database, cases: number): Promise<void> {
  const prepare = () => count(db);
  await buildKpiCity(db, cases, { open: 0.01, openDays: 7, steps: true, prepare }, say);
}

async function measureKpi(db: Database, cases: number) {
  const { get, close } = await apiOf(db);
  const byShape: Record<string, Timing & { recountMs: number | null }> = {};
  const [counted, fromCases]: number[][] = [[], []];
  for (const shape of KPI_SHAPES) {
    const ms = await measureShape(shape, INDICATOR_IDS, get);
    const recountMs = await recountShape(db, WHOLE_CITY, shape);
    byShape[shape.name] = { ...timing(ms), recountMs: recountMs === null ? null : round(recountMs, 0) };
    (shape.fromCases ? fromCases : counted)!.push(...ms);
    say(`${shape.name}: ${JSON.stringify(byShape[shape.name])}`);
  }
  close();
  const { rows } = await db.query<{ tally: number; cases: number }>(
    `select round(pg_total_relation_size('tally') / 1e6)::int as tally, round(pg_total_relation_size('cases') / 1e6)::int as cases`,
  );
  return { cases, sizeMB: rows[0], counted: timing(counted!), fromCases: timing(fromCases!), byShape };
}

/** The district whose open cases are nearest to 100,000. */
async function queueDistrict(db: Database): Promise<{ id: number; open: number }> {
  const { rows } = await db.query<{ id: number; open: number }>(
    `select d.path[2] as id, count(*)::int as open from cases c join division d on d.id = c.division_id where c.open
     group by 1 order by abs(count(*) - 100000) limit 1`,
  );
  return rows[0]!;
}

async function measureQueue(db: Database) {
  const { get, close } = await apiOf(db);
  const { id, open } = await queueDistrict(db);
  const found: Record<string, Timing> = {};
  for (const [name, query] of Object.entries({
    'by deadline': 'status=open&sort=due',
    'newest first': 'status=open',
    overdue: 'status=overdue&sort=due',
    'of one source': 'status=open&sort=due&source=s3',
  })) {
    const ms: number[] = [];
    for (let i = -10; i < QUEUE_ROUNDS; i++) {
      const began = performance.now();
      await get(`/cases?division=${id}&${query}`);
      if (i >= 0) ms.push(performance.now() - began);
    }
    found[name] = timing(ms);
    say(`queue, ${name}: ${JSON.stringify(found[name])}`);
  }
  close();
  return { district: { open }, ...found };
}

async function measureDuplicates(db: Database) {
  const { rows } = await db.query<{ categoryId: number; lng: number; lat: number }>(
    `select category_id as "categoryId", st_x(geom) as lng, st_y(geom) as lat from cases
     where division_id = any($1::int[]) and id % 7 = 0 limit 200000`,
    [Array.from({ length: 40 }, (_, i) => communityId((i * 41) % COMMUNITIES))],
  );
  const random = randomFrom(5);
  const spread = await lookUp(db, () => {
    const { categoryId, lng, lat } = rows[Math.floor(random() * rows.length)]!;
    return { categoryId, position: [lng + random() * 1e-4, lat] };
  });
  say(`duplicates: ${JSON.stringify(spread)}`);
  const { categoryId, lng, lat } = rows[0]!;
  const crowded = await atOnePlace(db, rows[0]!, (client) =>
    lookUp(client, () => ({ categoryId, position: [lng, lat] })),
  );
  say(`duplicates where ${CROWD} are open at one place: ${JSON.stringify(crowded)}`);
  return { ...spread, crowd: { open: CROWD, ...crowded } };
}

async function lookUp(client: Queryable, next: () => Placed): Promise<Timing & { found: number }> {
  const ms: number[] = [];
  let found = 0;
  for (let i = -50; i < DUPLICATE_ROUNDS; i++) {
    const signal = next();
    const began = performance.now();
    const near = await findDuplicates(client, [signal], KPI_NOW);
    if (i < 0) continue;
    ms.push(performance.now() - began);
    found += near.size;
  }
  return { ...timing(ms), found };
}

/** Works while many open cases of one category stand at one place, which they leave again. */
async function atOnePlace<T>(
  db: Database,
  { categoryId, lng, lat }: { categoryId: number; lng: number; lat: number },
  work: (client: Queryable) => Promise<T>,
): Promise<T> {
  const undo = new Error('undo');
  let result: T | undefined;
  await db
    .transaction(async (client) => {
      await client.query(
        `update cases set geom = st_setsrid(st_makepoint($2, $3), 4326), reported_at = $4
         where id in (select id from cases where open and category_id = $1 limit ${CROWD})`,
        [categoryId, lng, lat, KPI_NOW],
      );
      result = await work(client);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  await db.query('vacuum cases');
  return result!;
}

async function measureOpen(db: Database, open: number) {
  return { open, queue: await measureQueue(db), duplicates: await measureDuplicates(db) };
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '500000,10000000' },
    open: { type: 'string', default: '1400000' },
    folder: { type: 'string', default: join(tmpdir(), 'hekan-bench-kpi') },
    out: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const report = {
  measuredAt: new Date().toISOString(),
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: round(totalmem() / 1e9, 0),
    node: process.version,
  },
  postgresql: SETTINGS,
  open: null as Awaited<ReturnType<typeof measureOpen>> | null,
  cities: {} as Record<string, Awaited<ReturnType<typeof measureKpi>>>,
};
const cluster = await startCluster(values.folder);
try {
  const open = Number(values.open);
  if (open > 0) {
    const build = (db: Database) => buildKpiCity(db, open, { open: 1, openDays: 60, steps: false }, say);
    report.open = await withCity(`open_${open}`, build, (db) => measureOpen(db, open));
  }
  for (const cases of values.cases.split(',').map(Number)) {
    if (cases === 0) continue;
    console.log(`· ${cases.toLocaleString('en')} cases`);
    report.cities[cases] = await withCity(
      `kpi_${cases}`,
      (db) => buildCounted(db, cases),
      (db) => measureKpi(db, cases),
    );
  }
} finally {
  cluster.stop();
  if (!values.keep) rmSync(values.folder, { recursive: true, force: true });
}
mkdirSync(new URL('.', FILE), { recursive: true });
writeFileSync(values.out ?? FILE, `${JSON.stringify(report, null, 2)}\n`);
