/**
 * Cached tiles over HTTP beside a bare Hono route that answers the same bytes; then 200,000 requests of all kinds while the server's
 * memory is watched. `npm run bench:http -- --records 3000000 --folder DIR`; needs wrk (Debian). Writes bench/results/http.json.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openDatabase } from '../server/db/index.ts';
import { freePort } from '../server/testing/postgres.ts';
import { buildCity } from './lib/buildCity.ts';
import { BENCH_FOLDER, startCluster } from './lib/cluster.ts';
import { randomFrom } from './lib/random.ts';
import { startProgram } from './lib/startProgram.ts';
import { recordWalks } from './lib/walks.ts';

const SECONDS = 4;
const ROUNDS = 5;
const REQUESTS = 200_000;
const CACHE_MB = 64;
/** At once: browsers of a control room. */
const CONNECTIONS = 16;

/** ms of processor time that a process has had; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

interface Load {
  perSecond: number;
  /** Processor time of a request, µs: what others do on the machine hardly changes it. */
  cpuUs: number;
}

/** One URL, asked again and again. @param pid who answers. */
function wrk(url: string, pid: number): Load {
  const before = cpuMs(pid);
  const { stdout, status } = spawnSync('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, url], { encoding: 'utf8' });
  if (status !== 0) throw new Error('wrk is missing or failed: apt-get install wrk');
  if (/Non-2xx/.test(stdout)) throw new Error(`${url}: ${stdout}`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    cpuUs: Number((((cpuMs(pid) - before) * 1000) / requests).toFixed(1)),
  };
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

async function download(url: string): Promise<{ body: Buffer; headers: Headers }> {
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'identity', Connection: 'close' } });
  return { body: Buffer.from(await response.arrayBuffer()), headers: response.headers };
}

/** Both serve the same bytes with the same headers; asked in turn, so that a busy moment meets both. */
async function compareCached(url: string, worker: number, path: string, folder: string) {
  const { body, headers } = await download(`${url}${path}`);
  const file = `${folder}/bare.bin`;
  writeFileSync(file, body);
  const port = await freePort();
  const kept = Object.fromEntries(
    [...headers].filter(
      ([name]) => !['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'].includes(name),
    ),
  );
  const bare = await startProgram(['bench/lib/bareHono.ts', String(port), file, JSON.stringify(kept)], {}, 'listening');
  const rounds: { hekan: Load; bare: Load }[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const hekan = wrk(`${url}${path}`, worker);
    rounds.push({ hekan, bare: wrk(`http://127.0.0.1:${port}${path}`, bare.pid!) });
  }
  bare.kill();
  const ratio = median(rounds.map((r) => r.hekan.perSecond / r.bare.perSecond));
  const cpuRatio = median(rounds.map((r) => r.bare.cpuUs / r.hekan.cpuUs));
  return {
    path,
    bytes: body.length,
    rounds,
    ratio: Number(ratio.toFixed(3)),
    cpuRatio: Number(cpuRatio.toFixed(3)),
  };
}

/** The largest tile of each of some layers, of what the walks ask for without a filter. */
async function largest(url: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const layer of ['density', 'places', 'divisions', 'cases']) {
    const asked = [...new Set(paths.filter((path) => path.startsWith(`/tiles/${layer}/`) && !path.includes('?')))];
    const sizes: [string, number][] = [];
    for (const path of asked.slice(0, 150)) sizes.push([path, (await download(`${url}${path}`)).body.length]);
    sizes.sort(([, a], [, b]) => b - a);
    found.push(sizes[0]![0]);
  }
  return found;
}

/** The process that answers: the one worker of a server. */
function workerOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').at(-1));
}

const rssMB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;

/** Many requests over the walks: tiles, each revalidated now and then, filters never seen before, nonsense, aborts. */
async function watchMemory(url: string, pid: number, paths: readonly string[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const random = randomFrom(5);
  const samples: { requests: number; rssMB: number }[] = [];
  let [sent, failed] = [0, 0];
  const one = (path: string, abort: boolean) =>
    new Promise<void>((done) => {
      const request = get(`${url}${path}`, { agent, headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
        if ((response.statusCode ?? 0) >= 500) failed++;
        response.resume().on('error', () => undefined);
      });
      request.on('error', () => undefined).on('close', () => done());
      if (abort) setTimeout(() => request.destroy(), 1);
    });
  const worker = async () => {
    while (sent < REQUESTS) {
      const n = sent++;
      if (n % 10_000 === 0) samples.push({ requests: n, rssMB: Number(rssMB(pid).toFixed(0)) });
      const path = paths[Math.floor(random() * paths.length)]!;
      const odd = random();
      if (odd < 0.02) await one(`/tiles/density/${n % 40}/${n}/${n}.mvt?x=${n}`, false);
      else if (odd < 0.04) await one(path, true);
      else await one(path, false);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
  samples.push({ requests: sent, rssMB: Number(rssMB(pid).toFixed(0)) });
  return {
    requests: sent,
    failed5xx: failed,
    cacheMB: CACHE_MB,
    samples,
    peakMB: Math.max(...samples.map((s) => s.rssMB)),
  };
}

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    folder: { type: 'string', default: BENCH_FOLDER },
    'no-memory': { type: 'boolean', default: false },
  },
});
const cluster = await startCluster(values.folder);
try {
  const { database, records } = await buildCity(cluster, Number(values.records));
  const db = await openDatabase({ url: cluster.url(database), folder: '', poolSize: 2 });
  const views = await recordWalks(db);
  await db.close();
  const paths = views.map(
    ({ layer, tile, query }) => `/tiles/${layer}/${tile.z}/${tile.x}/${tile.y}.mvt${query && `?${query}`}`,
  );
  const port = await freePort();
  const env = {
    DATABASE_URL: cluster.url(database),
    PORT: String(port),
    HEKAN_WORKERS: '1',
    HEKAN_TILE_CACHE_MB: String(CACHE_MB),
    LOG_LEVEL: 'error',
  };
  const server = await startProgram(['server/cli.ts', 'serve', '--no-player'], env, 'Ctrl-C ends it.');
  const url = `http://127.0.0.1:${port}`;
  const cached: Awaited<ReturnType<typeof compareCached>>[] = [];
  for (const path of await largest(url, paths)) {
    const found = await compareCached(url, workerOf(server.pid!), path, values.folder);
    cached.push(found);
    console.log(
      `· ${path}: ${found.ratio} of the requests of a bare Hono route, ${found.cpuRatio} by processor time (${found.bytes} bytes)`,
    );
  }
  const memory = values['no-memory'] ? null : await watchMemory(url, workerOf(server.pid!), paths);
  if (memory)
    console.log(
      `· ${memory.requests.toLocaleString('en')} requests, ${memory.failed5xx} answered 5xx, RSS at most ${memory.peakMB} MB with a cache of ${CACHE_MB} MB`,
    );
  const exited = new Promise((done) => server.once('exit', done));
  server.kill('SIGINT');
  await exited;
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(
    new URL('results/http.json', import.meta.url),
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, records, cached, memory }, null, 2)}\n`,
  );
} finally {
  cluster.stop();
}
