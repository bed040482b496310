import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../server/testing/postgres.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const CLI = `${ROOT}server/cli.ts`;
const START_MS = 180_000;

/** The instant at which the cities of these tests end, and frozen ones stand. */
export const UNTIL = '2026-11-23T12:00:00+08:00';

export interface RunningCity {
  url: string;
  folder: string;
  /** What the server has printed so far. */
  output(): string;
  /** Runs `hekan …` beside the server. */
  hekan(...args: string[]): { status: number | null; stdout: string; stderr: string };
  /** Ends the server, as kill -9 would or as Ctrl-C does. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** `hekan start` as a process of its own, on the embedded engine in a folder of its own, or on PostgreSQL where env says so. */
export async function startCity(args: string[], env: Record<string, string> = {}): Promise<RunningCity> {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    ...process.env,
    DATABASE_URL: '',
    HEKAN_DATA: folder,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    ...env,
  };
  let output = '';
  let child: ChildProcess;

  function start(): Promise<void> {
    return new Promise((done, fail) => {
      child = spawn(process.execPath, [CLI, 'start', ...args], {
        cwd: ROOT,
        env: settings,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const timer = setTimeout(() => fail(new Error(`not up in time:\n${output}`)), START_MS);
      const hear = (text: Buffer) => {
        output += text.toString();
        if (!output.includes('Ctrl-C ends it.')) return;
        clearTimeout(timer);
        done();
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.on('exit', (code) => fail(new Error(`ended with ${code}:\n${output}`)));
    });
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    url,
    folder,
    output: () => output,
    hekan(...rest) {
      const options = { cwd: folder, env: settings, encoding: 'utf8' as const, timeout: START_MS };
      return spawnSync(process.execPath, [CLI, ...rest], options);
    },
    kill,
    async restart() {
      output = '';
      await start();
    },
    async remove() {
      await kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
