import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './postgres.ts';

const PROGRAM = '/usr/sbin/mosquitto';
export const hasMosquitto = existsSync(PROGRAM);

export interface TestBroker {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  remove(): Promise<void>;
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

/** A broker of its own on a free port of 127.0.0.1, with a folder that outlives a kill -9. Not started yet. */
export async function testBroker(): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-mqtt-'));
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  const lines = ['allow_anonymous true', 'persistence true', `persistence_location ${folder}/`, 'autosave_interval 1'];
  if (process.getuid?.() === 0) lines.push('user root');
  writeFileSync(config, [`listener ${port} 127.0.0.1`, ...lines, ''].join('\n'));
  let child: ChildProcess | undefined;
  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child!.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }
  return {
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      child = spawn(PROGRAM, ['-c', config], { stdio: 'ignore' });
      while (!(await answers(port))) await sleep(50);
    },
    kill,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
