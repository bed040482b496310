import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { buildSlice, deleteDataset, findSlice, foldDensity, readBlock, setTheme } from '../records/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { scratch } from './fixtures.ts';
import { densityAsRead, makeCity, RECORD_HEADER, recordLines, recordRunner } from './recordFixtures.ts';

const ADDRESSES = 500;
const files = scratch();

describeOnEngines('datasets of records', (open) => {
  let db: Database;
  const { run, exact, dataset } = recordRunner(open, files);

  beforeAll(async () => {
    db = open();
    await makeCity(db, ADDRESSES);
  });

  describe('a replacement', () => {
    const good = () => files.write('good.csv', `${RECORD_HEADER}\n${recordLines(0, 3000, ADDRESSES)}`);

    test('that was stopped counts nothing, and goes on', async () => {
      await run(files.write('old.csv', `${RECORD_HEADER}\n${recordLines(0, 1000, 50)}`), {}, { name: 'staged' });
      const before = await densityAsRead(db);
      const stop = new AbortController();
      const out = { progress: () => stop.abort(), line: () => undefined };
      const stopped = await run(good(), { replace: true, signal: stop.signal }, { name: 'staged' }, out);
      expect(stopped).toMatchObject({ stopped: true, replaced: false });
      expect(await densityAsRead(db)).toEqual(before);
      expect(await exact()).toBe(0);
      const report = await run(good(), { replace: true }, { name: 'staged' });
      expect(report.rows.before).toBeGreaterThan(0);
      expect(report.rows.before + report.rows.inserted).toBe(3000);
      expect(await dataset('staged')).toMatchObject({ total: 3000 });
      expect(await exact()).toBe(0);
    });

    test('begun with other files is begun anew', async () => {
      const half = files.write('half.csv', `${RECORD_HEADER}\n${recordLines(0, 2000, ADDRESSES)}`);
      const controller = new AbortController();
      let chunks = 0;
      const out = { ...SILENT, progress: () => (++chunks === 2 ? controller.abort() : undefined) };
      await run(half, { replace: true, signal: controller.signal }, { name: 'staged' }, out);
      const report = await run(good(), { replace: true }, { name: 'staged' });
      expect(report.rows).toMatchObject({ inserted: 3000, before: 0 });
      expect(await exact()).toBe(0);
    });
  });

  test('two imports of one file at once have every row once', async () => {
    const file = files.write('twice.csv', `${RECORD_HEADER}\n${recordLines(0, 3000, ADDRESSES)}`);
    const both = await Promise.allSettled([run([file], {}, { name: 'twice' }), run([file], {}, { name: 'twice' })]);
    const told = both.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    // PostgreSQL refuses the second before it begins; on the embedded engine the ledger refuses its first chunk.
    expect(told.join()).toMatch(/another import (works on dataset twice|is loading this file)/);
    await run([file], {}, { name: 'twice' });
    expect(await dataset('twice')).toMatchObject({ total: 3000 });
    expect(await exact()).toBe(0);
  });

  test('deleting a dataset takes away exactly what it added', async () => {
    const before = await densityAsRead(db);
    const places = await db.query<{ places: number }>(
      'select sum(places)::int as places from record_count where level = 0',
    );
    await run(
      files.write('gone.csv', `${RECORD_HEADER}\n${recordLines(0, 2000, ADDRESSES)}k,lost,2024-01-01,n\n`),
      {},
      { name: 'gone', theme: 'health' },
    );
    expect(await dataset('gone')).toMatchObject({ total: 2001, located: 2000, theme: 'health' });
    await deleteDataset(db, 'gone');
    expect(await densityAsRead(db)).toEqual(before);
    expect(await dataset('gone')).toBeUndefined();
    expect(await exact()).toBe(0);
    expect(
      (await db.query<{ places: number }>('select sum(places)::int as places from record_count where level = 0')).rows,
    ).toEqual(places.rows);
    await expect(deleteDataset(db, 'gone')).rejects.toThrow(/dataset: expected the key of a dataset of records/);
    await expect(deleteDataset(db, 'addresses')).rejects.toThrow(/holds base, not records/);
  });

  test('a dataset that changes its theme is in the slices of the one it is in', async () => {
    const total = async (theme: string) => {
      const slice = await findSlice(db, { theme, dataset: null });
      const blocks = await db.query<{ level: number; block: string }>(
        'select distinct level::int as level, block::text as block from density where slice = 0 and level = 20',
      );
      let sum = 0;
      for (const at of blocks.rows) for (const count of (await readBlock(db, at, slice)).counts) sum += count;
      return sum;
    };
    const build = async () => {
      while (await buildSlice(db));
    };
    await run(
      files.write('a.csv', `${RECORD_HEADER}\n${recordLines(0, 700, ADDRESSES)}`),
      {},
      { name: 'theme-a', theme: 'business' },
    );
    await run(
      files.write('b.csv', `${RECORD_HEADER}\n${recordLines(0, 300, ADDRESSES)}`),
      {},
      { name: 'theme-b', theme: 'culture' },
    );
    await build();
    expect([await total('business'), await total('culture')]).toEqual([700, 300]);
    await setTheme(db, 'theme-b', 'business');
    await expect(findSlice(db, { theme: 'business', dataset: null })).rejects.toMatchObject({ code: 'building' });
    await build();
    expect(await total('business')).toBe(1000);
    await expect(findSlice(db, { theme: 'culture', dataset: null })).rejects.toMatchObject({ code: 'bad_request' });
    await setTheme(db, 'theme-a', null);
    await build();
    expect(await total('business')).toBe(300);
    await deleteDataset(db, 'theme-b');
    expect((await db.query("select 1 from slice where key = 'business'")).rows).toEqual([]);
    while ((await foldDensity(db)) > 0);
    expect(await exact()).toBe(0);
  });
});
