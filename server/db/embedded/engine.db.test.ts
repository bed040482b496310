import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { openDatabase, type Database } from '../index.ts';
import { takeLock } from './lock.ts';
import { enginePaths } from './paths.ts';

const folders: string[] = [];

function copyOfTemplate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-engine-'));
  cpSync(join(inject('embeddedTemplate'), 'city'), join(folder, 'city'), { recursive: true });
  folders.push(folder);
  return folder;
}

const open = (folder: string) => openDatabase({ url: undefined, folder, poolSize: 4 });

/** Process ids of engines that have this folder. */
function enginesOf(folder: string): number[] {
  const { stdout } = spawnSync('pgrep', ['-f', `embedded/engine.ts ${folder}`], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

async function untilAnswers(db: Database): Promise<void> {
  for (let tries = 0; ; tries++) {
    const ok = await db.query('select 1').then(
      () => true,
      () => false,
    );
    if (ok) return;
    if (tries > 300) throw new Error('the engine does not come back');
    await sleep(100);
  }
}

afterAll(async () => {
  for (const folder of folders) {
    for (const pid of enginesOf(folder)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('the embedded engine', () => {
  it('is shared: two that open one folder find one engine, which ends after the last', async () => {
    const folder = copyOfTemplate();
    const [one, two] = await Promise.all([open(folder), open(folder)]);
    expect(enginesOf(folder)).toHaveLength(1);
    await one.query('create table shared (n int)');
    await one.close();
    await two.query('insert into shared values (1)');
    await two.close();
    for (let tries = 0; enginesOf(folder).length > 0 && tries < 100; tries++) await sleep(100);
    expect(enginesOf(folder)).toEqual([]);
    const again = await open(folder);
    expect((await again.query('select n from shared')).rows).toEqual([{ n: 1 }]);
    await again.close();
  });

  it('keeps the statements of many clients apart', async () => {
    const db = await open(copyOfTemplate());
    const asked = Array.from({ length: 300 }, (_, i) => i);
    const answers = await Promise.all(
      // Different shapes: a Bind that met another client's Parse would fail or give another number of columns.
      asked.map((i) =>
        db.query<{ n: number }>(
          i % 2 ? 'select $1::int as n' : 'select $1::int as n, $2::text as t',
          i % 2 ? [i] : [i, 'x'],
        ),
      ),
    );
    expect(answers.map((answer) => answer.rows[0]?.n)).toEqual(asked);
    await db.close();
  });

  it('gives a transaction to one client, and rolls back one who goes away', async () => {
    const db = await open(copyOfTemplate());
    await db.query('create table t (n int)');
    const client = await db.pool.connect();
    await client.query('begin');
    await client.query('insert into t values (1)');
    const counted = db.query<{ n: number }>('select count(*)::int as n from t');
    await sleep(100);
    client.release(new Error('gone'));
    expect((await counted).rows[0]?.n).toBe(0);
    await db.close();
  });

  it('opens again after kill -9 at any moment, with all that was committed', async () => {
    const folder = copyOfTemplate();
    const db = await open(folder);
    await db.query('create table log (n int primary key)');
    let committed = 0;
    for (let round = 0; round < 4; round++) {
      const killer = sleep(150 + round * 130).then(() =>
        enginesOf(folder).forEach((pid) => process.kill(pid, 'SIGKILL')),
      );
      for (;;) {
        const ok = await db.query('insert into log values ($1::int)', [committed + 1]).then(
          () => true,
          () => false,
        );
        if (!ok) break;
        committed += 1;
      }
      await killer;
      await untilAnswers(db);
      const { rows } = await db.query<{ n: number; max: number }>(
        'select count(*)::int as n, coalesce(max(n), 0) as max from log',
      );
      // The insert under way when it died may have been committed without our hearing of it.
      expect(rows[0]?.n).toBe(rows[0]?.max);
      expect(rows[0]!.n - committed).toBeGreaterThanOrEqual(0);
      expect(rows[0]!.n - committed).toBeLessThanOrEqual(1);
      committed = rows[0]!.n;
    }
    expect(committed).toBeGreaterThan(10);
    await db.close();
  });

  it('outlives a client killed in the middle of a transaction', async () => {
    const folder = copyOfTemplate();
    const db = await open(folder);
    await db.query('create table t (n int)');
    const script = join(folder, 'client.ts');
    const index = new URL('../index.ts', import.meta.url).pathname;
    writeFileSync(
      script,
      `import { openDatabase } from ${JSON.stringify(index)};
       const db = await openDatabase({ url: undefined, folder: ${JSON.stringify(folder)}, poolSize: 2 });
       await db.transaction(async (client) => {
         await client.query('insert into t values (1)');
         console.log('in');
         await new Promise((done) => setTimeout(done, 60000));
       });`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((done) => child.stdout.once('data', () => done()));
    child.kill('SIGKILL');
    expect((await db.query('select count(*)::int as n from t')).rows).toEqual([{ n: 0 }]);
    await db.close();
  });

  it('keeps its log small however much is written', async () => {
    const folder = copyOfTemplate();
    const db = await open(folder);
    await db.query('create table wide (n int, t text)');
    for (let round = 0; round < 40; round++) {
      await db.query(`insert into wide select n, repeat(md5(n::text), 40) from generate_series(1, 8000) as n`);
      await db.query('truncate wide');
      await sleep(100);
    }
    const wal = join(folder, 'city', 'pg_wal');
    const bytes = readdirSync(wal, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(wal, entry.name)).size, 0);
    // 40 rounds of 10 MB make 400 MB of log.
    expect(bytes).toBeLessThan(250e6);
    await db.close();
  });

  it('carries notices between processes', async () => {
    const folder = copyOfTemplate();
    const [one, two] = [await open(folder), await open(folder)];
    const heard = new Promise<string>((done) => two.notices.subscribe('seq', done));
    await one.notices.publish('seq', '42');
    expect(await heard).toBe('42');
    await one.close();
    await two.close();
  });

  it('does not open a folder that another process holds', async () => {
    const folder = copyOfTemplate();
    const { lock } = enginePaths(folder);
    const holder = spawn('flock', ['--exclusive', lock, 'sleep', '30'], { stdio: 'ignore', detached: true });
    await sleep(300);
    expect(takeLock(lock)).toBe(false);
    const engine = new URL('./engine.ts', import.meta.url).pathname;
    expect(spawnSync(process.execPath, [engine, folder]).status).toBe(3);
    process.kill(-holder.pid!, 'SIGKILL');
  });
});
