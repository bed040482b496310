import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HekanError } from '../../errors.ts';
import { enginePaths, EXIT_LOCKED } from './paths.ts';

const ENGINE = new URL('./engine.ts', import.meta.url).pathname;
/** A first creation takes 10-20 s, on a busy machine more. */
const OPEN_MS = 120_000;
/** How long a folder may be locked by an engine that does not answer (it may be opening). */
const LOCKED_MS = 60_000;

export interface Lease {
  /** Folder and port for pg: host is a folder of sockets. */
  host: string;
  port: number;
  socket: Socket;
}

function tryControl(path: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => done(socket));
    socket.once('error', () => done(null));
  });
}

/** Starts an engine that outlives us. @returns 'ready', or 'locked' where another process holds the folder. */
function spawnEngine(folder: string, log: string, onProgress: (stage: string) => void): Promise<'ready' | 'locked'> {
  return new Promise((done, fail) => {
    const output = openSync(log, 'a', 0o600);
    const child = spawn(process.execPath, [ENGINE, folder], {
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    });
    const timer = setTimeout(() => fail(new Error(`did not open within ${OPEN_MS / 1000} s`)), OPEN_MS);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      if (child.connected) child.disconnect();
      child.unref();
      then();
    };
    child.on('message', (stage) => (stage === 'ready' ? settle(() => done('ready')) : onProgress(stage as string)));
    child.on('error', (error) => settle(() => fail(error)));
    child.on('exit', (code, signal) =>
      settle(() =>
        code === EXIT_LOCKED ? done('locked') : fail(new Error(`ended with ${signal ?? code}, see ${log}`)),
      ),
    );
  });
}

/**
 * Finds the engine of a data folder, or starts it, and holds a lease on it: the engine ends some seconds after the last
 * lease does.
 * @param onProgress called with 'opening' when an engine had to be started.
 * @throws HekanError('setup') where the folder is held by a process that does not answer, or cannot be opened.
 */
export async function leaseEngine(
  folder: string,
  onProgress: (stage: string) => void = () => undefined,
): Promise<Lease> {
  const paths = enginePaths(folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HekanError('setup', `data folder ${folder} cannot be made`, {
      field: 'HEKAN_DATA',
      given: folder,
      cause,
    });
  }
  const until = Date.now() + LOCKED_MS;
  for (;;) {
    const socket = await tryControl(paths.control);
    if (socket) return { host: paths.sockets, port: 5432, socket };
    const state = await spawnEngine(folder, paths.log, onProgress).catch((cause: unknown) => {
      throw new HekanError('setup', `the embedded engine of ${folder} ${(cause as Error).message}`, {
        field: 'HEKAN_DATA',
        given: folder,
        cause,
      });
    });
    if (state === 'locked' && Date.now() > until) {
      throw new HekanError('setup', `data folder in use: another process holds ${folder} and does not answer`, {
        field: 'HEKAN_DATA',
        given: folder,
      });
    }
    if (state === 'locked') await sleep(200);
  }
}
