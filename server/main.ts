import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { serve as listen, type ServerType } from '@hono/node-server';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { foldTally } from './cases/index.ts';
import type { Config } from './config.ts';
import { relayOnce, repeat, SEQ_TOPIC, type Clock, type Database } from './db/index.ts';
import { HekanError } from './errors.ts';
import { openHub } from './live/index.ts';
import { foldDensity } from './records/index.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { followVersions, tileService } from './tiles/index.ts';

const PAGES = new URL('../dist/web', import.meta.url).pathname;
/** A change waits at most this long for the relay. */
const RELAY_MS = 100;
const FOLD_MS = 2000;

/** Of the pages as they lie there when the server starts; '' where there are none. */
function buildId(): string {
  const page = `${PAGES}/wall/index.html`;
  return existsSync(page) ? createHash('sha256').update(readFileSync(page)).digest('hex').slice(0, 12) : '';
}

export interface RunningServer {
  url: string;
  port: number;
  runtime: Runtime;
  close(): Promise<void>;
}

function listenOn(
  fetch: (request: Request) => Response | Promise<Response>,
  host: string,
  port: number,
): Promise<ServerType> {
  return new Promise((done, fail) => {
    const server = listen({ fetch, hostname: host, port }, () => done(server));
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      fail(
        new HekanError(
          'setup',
          taken ? `port ${port} is taken: set PORT to another` : `cannot listen on ${host}:${port}: ${cause.message}`,
          {
            field: 'PORT',
            given: String(port),
            cause,
          },
        ),
      );
    });
  });
}

/** Fails early where the port is taken: before a city is built for nothing. @throws HekanError('setup'). */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = await listenOn(() => new Response(), host, port);
  await new Promise((done) => probe.close(done));
}

/** Relays, folds, and tells the other processes. @returns stop. */
function startLoops(db: Database, log: Logger): () => Promise<unknown> {
  const relay = repeat(
    async () => {
      const seq = await relayOnce(db);
      if (seq === null) return RELAY_MS;
      await db.notices.publish(SEQ_TOPIC, String(seq));
      return 0;
    },
    (err) => log.warn({ err }, 'relay waits'),
  );
  const fold = repeat(
    async () => ((await foldTally(db)) + (await foldDensity(db)) > 0 ? 100 : FOLD_MS),
    (err) => log.warn({ err }, 'fold waits'),
  );
  return () => Promise.all([relay(), fold()]);
}

/** Starts everything that a running city needs on an open, migrated database.
 * @throws HekanError('setup') where the port is taken. */
export async function startServer(db: Database, config: Config, log: Logger, clock?: Clock): Promise<RunningServer> {
  const runtime = await openRuntime(db, buildId(), clock);
  const hub = await openHub(db);
  const versions = await followVersions(db);
  const tiles = tileService(db, runtime.clock, versions, config.HEKAN_TILE_CACHE_MB * 1e6);
  const app = createApp({ runtime, hub, tiles, log, pages: PAGES, publicUrl: config.HEKAN_PUBLIC_URL });
  const server = await listenOn(app.fetch, config.HOST, config.PORT);
  const stopLoops = startLoops(db, log);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.PORT;
  const host = config.HOST === '0.0.0.0' || config.HOST === '::' ? '127.0.0.1' : config.HOST;
  return {
    url: `http://${host}:${port}`,
    port,
    runtime,
    async close() {
      hub.close();
      versions.close();
      runtime.close();
      await stopLoops();
      await new Promise<void>((done) => {
        server.close(() => done());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}
