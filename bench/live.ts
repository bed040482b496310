/**
 * From commit to the new tile: 500 changes a second over a tenth of the city, on the real server with its workers; screens hear of each
 * on /api/live and ask for the tiles it touches. Beside it, the hit rate of tiles of the rest of the city.
 * `npm run bench:live -- --records 3000000 --folder DIR --seconds 60`. Writes bench/results/live.json.
 */
import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { tileOfCode } from '../tiles/codes.ts';
import type { Tile } from '../tiles/grid.ts';
import { Pyramid, splitCell, type PyramidBlock } from '../tiles/pyramid.ts';
import { appendOutbox, openDatabase, type Database } from '../server/db/index.ts';
import { appendDensity, RECORD_LAYERS } from '../server/records/index.ts';
import { freePort } from '../server/testing/postgres.ts';
import { buildCity } from './lib/buildCity.ts';
import { BENCH_FOLDER, startCluster } from './lib/cluster.ts';
import { quantile, randomFrom } from './lib/random.ts';
import { tilesAround } from './lib/walks.ts';

const RATE = 500;
const WRITERS = 16;
/** Zooms at which four screens look at the part that changes: the whole of it, a town, a quarter, a street. */
const SCREENS = [9, 11, 13, 14];
/** As the pages do. */
const GATHER_MS = 200;
/** Zoom at which a screen looks at what changed. */
const ZOOM = 14;

interface Spot {
  cell: bigint;
  lngLat: [number, number];
  n: number;
  inside: boolean;
}

/** Places, told apart by whether they lie in the tenth of the city where things change: the first tenth in order of key. */
async function readSpots(db: Database): Promise<Spot[]> {
  const { rows } = await db.query<{ cell: string; n: number; inside: boolean; lng: number; lat: number }>(
    `select cell::text as cell, n, st_x(geom) as lng, st_y(geom) as lat, place.cell < (select percentile_disc(0.1) within group (order by cell) from place) as inside
     from place where hashint8(cell) % 20 = 0`,
  );
  return rows.map(({ cell, n, inside, lng, lat }) => ({ cell: BigInt(cell), n, inside, lngLat: [lng, lat] }));
}

/** One record more at a place, as a loader writes it; the event carries the number of the change. */
async function change(db: Database, datasetId: number, { cell, n }: Spot, number: number): Promise<void> {
  const blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  const { tile, inside } = splitCell(cell);
  pyramid.add(tile, inside, n, [1, 0, 0, 0, 0]);
  pyramid.end();
  await db.transaction(async (client) => {
    await appendDensity(client, datasetId, blocks);
    const body = { reason: 'bench', number };
    await appendOutbox(client, { topic: 'data', body, layers: RECORD_LAYERS, dirty: [4 ** ZOOM + tile], caseIds: [] });
  });
}

interface Told {
  seq: number;
  number?: number;
  tiles: number[][] | null;
}

/** Reads a stream of server-sent events. */
async function* events(url: string, signal: AbortSignal): AsyncGenerator<Told> {
  const response = await fetch(url, { signal });
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const lines = part.split('\n');
      const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
      if (data !== undefined && lines.includes('event: data')) yield JSON.parse(data) as Told;
    }
  }
}

const keyOf = ({ z, x, y }: Tile): string => `${z}/${x}/${y}`;

/** Asks for a tile. @returns whether the server had it in its cache. */
function askTile(url: string, agent: Agent | undefined, headers: Record<string, string>): Promise<boolean> {
  return new Promise((done, fail) => {
    const request = get(url, { agent: agent ?? false, headers }, (response) => {
      if ((response.statusCode ?? 500) >= 400) fail(new Error(`${url}: ${response.statusCode}`));
      response.resume().on('end', () => done(response.headers['x-cache'] === 'hit'));
    });
    request.on('error', fail);
  });
}

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    folder: { type: 'string', default: BENCH_FOLDER },
    seconds: { type: 'string', default: '60' },
  },
});
const cluster = await startCluster(values.folder);
try {
  const { database, records } = await buildCity(cluster, Number(values.records));
  const db = await openDatabase({ url: cluster.url(database), folder: '', poolSize: WRITERS + 2 });
  const port = await freePort();
  const env = { ...process.env, DATABASE_URL: cluster.url(database), PORT: String(port), LOG_LEVEL: 'error' };
  const server = spawn(process.execPath, ['server/cli.ts', 'serve', '--no-player'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((done) => server.stdout.on('data', (text: Buffer) => text.includes('Ctrl-C') && done()));
  const url = `http://127.0.0.1:${port}`;
  const spots = await readSpots(db);
  const { rows } = await db.query<{ id: number }>(`select min(id)::int as id from dataset where kind = 'records'`);
  const datasetId = rows[0]!.id;
  const random = randomFrom(3);
  const pick = (inside: boolean) => {
    const of = spots.filter((spot) => spot.inside === inside);
    return () => of[Math.floor(random() * of.length)]!;
  };
  const [changing, restingSpot] = [pick(true), pick(false)];
  let changes = 0;

  const committedAt: number[] = [];
  const waits: number[] = [];
  const ending = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: 24 });
  const ask = (tile: string, headers: Record<string, string> = {}) =>
    askTile(`${url}/tiles/density/${tile}`, agent, headers);

  /** A page that looks at some tiles: what changes is gathered for a moment, then each tile over it is asked for, once at a time. */
  async function screen(z: number): Promise<void> {
    const view = new Map(
      tilesAround(changing().lngLat, z).map((tile) => [keyOf(tile), { waiting: [] as Told[], busy: false }]),
    );
    const renew = async (key: string, tile: { waiting: Told[]; busy: boolean }): Promise<void> => {
      tile.busy = true;
      await sleep(GATHER_MS);
      const since = tile.waiting.at(-1)!.seq;
      await ask(`${key}.mvt?since=${since}`);
      const now = performance.now();
      const left: Told[] = [];
      for (const told of tile.waiting) {
        if (told.seq > since) left.push(told);
        else if (told.number !== undefined) waits.push(now - committedAt[told.number]!);
      }
      tile.waiting = left;
      tile.busy = false;
      if (left.length > 0) void renew(key, tile);
    };
    for await (const told of events(`${url}/api/live`, ending.signal))
      for (const [tz = 0, x = 0, y = 0] of told.tiles ?? []) {
        const key = `${z}/${Math.floor(x / 2 ** (tz - z))}/${Math.floor(y / 2 ** (tz - z))}`;
        const tile = view.get(key);
        if (!tile) continue;
        tile.waiting.push(told);
        if (!tile.busy) void renew(key, tile);
      }
  }

  async function writer(end: number): Promise<void> {
    while (performance.now() < end) {
      const due = performance.now() + (WRITERS / RATE) * 1000;
      const number = changes++;
      await change(db, datasetId, changing(), number);
      committedAt[number] = performance.now();
      await sleep(Math.max(0, due - performance.now()));
    }
  }

  /** A reader of the rest of the city: whether the server had the tile. Every worker is asked for each before. */
  const rest = { hits: 0, asked: 0 };
  const resting = Array.from({ length: 121 }, () => keyOf(tileOfCode(4 ** ZOOM + splitCell(restingSpot().cell).tile)));
  async function reader(end: number): Promise<void> {
    for (let i = 0; performance.now() < end; i++) {
      if (await ask(`${resting[i % resting.length]!}.mvt`)) rest.hits++;
      rest.asked++;
      await sleep(5);
    }
  }
  // Each connection of its own meets the next worker; an odd number of tiles, so that each tile meets all of them.
  for (let i = 0; i < 2 * cpus().length; i++)
    for (const tile of resting) await askTile(`${url}/tiles/density/${tile}.mvt`, undefined, {});

  const screens = SCREENS.map((z) => screen(z).catch(() => undefined));
  await sleep(500);
  const end = performance.now() + Number(values.seconds) * 1000;
  await Promise.all([...Array.from({ length: WRITERS }, () => writer(end)), reader(end)]);
  await sleep(2000);
  ending.abort();
  await Promise.all(screens);
  const exited = new Promise((done) => server.once('exit', done));
  server.kill('SIGINT');
  await exited;
  await db.close();
  waits.sort((a, b) => a - b);
  const result = {
    measuredAt: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
    records,
    changes,
    changesPerSecond: Math.round(changes / Number(values.seconds)),
    screens: SCREENS.length,
    commitToTile: {
      seen: waits.length,
      p50Ms: Math.round(quantile(waits, 0.5)),
      p99Ms: Math.round(quantile(waits, 0.99)),
      maxMs: Math.round(waits.at(-1) ?? NaN),
    },
    restOfTheCity: { asked: rest.asked, hitRate: Number((rest.hits / rest.asked).toFixed(4)) },
  };
  console.log(result);
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(new URL('results/live.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  cluster.stop();
}
