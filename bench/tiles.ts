/**
 * Tiles of a city of N records, asked for along recorded walks, each one made (nothing is cached), beside what others would send.
 * `npm run bench -- --records 3000000,30000000,300000000 --folder DIR` (default 10,000,000); writes bench/results/tiles.json.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Hono } from 'hono';
import pg from 'pg';
import { pino } from 'pino';
import { createApp } from '../server/app.ts';
import { migrate, openDatabase } from '../server/db/index.ts';
import { foldDensity } from '../server/records/index.ts';
import { openRuntime } from '../server/runtime.ts';
import { openServing } from '../server/serving.ts';
import { BASELINES, baselineRunner, prepareBaselines, type Baseline } from './lib/baselines.ts';
import { buildCity } from './lib/buildCity.ts';
import { BENCH_FOLDER, SETTINGS, startCluster, type Cluster } from './lib/cluster.ts';
import { quantile } from './lib/random.ts';
import { recordWalks, type View } from './lib/walks.ts';

const FILE = new URL('results/tiles.json', import.meta.url);
/** Density tiles of each zoom that the baselines are asked for. */
const SAMPLE = 12;

interface Timing {
  tiles: number;
  p50Ms: number;
  p99Ms: number;
  maxBytes: number;
}

const round = (value: number, digits = 2) => Number(value.toFixed(digits));

function timing(runs: readonly { ms: number; bytes: number }[]): Timing {
  const sorted = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    tiles: runs.length,
    p50Ms: round(quantile(sorted, 0.5)),
    p99Ms: round(quantile(sorted, 0.99)),
    maxBytes: Math.max(0, ...runs.map(({ bytes }) => bytes)),
  };
}

type Run = View & { ms: number; bytes: number };
type Ask = (view: View) => Promise<{ ms: number; bytes: number }>;

const pathOf = ({ layer, tile, query }: View) =>
  `/tiles/${layer}/${tile.z}/${tile.x}/${tile.y}.mvt${query === '' ? '' : `?${query}`}`;

/** The server's own answer, from request to whole body, without a socket. */
function asker(app: { request: (path: string) => Response | Promise<Response> }): Ask {
  return async (view) => {
    const began = performance.now();
    const response = await app.request(pathOf(view));
    const bytes = (await response.arrayBuffer()).byteLength;
    const ms = performance.now() - began;
    if (response.status !== 200 && response.status !== 204) throw new Error(`${pathOf(view)}: ${response.status}`);
    return { ms, bytes };
  };
}

async function walk(views: readonly View[], ask: Ask): Promise<Run[]> {
  const runs: Run[] = [];
  for (const view of views) runs.push({ ...view, ...(await ask(view)) });
  return runs;
}

function by(runs: readonly Run[], keyOf: (run: Run) => string): Record<string, Timing> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
  return Object.fromEntries([...groups].map(([key, group]) => [key, timing(group)]));
}

/** Forgets what PostgreSQL and the kernel keep in memory. @returns whether the kernel let us. */
function dropCaches(): boolean {
  return spawnSync('sh', ['-c', 'sync; echo 3 > /proc/sys/vm/drop_caches'], { stdio: 'ignore' }).status === 0;
}

async function measureBaselines(cluster: Cluster, database: string, runs: readonly Run[]) {
  await prepareBaselines(cluster.url(database));
  const client = new pg.Client(cluster.url(database));
  await client.connect();
  const run = baselineRunner(client);
  const result: Record<string, Record<string, Timing & { timedOut: number }>> = {};
  const mine: Record<string, Timing> = {};
  for (const z of [0, 6, 7, 8, 9, 10, 11, 12, 13, 14]) {
    const seen = new Map(
      runs
        .filter((r) => r.layer === 'density' && r.query === '' && r.tile.z === z && r.bytes > 0)
        .map((r) => [pathOf(r), r]),
    );
    const sample = [...seen.values()].slice(0, SAMPLE);
    if (sample.length === 0) continue;
    mine[z] = timing(sample);
    for (const baseline of BASELINES) {
      // Once for the caches, which ours had too.
      const runsOf: { ms: number; bytes: number; timedOut: boolean }[] = [];
      for (const view of sample) {
        const first = await run(baseline, view.tile);
        runsOf.push(first.timedOut ? first : await run(baseline, view.tile));
        if (first.timedOut && runsOf.filter((r) => r.timedOut).length >= 2) break;
      }
      (result[baseline] ??= {})[z] = { ...timing(runsOf), timedOut: runsOf.filter((r) => r.timedOut).length };
    }
  }
  await client.end();
  return { sampled: mine, ...(result as Record<Baseline, Record<string, Timing & { timedOut: number }>>) };
}

/** A Hono route that answers bytes it has: what no server on Hono can be faster than. */
async function bareHono(): Promise<Timing> {
  const body = new Uint8Array(20_000);
  const app = new Hono().get('/tiles/:layer/:z/:x/:file', (c) =>
    c.body(body, 200, { 'Content-Type': 'application/octet-stream' }),
  );
  const ask = asker(app);
  const runs: { ms: number; bytes: number }[] = [];
  for (let i = 0; i < 20_000; i++)
    runs.push(await ask({ walk: 'random', layer: 'bare', tile: { z: 9, x: i, y: i }, query: '' }));
  return timing(runs.slice(10_000));
}

async function measure(cluster: Cluster, records: number, withBaselines: boolean) {
  const built = await buildCity(cluster, records);
  cluster.stop();
  const dropped = dropCaches();
  const fresh = await startCluster(folder);
  try {
    const db = await openDatabase({ url: fresh.url(built.database), folder: '', poolSize: 6 });
    await migrate(db);
    // What another bench left behind; a running city has it folded within seconds.
    while ((await foldDensity(db)) > 0);
    const runtime = await openRuntime(db, 'bench');
    // One byte of cache: every tile is made.
    const serving = await openServing(db, runtime.clock, 1);
    await serving.held.settled();
    const log = pino({ level: 'silent' });
    const app = createApp({
      runtime,
      hub: serving.hub,
      tiles: serving.tiles,
      meters: serving.meters,
      log,
      pages: '/nonexistent',
      publicUrl: undefined,
      tileCacheControl: 'no-cache',
    });
    const ask = asker(app);
    const views = await recordWalks(db);
    const cases = Number((await db.query<{ n: string }>('select count(*)::text as n from cases')).rows[0]?.n);
    const cold = await walk(
      views.filter((v) => v.walk !== 'random'),
      ask,
    );
    await walk(views, ask);
    const warm = await walk(views, ask);
    const overall = timing(warm);
    console.log(
      `  ${built.records.toLocaleString('en')} records, ${cases.toLocaleString('en')} cases: p50 ${overall.p50Ms} ms, p99 ${overall.p99Ms} ms, largest ${overall.maxBytes} bytes over ${warm.length} tiles`,
    );
    console.table(by(warm, (r) => r.layer));
    console.table(by(warm, (r) => `z${String(r.tile.z).padStart(2, '0')}`));
    const baselines = withBaselines ? await measureBaselines(fresh, built.database, warm) : null;
    if (baselines)
      for (const [name, zooms] of Object.entries(baselines)) {
        console.log(`  ${name}`);
        console.table(zooms);
      }
    await serving.close();
    runtime.close();
    await db.close();
    const bytes = (await fresh.sql('postgres', `select pg_database_size('${built.database}')::float8 as n`)).rows[0]?.[
      'n'
    ];
    return {
      records: built.records,
      places: 1_000_000,
      cases,
      buildSeconds: built.seconds,
      databaseGB: round(Number(bytes) / 1e9, 1),
      diskWithWalGB: round(fresh.bytes() / 1e9, 1),
      p50Ms: overall.p50Ms,
      p99Ms: overall.p99Ms,
      warm: {
        all: overall,
        byLayer: by(warm, (r) => r.layer),
        byZoom: by(warm, (r) => String(r.tile.z)),
        byWalk: by(warm, (r) => r.walk),
        byLayerAndZoom: by(warm, (r) => `${r.layer}/${r.tile.z}`),
      },
      cold: {
        kernelCacheDropped: dropped,
        all: timing(cold),
        byLayer: by(cold, (r) => r.layer),
        byZoom: by(cold, (r) => String(r.tile.z)),
      },
      baselines,
    };
  } finally {
    fresh.stop();
  }
}

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    folder: { type: 'string', default: BENCH_FOLDER },
    'no-baselines': { type: 'boolean', default: false },
  },
});
const folder = values.folder;
mkdirSync(folder, { recursive: true });
type Results = Record<string, Awaited<ReturnType<typeof measure>>>;
const results: Results = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as { cities: Results }).cities : {};
for (const records of values.records.split(',').map(Number)) {
  console.log(`· ${records.toLocaleString('en')} records`);
  const cluster = await startCluster(folder);
  results[records] = await measure(cluster, records, !values['no-baselines']);
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGB: round(totalmem() / 1e9, 0),
  node: process.version,
};
const sizes = Object.values(results).sort((a, b) => a.records - b.records);
const growth = sizes.length > 1 ? round(sizes.at(-1)!.p99Ms / sizes[0]!.p99Ms) : null;
mkdirSync(new URL('.', FILE), { recursive: true });
writeFileSync(
  FILE,
  `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, postgresql: SETTINGS, bareHonoInProcess: await bareHono(), p99GrowthSmallestToLargest: growth, cities: results }, null, 2)}\n`,
);
console.log(`· p99 of the largest ÷ p99 of the smallest: ${growth ?? '–'} · bench/results/tiles.json`);
