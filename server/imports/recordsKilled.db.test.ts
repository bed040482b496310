import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { listDatasets } from '../records/index.ts';
import { loadSmallCity } from '../testing/city.ts';
import { describeOnEngines, type TestDatabase } from '../testing/database.ts';
import { verifyDensity } from '../verify.ts';
import { scratch } from './fixtures.ts';
import { importRecords } from './index.ts';
import { densityTotal, makeCity, RECORD_HEADER, RECORD_MAP, recordLines } from './recordFixtures.ts';

const CLI = new URL('../cli.ts', import.meta.url).pathname;
const files = scratch();

/** The command line, as a process of its own on the test's database. */
function hekan(database: TestDatabase, args: string[]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...database.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  return { child, said: () => said };
}

async function chunksIn(db: Database): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from load_chunk');
  return rows[0]!.n;
}

describeOnEngines('an import of records from the command line', (open, database) => {
  let db: Database;
  const map = files.write('map.json', JSON.stringify(RECORD_MAP));
  let rows: number;
  const rejects = files.at('rejects.csv');
  const file = () => files.at('large.csv');

  /** Runs the import, and ends it with a signal once two chunks are in. @returns its exit code, null where it was killed. */
  async function end(args: string[], signal: NodeJS.Signals): Promise<number | null> {
    const before = await chunksIn(db);
    const { child, said } = hekan(database(), args);
    const closed = once(child, 'close');
    while ((await chunksIn(db)) < before + 2) {
      if (child.exitCode !== null) throw new Error(`it ended by itself: ${said()}`);
      await sleep(2);
    }
    child.kill(signal);
    return ((await closed) as [number | null])[0];
  }

  beforeAll(async () => {
    db = open();
    await makeCity(db, 400);
    rows = db.engine === 'postgresql' ? 1_500_000 : 80_000;
    files.write('large.csv', `${RECORD_HEADER}\n${recordLines(0, rows, 400)}`);
  });

  test('killed in the middle and run again has every row once', async () => {
    const args = ['import', 'records', file(), '--map', map, '--rejects', rejects];
    expect(await end(args, 'SIGKILL')).toBeNull();
    const halfway = (await listDatasets(db))[0]!;
    expect(halfway.total).toBeGreaterThan(0);
    expect(halfway.total).toBeLessThan(rows);
    expect((await verifyDensity(db)).different).toBe(0);
    // Stopped by hand it ends after the part under way, and says so.
    expect(await end(args, 'SIGINT')).toBe(0);
    expect((await listDatasets(db))[0]!.total).toBeLessThan(rows);
    const report = await importRecords(db, [file()], { map, replaceDemo: false, rejects }, SILENT);
    expect(report.rows.before).toBeGreaterThan(halfway.total);
    expect(report.rows.before + report.rows.inserted).toBe(rows);
    expect(report).toMatchObject({ total: rows, located: rows, stopped: false });
    const { rows: keys } = await db.query<{ n: number }>('select count(distinct key)::int as n from record');
    expect(keys[0]!.n).toBe(rows);
    expect(await densityTotal(db, 12)).toBe(rows);
    expect((await verifyDensity(db)).different).toBe(0);
  });

  test('a replacement killed in the middle leaves what was there, and goes on', async () => {
    const args = ['import', 'records', file(), '--map', map, '--rejects', rejects, '--replace'];
    expect(await end(args, 'SIGKILL')).toBeNull();
    expect((await listDatasets(db))[0]).toMatchObject({ total: rows });
    const { child, said } = hekan(database(), args);
    expect(((await once(child, 'close')) as [number])[0]).toBe(0);
    expect(said()).toMatch(/went on with a replacement/);
    expect((await listDatasets(db))[0]).toMatchObject({ total: rows, located: rows });
    expect((await db.query('select 1 from dataset_generation')).rows).toHaveLength(1);
    expect((await verifyDensity(db)).different).toBe(0);
  });

  test('options and words that it does not have are named', async () => {
    const cases: [string[], RegExp][] = [
      [['import', 'records', file(), '--map', map, '--crs', 'wgs84'], /an option of import records.*"--crs"/],
      [['import', 'records', file()], /--map: expected a mapping file/],
      [['import', 'records', '--map', map], /FILE: expected the path of a file/],
      [
        ['import', 'places', file()],
        /what: expected divisions, grids, addresses, .*duty, calendar, scores, cases, records, got "places"/,
      ],
      [['import', 'addresses', file()], /--crs/],
      [['dataset', 'theme', 'licences'], /THEME: expected a theme, or --none instead/],
      [['dataset', 'delete', 'nothing'], /key of a dataset of records/],
      [['dataset', 'rename'], /action: expected list, delete, theme/],
    ];
    for (const [args, expected] of cases) {
      const { child, said } = hekan(database(), args);
      expect(((await once(child, 'close')) as [number])[0]).toBe(2);
      expect(said()).toMatch(expected);
    }
  });

  test('datasets are listed, moved and deleted', async () => {
    const run = async (...args: string[]) => {
      const { child, said } = hekan(database(), ['dataset', ...args]);
      expect(((await once(child, 'close')) as [number])[0]).toBe(0);
      return said();
    };
    expect(await run('theme', 'licences', '民生')).toMatch(/licences: theme 民生/);
    expect(await run('list')).toMatch(/^licences {2}证照 Licences {2}government {2}theme 民生/m);
    await run('theme', 'licences', '--none');
    await run('delete', 'licences');
    expect(await run('list')).toMatch(/no datasets of records/);
    expect((await verifyDensity(db)).different).toBe(0);
    expect(await densityTotal(db, 6)).toBe(0);
  });

  test('the demonstration is in the way until it may be retired', async () => {
    await loadSmallCity(db);
    const { rows: places } = await db.query<{ code: string }>('select code from place limit 1');
    const small = files.write('small.csv', `${RECORD_HEADER}\nk1,${places[0]!.code},2024-01-01,x\n`);
    const go = (replaceDemo: boolean) => importRecords(db, [small], { map, replaceDemo, rejects }, SILENT);
    await expect(go(false)).rejects.toThrow(/this city is the demonstration.*--replace-demo/);
    const report = await go(true);
    // Its places went with it.
    expect(report).toMatchObject({ total: 1, located: 0, notLocated: { unknownCode: 1 } });
    expect(report.notes.join('; ')).toMatch(/was retired; there are no places yet/);
    expect((await verifyDensity(db)).different).toBe(0);
  });
});
