import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Clock, Database } from './db/index.ts';
import { HekanError } from './errors.ts';
import { answerClusterMetrics } from './metrics/index.ts';

const WORKER = new URL('./worker.ts', import.meta.url).pathname;
const START_MS = 120_000;
const STOP_MS = 10_000;
/** A worker that ends by itself is replaced after this long, doubled for each that ended within a minute. */
const RESTART_MS = 500;
const MAX_RESTART_MS = 30_000;
const QUIET_MS = 60_000;

/** What a worker tells the primary instead of listening. */
export interface WorkerFailure {
  failed: string;
}

/**
 * What keeps a worker small: the heap is collected before it is large, and the threads that compress tiles share one arena of
 * memory, where glibc would give each its own and keep what it freed.
 */
const EXEC_ARGV = ['--max-old-space-size=512', '--max-semi-space-size=8'];
const WORKER_ENV = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '16777216', MALLOC_MMAP_THRESHOLD_: '65536' };

/** How many processes answer beside this one: as many as set, or as there are cores. 0: this one answers itself, as on the embedded
 * engine, which has one session. */
export function workerCount(db: Database, config: Config): number {
  if (db.engine === 'embedded') return 0;
  return config.HEKAN_WORKERS === 0 ? availableParallelism() : config.HEKAN_WORKERS;
}

/** Resolves when a worker listens. */
function listening(worker: Worker): Promise<number> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`did not listen within ${START_MS / 1000} s`)), START_MS);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      then();
    };
    worker.once('listening', ({ port }) => settle(() => done(port)));
    worker.once('message', (told: WorkerFailure) => settle(() => fail(new Error(told.failed))));
    worker.once('exit', (code) => settle(() => fail(new Error(`ended with ${code} before it listened`))));
  });
}

/**
 * Serves from several processes on one port. Only for the process that runs the keeper: the workers answer, nothing else.
 * @param clock where the city stands still, whatever its row says.
 * @throws HekanError('setup') where the first workers do not come up.
 */
export async function startWorkers(
  count: number,
  config: Config,
  log: Logger,
  clock: Clock | undefined,
): Promise<{ port: number; close: () => Promise<void> }> {
  cluster.setupPrimary({ exec: WORKER, execArgv: EXEC_ARGV, args: clock ? [clock.now().toISOString()] : [] });
  const stopMetrics = answerClusterMetrics();
  let stopping = false;
  let recent = 0;

  function fork(): Worker {
    const worker = cluster.fork(WORKER_ENV);
    worker.once('exit', (code, signal) => {
      if (stopping) return;
      const waitMs = Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** recent++);
      setTimeout(() => recent--, QUIET_MS).unref();
      log.error({ worker: worker.id, code, signal, waitMs }, 'a worker ended and is replaced');
      void sleep(waitMs).then(() => {
        if (!stopping) fork();
      });
    });
    return worker;
  }

  async function close(): Promise<void> {
    stopping = true;
    stopMetrics();
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((done) => {
            const timer = setTimeout(() => worker.process.kill('SIGKILL'), STOP_MS);
            worker.once('exit', () => {
              clearTimeout(timer);
              done();
            });
            worker.process.kill('SIGTERM');
          }),
      ),
    );
  }

  try {
    const ports = await Promise.all(Array.from({ length: count }, () => listening(fork())));
    return { port: ports[0] ?? config.PORT, close };
  } catch (cause) {
    await close();
    throw new HekanError('setup', `a worker ${(cause as Error).message}`, { cause });
  }
}
