import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCity } from '../city/index.ts';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importDivisions } from './index.ts';

const files = scratch();
const district = (code: string, name: string, more: object = {}) => ({
  code,
  name,
  level: 'district',
  parent: '990100',
  ...more,
});

const BOW_TIE = [
  [124, 47],
  [124.2, 47.2],
  [124.2, 47],
  [124, 47.2],
  [124, 47],
];
const MIXED = collection(
  feature(district('990101', '好区'), square(123, 47, 0.1)),
  { type: 'Feature', properties: district('990102', '点区'), geometry: { type: 'Point', coordinates: [1, 2] } },
  feature(district('990103', '蝴蝶区'), BOW_TIE),
  feature(district('990104', '两点区'), [
    [124, 47],
    [124.2, 47.2],
  ]),
  feature(district('990105', '开环区'), square(125, 47, 0.1).slice(0, 4)),
  feature(district('990106', '颠倒区'), square(47, 123, 0.1)),
  feature(district('', '无码区'), square(126, 47, 0.1)),
  feature(district('990101', '重复区'), square(128, 47, 0.1)),
  feature(district('990109', '直线区'), [
    [1, 1],
    [2, 2],
    [3, 3],
    [1, 1],
  ]),
  feature(district('880110', '外码区', { name_en: 'Odd' }), square(130, 47, 0.1)),
);

describeOnEngines('import of divisions', (open) => {
  let db: Database;
  const run = (file: string, more: object = {}) =>
    importDivisions(db, file, { crs: 'wgs84', replaceDemo: false, rejects: files.at('rejects.csv'), ...more }, SILENT);
  const tree = async () =>
    (
      await db.query<{
        code: string;
        level: number;
        parent: string | null;
      }>(`select d.code, d.level, p.code as parent, array_position(d.path, d.id) as depth, d.path[1] = c.id as "inCity"
        from division d left join division p on p.id = d.parent_id left join division c on c.level = 1 and c.valid_to is null
        where d.valid_to is null order by d.level, d.code`)
    ).rows;
  beforeAll(() => {
    db = open();
  });

  test('takes what is good, repairs what can be, and tells of each that is not', async () => {
    const report = await run(files.write('mixed.geojson', MIXED), {
      cityName: '测试市',
      cityNameEn: 'Test City',
      timeZone: 'Asia/Shanghai',
    });
    expect(report.features).toEqual({ read: 10, inserted: 4, updated: 0, unchanged: 0, rejected: 6 });
    expect(report.rejects.byReason).toEqual({
      coordinates_out_of_range: 1,
      duplicate_code: 1,
      no_area_left: 1,
      no_code: 1,
      ring_with_too_few_positions: 1,
      wrong_geometry_type: 1,
    });
    expect(report.repaired.map(({ feature: n, code, reason }) => [n, code, reason])).toEqual([
      [3, '990103', expect.stringContaining('Self-intersection')],
      [5, '990105', '1 ring was not closed'],
    ]);
    expect(Object.keys(report.warnings)).toEqual(['code_without_its_parents_prefix']);
    expect(
      files
        .read('rejects.csv')
        .split('\n')
        .slice(1, -1)
        .map((line) => Number(line.split(',')[0]))
        .sort((a, b) => a - b),
    ).toEqual([2, 4, 6, 7, 8, 9]);
    const valid = await db.query(
      'select bool_and(st_isvalid(geom)) and bool_and(st_covers(geom, label)) as good from division',
    );
    expect(valid.rows).toEqual([{ good: true }]);
  });

  test('makes the city of its districts, and names it', async () => {
    expect(await tree()).toEqual([
      { code: '990100', level: 1, parent: null, depth: 1, inCity: true },
      ...['880110', '990101', '990103', '990105'].map((code) => ({
        code,
        level: 2,
        parent: '990100',
        depth: 2,
        inCity: true,
      })),
    ]);
    const area = await db.query(
      `select abs(sum(area_km2) filter (where level = 2) - sum(area_km2) filter (where level = 1)) < 1e-6 as same from division`,
    );
    expect(area.rows).toEqual([{ same: true }]);
    expect(await readCity(db)).toMatchObject({
      nameZh: '测试市',
      nameEn: 'Test City',
      kind: 'real',
      timeZone: 'Asia/Shanghai',
      ready: true,
      extent: [123, 47, 130.1, 47.2],
    });
  });

  test('the same file again changes nothing', async () => {
    const before = (await db.query('select * from division order by id')).rows;
    const report = await run(files.at('mixed.geojson'));
    expect(report.features).toEqual({ read: 10, inserted: 0, updated: 0, unchanged: 4, rejected: 6 });
    expect((await db.query('select * from division order by id')).rows).toEqual(before);
  });

  test('a changed shape or name changes its division in place; codes that the file lacks stay', async () => {
    const idOf = async (): Promise<unknown> =>
      (await db.query("select id from division where code = '990101' and valid_to is null")).rows;
    const before = await idOf();
    const changed = feature(district('990101', '新名区', { name_en: 'Renamed' }), square(123, 47, 0.2));
    const report = await run(files.write('changed.geojson', collection(changed)));
    expect(report.changed).toEqual([{ code: '990101', changed: ['shape', 'name'] }]);
    expect(await idOf()).toEqual(before);
    expect(await tree()).toHaveLength(5);
  });

  test('streets find their district by code or, without one, by position; levels may be left out', async () => {
    const street = (code: string, more: object = {}) => ({ code, name: code, level: '街道', ...more });
    const file = collection(
      feature({ ...street('990101001001'), level: '社区' }, square(123.01, 47.01, 0.01)),
      feature(street('990101001', { parent: { adcode: 990101 } }), square(123, 47, 0.05)),
      feature(street('s2'), square(125.01, 47.01, 0.01)),
      feature({ ...street('v1'), level: 'village' }, square(125.03, 47.03, 0.01)),
      feature(street('990103'), square(123, 47, 0.05)),
      feature(street('s3', { parent: '990101001' }), square(123, 47, 0.05)),
    );
    const report = await run(files.write('streets.geojson', file));
    expect(report.rejects.byReason).toEqual({ code_at_another_level: 1, parent_not_above: 1 });
    expect(report.parentsByPosition).toBe(3);
    const rows =
      await db.query(`select d.code, p.code as parent, array_length(d.path, 1) as n, d.path[3] is null as skips
      from division d join division p on p.id = d.parent_id where d.level > 2 order by 1`);
    expect(rows.rows).toEqual([
      { code: '990101001', parent: '990101', n: 3, skips: false },
      { code: '990101001001', parent: '990101001', n: 4, skips: false },
      { code: 's2', parent: '990105', n: 3, skips: false },
      { code: 'v1', parent: '990105', n: 4, skips: true },
    ]);
  });

  test('a city from a file takes the place of the one that was made', async () => {
    await run(
      files.write('city.geojson', collection(feature({ code: 'C', name: '真市', level: 'city' }, square(122, 46, 10)))),
    );
    expect((await tree()).filter(({ level }) => level <= 2).map(({ code, parent }) => [code, parent])).toEqual([
      ['C', null],
      ...['880110', '990101', '990103', '990105'].map((code) => [code, 'C']),
    ]);
  });

  test('GCJ-02 is shifted by its 500 m', async () => {
    const file = files.write(
      'gcj.geojson',
      collection(feature({ code: 'g', name: 'g', level: 'district' }, square(123.9, 47.3, 0.01))),
    );
    await run(file, { crs: 'gcj02' });
    const { rows } = await db.query<{ metres: number }>(
      "select st_distance(st_pointn(st_exteriorring(st_geometryn(geom, 1)), 1)::geography, st_makepoint(123.9, 47.3)::geography) as metres from division where code = 'g'",
    );
    expect(rows[0]?.metres).toBeGreaterThan(400);
    expect(rows[0]?.metres).toBeLessThan(600);
  });

  test.each<[why: string, content: string, options: object, message: RegExp]>([
    [
      'points only',
      collection({ type: 'Feature', properties: district('p', 'p'), geometry: { type: 'Point', coordinates: [1, 2] } }),
      {},
      /none of the 1 features.*1 wrong geometry type/,
    ],
    [
      'latitude first',
      collection(feature(district('p', 'p'), square(47, 123, 1))),
      {},
      /feature 1: coordinates \[47,123\] are not \[lng, lat\]/,
    ],
    [
      'metres',
      collection(feature(district('p', 'p'), square(13_700_000, 5_900_000, 1000))),
      {},
      /feature 1: .*ogr2ogr/,
    ],
    ['no level', collection(feature({ code: 'p', name: 'p' }, square(1, 1, 1))), {}, /pass --level/],
    [
      'an unknown zone',
      collection(feature(district('p', 'p'), square(1, 1, 1))),
      { timeZone: 'Qiqihar' },
      /time-zone: expected an IANA time zone.*"Qiqihar"/,
    ],
    ['100 kB of brackets', '['.repeat(100_000), {}, /not JSON/],
  ])('refuses %s', async (_why, content, options, message) => {
    await expect(run(files.write('bad.geojson', content), options)).rejects.toThrow(message);
  });
});

const SHARED = '../shared/data/boundaries/qqhr_districts_wgs84.geojson';

describe.skipIf(!existsSync(SHARED))('the real boundaries of shared/data (skipped where that folder is absent)', () => {
  describeOnEngines('import of divisions', (open) => {
    test('Qiqihar has 16 districts on 42,251 km²', async () => {
      const options = { crs: 'wgs84', replaceDemo: false, cityName: '齐齐哈尔市', rejects: files.at('q.csv') } as const;
      const report = await importDivisions(open(), SHARED, options, SILENT);
      expect(report.features).toEqual({ read: 16, inserted: 16, updated: 0, unchanged: 0, rejected: 0 });
      expect(report.madeCities).toEqual(['230200']);
      const { rows } = await open().query(
        'select name_zh as name, round(area_km2)::int as area, st_numgeometries(geom) as parts from division where level = 1',
      );
      expect(rows).toEqual([{ name: '齐齐哈尔市', area: 42251, parts: 1 }]);
    });
  });
});
