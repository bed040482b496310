/**
 * The power strip under load: the real server on a PostgreSQL of its own, four kinds of sources, a screen on /api/live.
 * `npm run bench:signals -- --seconds 300 --rate 1000 --scale 1 --folder DIR`. Writes bench/results/signals.json.
 *
 * Every figure stands beside pgbench's of the bare four inserts, of the same run. A disk that takes 2 ms to flush is emulated by
 * commit_delay = 2000 µs with commit_siblings = 0: whoever leads a flush waits so long before it, as the others wait for the disk.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDatabase, type Database } from '../server/db/index.ts';
import { freePort } from '../server/testing/postgres.ts';
import { BENCH_FOLDER, SETTINGS, startCluster, type Cluster } from './lib/cluster.ts';
import { quantile } from './lib/random.ts';
import { startProgram } from './lib/startProgram.ts';
import { casesHeard, check, drain, parseSent, type Sent } from './lib/signals/check.ts';
import { copyCity, readSpots } from './lib/signals/city.ts';
import { cpuPerSignal, readCpu, type CpuMs } from './lib/signals/cpu.ts';
import { runFourInserts } from './lib/signals/fourInserts.ts';
import { openScreen } from './lib/signals/screen.ts';
import type { SenderPlan } from './lib/signals/sender.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const CITY = 'signals_run';
const BARE = 'signals_bare';
const CONNECTIONS = 64;
const LATENCY_RATE = 500;
const FLUSH_US = 2000;
const DRAIN_S = 600;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    rate: { type: 'string', default: '1000' },
    scale: { type: 'string', default: '1' },
    'bare-seconds': { type: 'string', default: '20' },
    folder: { type: 'string', default: BENCH_FOLDER },
  },
});
const [seconds, rate] = [Number(values.seconds), Number(values.rate)];

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill(signal);
  return exited;
}

/** Slows every flush of the cluster down, or lets it be as the disk is. */
async function setFlush(cluster: Cluster, us: number): Promise<void> {
  await cluster.sql('postgres', `alter system set commit_delay = ${us}`);
  await cluster.sql('postgres', 'alter system set commit_siblings = 0');
  await cluster.sql('postgres', 'select pg_reload_conf()');
}

async function bare(cluster: Cluster): Promise<number> {
  await copyCity(cluster, Number(values.scale), BARE);
  const tps = runFourInserts(cluster, BARE, values.folder, Number(values['bare-seconds']));
  await cluster.sql('postgres', `drop database ${BARE} with (force)`);
  return tps;
}

let runs = 0;
/** Sends at a rate; 0: as fast as it is answered. */
async function send(url: string, spots: string, phaseRate: number, phaseSeconds: number): Promise<Sent[]> {
  const out = join(values.folder, 'sent.tsv');
  const plan: SenderPlan = {
    ...{ url, spots, out, run: `r${++runs}`, seed: runs },
    ...{ rate: phaseRate, seconds: phaseSeconds, connections: CONNECTIONS },
  };
  const sender = spawn(process.execPath, ['bench/lib/signals/sender.ts', JSON.stringify(plan)], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  const code = await new Promise((done) => sender.once('exit', done));
  if (code !== 0) throw new Error(`the sender ended with ${String(code)}`);
  return parseSent(readFileSync(out, 'utf8'));
}

const quantiles = (sorted: readonly number[]) => ({
  p50Ms: Math.round(quantile(sorted, 0.5)),
  p99Ms: Math.round(quantile(sorted, 0.99)),
  maxMs: Math.round(sorted.at(-1) ?? NaN),
});

interface Running {
  db: Database;
  url: string;
  /** File of the spots. */
  spots: string;
  cpu: () => CpuMs;
}

/** One phase of the load, until its backlog is gone. */
async function phase(name: string, { db, url, spots, cpu }: Running, phaseRate: number, phaseSeconds: number) {
  const screen = openScreen(url);
  await sleep(500);
  const before = cpu();
  const sent = await send(url, spots, phaseRate, phaseSeconds);
  const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from signal where state = 'received'`);
  const drainedS = await drain(db, DRAIN_S);
  await sleep(1000);
  const after = cpu();
  screen.close();
  const answered = sent.filter(({ status }) => status === 202);
  const latencies = answered.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const first = sent.reduce((least, { dueAt }) => Math.min(least, dueAt), Infinity);
  const last = answered.reduce((most, { dueAt, latencyMs }) => Math.max(most, dueAt + latencyMs), 0);
  const { waitsMs, unheard } = await casesHeard(db, sent, screen.heard);
  const result = {
    ...{ name, rate: phaseRate, seconds: phaseSeconds, sent: sent.length, refused: sent.length - answered.length },
    acknowledgedPerSecond: Math.round(answered.length / ((last - first) / 1000)),
    acknowledgement: quantiles(latencies),
    signalToCase: { ...quantiles(waitsMs), unheard, interrupted: screen.interrupted() },
    backlog: rows[0]?.n ?? 0,
    drainedS: Number(drainedS.toFixed(1)),
    cpuPerSignal: cpuPerSignal(before, after, answered.length),
  };
  console.log(`· ${JSON.stringify(result)}`);
  return { result, sent };
}

/** Of others: with much of it, latencies say nothing. */
const loadBefore = loadavg()[0];
const cluster = await startCluster(values.folder);
try {
  await setFlush(cluster, 0);
  await copyCity(cluster, Number(values.scale), CITY);
  const spotsFile = join(values.folder, 'spots.json');
  writeFileSync(spotsFile, JSON.stringify(await readSpots(cluster, CITY)));
  const fast = await bare(cluster);
  await setFlush(cluster, FLUSH_US);
  const slow = await bare(cluster);
  await setFlush(cluster, 0);
  console.log(
    `· the bare four inserts, 16 clients: ${fast.toFixed(0)} a second; at ${FLUSH_US} µs a flush ${slow.toFixed(0)}`,
  );

  const db = await openDatabase({ url: cluster.url(CITY), folder: '', poolSize: 4 });
  const port = await freePort();
  const env = { DATABASE_URL: cluster.url(CITY), PORT: String(port), LOG_LEVEL: 'warn' };
  const server = await startProgram(['server/cli.ts', 'serve', '--no-player'], env, 'Ctrl-C ends it.');
  const url = `http://127.0.0.1:${port}`;
  const postmaster = Number(readFileSync(join(values.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const running: Running = { db, url, spots: spotsFile, cpu: () => readCpu(server.pid!, postmaster) };
  const run = (name: string, phaseRate: number, s: number) => phase(name, running, phaseRate, s);
  const short = Math.min(seconds, 60);
  const done = [
    await run('warm-up', 100, 5),
    await run('latency', LATENCY_RATE, short),
    await run('steady', rate, seconds),
    await run('most', 0, Math.min(seconds, 20)),
  ];
  await setFlush(cluster, FLUSH_US);
  done.push(await run('latency, slow disk', LATENCY_RATE, short), await run('steady, slow disk', rate, seconds));
  done.push(await run('most, slow disk', 0, Math.min(seconds, 20)));
  await setFlush(cluster, 0);
  await end(server, 'SIGINT');
  const checked = await check(
    db,
    done.flatMap(({ sent }) => sent),
  );
  await db.close();

  const of = (name: string) => done.find(({ result }) => result.name === name)!.result;
  const ratio = (a: number, b: number) => Number((a / b).toFixed(3));
  const [steady, steadySlow] = [of('steady').acknowledgedPerSecond, of('steady, slow disk').acknowledgedPerSecond];
  const result = {
    measuredAt: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, loadBefore },
    settings: SETTINGS,
    scale: Number(values.scale),
    fourInserts: { perSecond: Math.round(fast), perSecondAtSlowFlush: Math.round(slow), flushUs: FLUSH_US },
    phases: done.map(({ result }) => result),
    ratios: {
      steadyToFourInserts: ratio(steady, fast),
      mostToFourInserts: ratio(of('most').acknowledgedPerSecond, fast),
      mostToFourInsertsSlowDisk: ratio(of('most, slow disk').acknowledgedPerSecond, slow),
      slowDiskToDisk: ratio(steadySlow, steady),
    },
    checked,
  };
  console.log(result.ratios, checked);
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(new URL('results/signals.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  cluster.stop();
}
