import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildDemoCity } from '../../demo/index.ts';
import type { DemoCity } from '../../demo/types.ts';
import { createApp } from '../app.ts';
import { folderStore, type HeldCases } from '../cases/index.ts';
import { fixedClock, type Clock, type Database } from '../db/index.ts';
import { loadDemo } from '../demo/index.ts';
import type { LiveHub } from '../live/index.ts';
import { openServing } from '../serving.ts';
import { openRuntime, type Runtime } from '../runtime.ts';
import type { TileService, TileVersions } from '../tiles/index.ts';

/** The instant at which every test city stands: a Monday noon in November, in Heting. */
export const TEST_UNTIL = new Date('2026-11-23T12:00:00+08:00');
export const TEST_SCALE = 0.02;
export const TEST_SEED = 7;

let built: DemoCity | undefined;

/** The small demonstration city, built once a process. */
export function smallCity(): DemoCity {
  built ??= buildDemoCity({ seed: TEST_SEED, scale: TEST_SCALE, until: TEST_UNTIL });
  return built;
}

/** Loads the small city, frozen. */
export async function loadSmallCity(db: Database): Promise<DemoCity> {
  const demo = smallCity();
  const options = { seed: TEST_SEED, scale: TEST_SCALE, until: TEST_UNTIL, frozen: true };
  await loadDemo(db, demo, options, () => undefined);
  return demo;
}

/** Where the tests' key lies that signs months. */
export const TEST_KEY = { file: join(mkdtempSync(join(tmpdir(), 'hekan-key-')), 'key.pem'), make: true };

export const OPERATOR_TOKEN = 'a-token-of-the-tests';
export const COLLECTOR_TOKEN = 'a-collector-of-the-tests';

export interface TestApp {
  app: ReturnType<typeof createApp>;
  runtime: Runtime;
  hub: LiveHub;
  held: HeldCases;
  versions: TileVersions;
  tiles: TileService;
  /** Answer of an operator's GET as JSON; throws where the status is not 200. */
  json<T>(path: string): Promise<T>;
  close(): Promise<void>;
}

/** The server's routes without a socket. */
export async function openApp(db: Database, clock: Clock = fixedClock(TEST_UNTIL)): Promise<TestApp> {
  const runtime = await openRuntime(db, 'test', clock);
  const { hub, held, versions, tiles, meters, close } = await openServing(db, runtime.clock, 8e6, {
    onError: (error) => console.error(error),
  });
  await held.settled();
  const log = pino({ level: 'silent' });
  const app = createApp({
    runtime,
    hub,
    tiles,
    meters,
    log,
    pages: '/nonexistent',
    publicUrl: undefined,
    operatorToken: OPERATOR_TOKEN,
    collectorToken: COLLECTOR_TOKEN,
    attachments: folderStore(mkdtempSync(join(tmpdir(), 'hekan-attachments-'))),
    signingKeyFile: TEST_KEY.file,
    tileCacheControl: 'no-cache',
  });
  return {
    app,
    runtime,
    hub,
    held,
    versions,
    tiles,
    async json<T>(path: string) {
      const response = await app.request(path, { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } });
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async close() {
      await close();
      runtime.close();
    },
  };
}
