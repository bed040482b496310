import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { serve as listen, type ServerType } from '@hono/node-server';
import type { Logger } from 'pino';
import cluster from 'node:cluster';
import { join } from 'node:path';
import { folderStore, s3Store, type AttachmentStore } from './cases/index.ts';
import { createApp } from './app.ts';
import { signingKeyPlace, type Config } from './config.ts';
import type { Clock, Database } from './db/index.ts';
import { HekanError } from './errors.ts';
import { startKeeper } from './keeper.ts';
import { checkSigningKey } from './kpi/index.ts';
import { clusterMetricsText, createMeters } from './metrics/index.ts';
import { openRuntime } from './runtime.ts';
import { openServing } from './serving.ts';
import { startWorkers } from './workers.ts';

const PAGES = new URL('../dist/web', import.meta.url).pathname;

/** Of the pages as they lie there when the server starts; '' where there are none. */
function buildId(): string {
  const page = `${PAGES}/wall/index.html`;
  return existsSync(page) ? createHash('sha256').update(readFileSync(page)).digest('hex').slice(0, 12) : '';
}

export interface RunningServer {
  url: string;
  port: number;
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

/** A shared cache in front may keep a tile for some seconds; a browser always asks, and is told 304. */
function tileCacheControl(config: Config): string {
  const seconds = config.HEKAN_TILE_SHARED_MAX_AGE_S;
  return seconds === 0 ? 'no-cache' : `public, max-age=0, s-maxage=${seconds}, stale-while-revalidate=${seconds}`;
}

function attachmentStore(config: Config): AttachmentStore {
  const { HEKAN_S3_ENDPOINT: endpoint, HEKAN_S3_BUCKET: bucket, HEKAN_S3_REGION: region } = config;
  if (endpoint === undefined) return folderStore(config.HEKAN_ATTACHMENTS ?? join(config.HEKAN_DATA, 'attachments'));
  const keys = { accessKeyId: config.HEKAN_S3_ACCESS_KEY, secretAccessKey: config.HEKAN_S3_SECRET_KEY };
  return s3Store({ endpoint, bucket, region, ...keys });
}

const hostOf = (config: Config) => (config.HOST === '0.0.0.0' || config.HOST === '::' ? '127.0.0.1' : config.HOST);

/** Answers, on an open and migrated database. Somebody else must run the keeper.
 * @throws HekanError('setup') where the port is taken. */
export async function startHttp(db: Database, config: Config, log: Logger, clock?: Clock): Promise<RunningServer> {
  const runtime = await openRuntime(db, buildId(), clock);
  const meters = createMeters({ process: true });
  const serving = await openServing(db, runtime.clock, config.HEKAN_TILE_CACHE_MB * 1e6, {
    meters,
    onError: (err) => log.warn({ err }, 'cases are read from the database'),
  });
  const app = createApp({
    runtime,
    hub: serving.hub,
    tiles: serving.tiles,
    meters,
    ...(cluster.isWorker ? { metricsText: clusterMetricsText(meters) } : {}),
    log,
    pages: PAGES,
    publicUrl: config.HEKAN_PUBLIC_URL,
    operatorToken: config.HEKAN_OPERATOR_TOKEN,
    collectorToken: config.HEKAN_COLLECTOR_TOKEN,
    attachments: attachmentStore(config),
    signingKeyFile: signingKeyPlace(config).file,
    tileCacheControl: tileCacheControl(config),
  });
  const server = await listenOn(app.fetch, config.HOST, config.PORT);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.PORT;
  return {
    url: `http://${hostOf(config)}:${port}`,
    port,
    async close() {
      await serving.close();
      runtime.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

/** Starts everything that a running city needs on an open, migrated database: in this process alone, or, where more are asked for,
 * answered by workers while this one keeps the city.
 * @throws HekanError('setup') where the port is taken, or the key that signs months is none. */
export async function startServer(
  db: Database,
  config: Config,
  log: Logger,
  clock?: Clock,
  workers = 0,
): Promise<RunningServer> {
  checkSigningKey(signingKeyPlace(config));
  const serving =
    workers === 0 ? await startHttp(db, config, log, clock) : await startWorkers(workers, config, log, clock);
  const runtime = await openRuntime(db, '', clock);
  const month = {
    key: signingKeyPlace(config),
    settlingHours: config.HEKAN_SETTLING_HOURS,
    reportFolder: config.HEKAN_REPORT_FOLDER,
  };
  const stopKeeper = startKeeper(db, log, runtime.clock, attachmentStore(config), month);
  return {
    url: `http://${hostOf(config)}:${serving.port}`,
    port: serving.port,
    async close() {
      await serving.close();
      runtime.close();
      await stopKeeper();
    },
  };
}
