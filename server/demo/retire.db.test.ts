import { describe, expect, test } from 'vitest';
import { readCity } from '../city/index.ts';
import { insertRows, type Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { importDivisions } from '../imports/index.ts';
import { collection, countedAndRecounted, feature, scratch, square } from '../imports/fixtures.ts';
import { loadSmallCity } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { mustRetireDemo, retireDemo } from './retire.ts';
import { CITY_TABLES } from './tables.ts';

const TABLES = [...CITY_TABLES, 'record', 'dataset_generation', 'load_chunk'];

const files = scratch();
async function sizes(db: Database): Promise<Record<string, number>> {
  const { rows } = await db.query<Record<string, number>>(
    `select ${TABLES.map((t) => `(select count(*) from ${t})::int as ${t}`).join(', ')}`,
  );
  return rows[0] ?? {};
}

describe('a demonstration alone', () => {
  describeOnEngines('retiring', (open) => {
    test('is refused without being asked for, and a bad file leaves the demonstration as it is', async () => {
      await loadSmallCity(open());
      const before = await sizes(open());
      const good = files.write(
        'd.geojson',
        collection(feature({ code: 'a', name: 'A', level: 'district' }, square(1, 1, 1))),
      );
      const bad = files.write('bad.geojson', collection(feature({ code: 'a', name: 'A', level: 'district' }, [])));
      const options = { crs: 'wgs84', rejects: files.at('r.csv') } as const;
      await expect(importDivisions(open(), good, { ...options, replaceDemo: false }, SILENT)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('--replace-demo') as string,
      });
      await expect(importDivisions(open(), bad, { ...options, replaceDemo: true }, SILENT)).rejects.toThrow(
        /none of the 1 features/,
      );
      expect(await sizes(open())).toEqual(before);
      expect((await readCity(open()))?.kind).toBe('demo');
    });

    test('leaves nothing of it, and the city is real', async () => {
      const report = await importDivisions(
        open(),
        files.at('d.geojson'),
        { crs: 'wgs84', replaceDemo: true, rejects: files.at('r.csv') },
        SILENT,
      );
      expect(report.notes[0]).toContain('retired');
      const left = await sizes(open());
      expect(Object.entries(left).filter(([, n]) => n > 0)).toEqual([
        ['division', 2],
        ['dataset', 2],
      ]);
      expect(await readCity(open())).toMatchObject({
        kind: 'real',
        demoSeed: null,
        demoUntil: null,
        frozenAt: null,
        extent: [1, 1, 2, 2],
      });
      expect(await mustRetireDemo(open(), false)).toBe(false);
    });
  });
});

const CASE_COLUMNS = [
  ['dataset_id', 'int'],
  ['external_id', 'text'],
  ['case_no', 'text'],
  ['source_id', 'int'],
  ['category_id', 'int'],
  ['status', 'case_status'],
  ['reported_at', 'timestamptz'],
  ['accepted_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
] as const;

describe('a demonstration beside real rows', () => {
  describeOnEngines('retiring', (open) => {
    test('goes in chunks, can be ended and run again, and leaves the real rows and their counts', async () => {
      const db = open();
      await loadSmallCity(db);
      const real = await db.query<{ id: number }>(
        "insert into dataset (key, name_zh, name_en, kind, origin) values ('real', '真', 'Real', 'cases', 'import') returning id",
      );
      const words = await db.query<{ source: number; category: number }>(
        'select (select min(id) from source) as source, (select min(id) from category) as category',
      );
      const at = new Date('2026-01-05T00:00:00Z');
      await insertRows(db, 'cases', CASE_COLUMNS, [
        [real.rows[0]?.id, 'r1', 'r1', words.rows[0]?.source, words.rows[0]?.category, 'handling', at, at, at],
      ]);
      // As far as it had come when somebody ended it: the city is real, some cases are gone.
      await db.query("update city set kind = 'real'");
      await db.query(
        "with gone as (delete from cases where id in (select id from cases where external_id <> 'r1' limit 500) returning id) delete from step where case_id in (select id from gone)",
      );
      expect(await mustRetireDemo(db, false)).toBe(true);
      await retireDemo(db, SILENT);
      const left = await sizes(db);
      expect(left).toMatchObject({
        cases: 1,
        step: 0,
        record: 0,
        place: 0,
        density: 0,
        division: 0,
        base_feature: 0,
        category: 1,
        source: 1,
        dataset: 1,
      });
      const [counted, recounted] = await countedAndRecounted(db, 1);
      expect(counted).toEqual(recounted);
      expect(await mustRetireDemo(db, false)).toBe(false);
    });
  });
});
