/**
 * Tiles of cases of a city of N cases, each one made (nothing is cached), over all zooms and filters drawn by lot; beside them, in the
 * same run, the counting in SQL that answers while cases are being read into memory.
 * `npm run bench:cases -- --cases 480717,10000000` (the default); writes bench/results/cases.json.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../server/app.ts';
import { WHOLE_CITY } from '../server/access/index.ts';
import { holdCases, STATUS_FILTERS, type CaseFilter } from '../server/cases/index.ts';
import { fixedClock, migrate, openDatabase, type Database } from '../server/db/index.ts';
import { openRuntime } from '../server/runtime.ts';
import { openServing } from '../server/serving.ts';
import { readGroups } from '../server/tiles/caseGroups.ts';
import { bboxToTiles, type Tile } from '../tiles/grid.ts';
import { caseLevel } from '../tiles/plan.ts';
import { ADDRESSES, buildCaseCity, CASE_NOW } from './lib/caseCity.ts';
import { SETTINGS, startCluster, type Cluster } from './lib/cluster.ts';
import { quantile, randomFrom } from './lib/random.ts';

const FILE = new URL('results/cases.json', import.meta.url);
const ZOOMS = Array.from({ length: 21 }, (_, z) => z);
const PER_ZOOM = 150;
const BASELINE_PER_ZOOM = 6;
/** The round before the one that counts: the compiler's. */
const WARM_UP = 20;

interface View {
  tile: Tile;
  filter: CaseFilter;
}

const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const day = (daysAgo: number) => new Date(CASE_NOW.getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10);

/** Half of the filters a map has (open, all), half of them anything. */
function drawFilter(random: () => number): CaseFilter {
  const below = (n: number) => Math.floor(random() * n);
  if (random() < 0.25) return { status: random() < 0.5 ? 'open' : 'all' };
  const filter: CaseFilter = { status: random() < 0.5 ? 'all' : STATUS_FILTERS[below(STATUS_FILTERS.length)]! };
  if (random() < 0.35) filter.category = `c${1 + below(57)}`;
  if (random() < 0.35) filter.source = `s${1 + below(6)}`;
  if (random() < 0.35) filter.division = 1 + below(random() < 0.5 ? 18 : 400);
  if (random() < 0.4) {
    const last = below(360);
    filter.to = day(last);
    filter.from = day(last + below(364 - last));
  }
  return filter;
}

/** From the whole city down to a street, where the cases are. */
async function drawViews(db: Database): Promise<View[]> {
  const { rows } = await db.query<{ lng: number; lat: number }>(
    `select lng, lat from bench_address where n in (select floor(${ADDRESSES} * (i / 2000.0) ^ 1.5)::int from generate_series(0, 1999) i)
     order by hashint4(n)`,
  );
  const random = randomFrom(3);
  return ZOOMS.flatMap((z) =>
    Array.from({ length: PER_ZOOM }, (_, i) => {
      const { lng, lat } = rows[(z * PER_ZOOM + i) % rows.length]!;
      const { minX: x, minY: y } = bboxToTiles([lng, lat, lng, lat], z);
      return { tile: { z, x, y }, filter: drawFilter(random) };
    }),
  );
}

const pathOf = ({ tile: { z, x, y }, filter }: View) =>
  `/tiles/cases/${z}/${x}/${y}.mvt?${new URLSearchParams(Object.entries(filter).map(([k, v]): [string, string] => [k, String(v)])).toString()}`;

interface Timing {
  tiles: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  maxBytes?: number;
  /** Cut off after 5 s. */
  timedOut?: number;
}

function timing(ms: number[]): Pick<Timing, 'tiles' | 'p50Ms' | 'p99Ms' | 'maxMs'> {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) => round(quantile(sorted, share));
  return { tiles: ms.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: round(sorted.at(-1) ?? NaN) };
}

type Ask = (view: View) => Promise<number>;

/** Without a socket, from request to whole body. @returns asks; an answer other than 200 or 204 throws. */
function asker(app: { request: (path: string) => Response | Promise<Response> }): Ask {
  return async (view) => {
    const response = await app.request(pathOf(view));
    if (response.status !== 200 && response.status !== 204) throw new Error(`${pathOf(view)}: ${response.status}`);
    return (await response.arrayBuffer()).byteLength;
  };
}

async function walk(views: readonly View[], ask: Ask): Promise<Timing & { byZoom: Record<string, Timing> }> {
  for (const view of views.filter((_, i) => i % PER_ZOOM < WARM_UP)) await ask(view);
  const seen: { z: number; ms: number; bytes: number }[] = [];
  for (const view of views) {
    const began = performance.now();
    const bytes = await ask(view);
    seen.push({ z: view.tile.z, ms: performance.now() - began, bytes });
  }
  const of = (runs: typeof seen): Timing => ({
    ...timing(runs.map(({ ms }) => ms)),
    maxBytes: Math.max(...runs.map(({ bytes }) => bytes)),
  });
  return { ...of(seen), byZoom: Object.fromEntries(ZOOMS.map((z) => [z, of(seen.filter((run) => run.z === z))])) };
}

async function measureSql(db: Database, views: readonly View[]): Promise<Record<string, Timing>> {
  const found: Record<string, Timing> = {};
  for (const z of ZOOMS) {
    const ms: number[] = [];
    let timedOut = 0;
    for (const { tile, filter } of views.filter((view) => view.tile.z === z).slice(0, BASELINE_PER_ZOOM)) {
      const began = performance.now();
      await readGroups(db, WHOLE_CITY, filter, CASE_NOW, tile, caseLevel(z)).catch(() => timedOut++);
      ms.push(performance.now() - began);
    }
    found[z] = { ...timing(ms), timedOut };
  }
  return found;
}

function memory(): { rssMB: number; heapMB: number; buffersMB: number } {
  global.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rssMB: round(rss / 1e6, 0), heapMB: round(heapUsed / 1e6, 1), buffersMB: round(arrayBuffers / 1e6, 1) };
}

/** The longest that the event loop stood still while `work` went on. */
async function longestPause(work: Promise<void>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 2);
    last = now;
  }, 2);
  await work;
  clearInterval(timer);
  return round(longest, 0);
}

async function measureLoad(db: Database) {
  const before = memory();
  const held = holdCases(db);
  const began = performance.now();
  held.start();
  const longestPauseMs = await longestPause(held.settled());
  const seconds = round((performance.now() - began) / 1000, 1);
  const peakRssMB = round(process.resourceUsage().maxRSS / 1000, 0);
  const after = memory();
  await held.close();
  return { seconds, longestPauseMs, peakRssMB, before, after, columnsMB: round(after.buffersMB - before.buffersMB, 1) };
}

async function measure(cluster: Cluster, cases: number) {
  const database = `cases_${cases}`;
  await cluster.sql('postgres', `create database ${database}`);
  const db = await openDatabase({ url: cluster.url(database), folder: '', poolSize: 4 });
  await migrate(db);
  const began = performance.now();
  await buildCaseCity(db, cases, (text) => console.log(`  ${text}`));
  const buildSeconds = round((performance.now() - began) / 1000, 0);
  const load = await measureLoad(db);
  console.log('  load', JSON.stringify(load));
  const runtime = await openRuntime(db, 'bench');
  const clock = fixedClock(CASE_NOW);
  // One byte of cache: every tile is made.
  const serving = await openServing(db, () => clock, 1);
  await serving.held.settled();
  const app = createApp({
    runtime,
    hub: serving.hub,
    tiles: serving.tiles,
    meters: serving.meters,
    log: pino({ level: 'silent' }),
    pages: '/nonexistent',
    publicUrl: undefined,
    tileCacheControl: 'no-cache',
  });
  const views = await drawViews(db);
  const tiles = await walk(views, asker(app));
  console.log(`  ${cases.toLocaleString('en')} cases: p50 ${tiles.p50Ms} ms, p99 ${tiles.p99Ms} ms`);
  console.table(tiles.byZoom);
  const rssMB = memory().rssMB;
  const sql = await measureSql(db, views);
  console.table(sql);
  await serving.close();
  runtime.close();
  await db.close();
  await cluster.sql('postgres', `drop database ${database}`);
  const { byZoom, ...overall } = tiles;
  return { cases, buildSeconds, load, rssMB, ...overall, byZoom, baseline: { sqlGroupBy: sql } };
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '480717,10000000' },
    folder: { type: 'string', default: join(tmpdir(), 'hekan-bench-cases') },
  },
});
const results: Record<string, Awaited<ReturnType<typeof measure>>> = {};
const cluster = await startCluster(values.folder);
try {
  for (const cases of values.cases.split(',').map(Number)) {
    console.log(`· ${cases.toLocaleString('en')} cases`);
    results[cases] = await measure(cluster, cases);
  }
} finally {
  cluster.stop();
  rmSync(values.folder, { recursive: true, force: true });
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGB: round(totalmem() / 1e9, 0),
  node: process.version,
};
mkdirSync(new URL('.', FILE), { recursive: true });
const report = {
  measuredAt: new Date().toISOString(),
  machine,
  postgresql: SETTINGS,
  addresses: ADDRESSES,
  cities: results,
};
writeFileSync(FILE, `${JSON.stringify(report, null, 2)}\n`);
