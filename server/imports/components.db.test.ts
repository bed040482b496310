import { afterAll, beforeAll, expect, it } from 'vitest';
import { bboxToTiles } from '../../tiles/grid.ts';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { featuresOf, fetchTile } from '../testing/tile.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importComponents, importDivisions } from './index.ts';

const files = scratch();
const code = (n: number, rest = '99010101001') => `${rest}${String(n).padStart(6, '0')}`;
const HEADER = '标识码,名称,lng,lat';

describeOnEngines('components', (open) => {
  let db: Database;
  let app: TestApp;
  const options = { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') } as const;
  const run = (name: string, content: string, more: object = {}) =>
    importComponents(db, files.write(name, content), { ...options, ...more }, SILENT);
  const rows = async (sql: string) => (await db.query<Record<string, unknown>>(sql)).rows;
  const csv = (lines: readonly string[]) => [HEADER, ...lines, ''].join('\n');
  /** What is shown and left out over the whole area at a zoom. */
  const shownAt = async (z: number) => {
    const { minX, maxX, minY, maxY } = bboxToTiles([123, 47, 123.1, 47.1], z);
    let [shown, leftOut] = [0, 0];
    for (let x = minX; x <= maxX; x++)
      for (let y = minY; y <= maxY; y++) {
        const tile = await fetchTile(app, `/tiles/components/${z}/${x}/${y}.mvt`);
        shown += featuresOf(tile, 'components').length;
        for (const { properties } of featuresOf(tile, 'thinned')) leftOut += Number(properties['left_out']);
      }
    return { shown, leftOut };
  };

  beforeAll(async () => {
    db = open();
    const squares = ['990101', '990102'].map((one, i) =>
      feature({ code: one, name: `${i}区`, level: 'district' }, square(123 + i * 0.1, 47, 0.1)),
    );
    await importDivisions(db, files.write('d.geojson', collection(...squares)), options, SILENT);
    app = await openApp(db);
  });
  afterAll(() => app.close());

  it('come in by their code, each wrong one with line and reason', async () => {
    const report = await run(
      'c.csv',
      csv([
        `${code(1)},井盖,123.01,47.01`,
        `${code(1)},井盖,123.01,47.01`,
        `${code(2, '9901010100')},井盖,123.02,47.02`,
        `${code(3, '99010109001')},井盖,123.02,47.02`,
        `${code(4, '88010101001')},井盖,123.02,47.02`,
        `${code(5)},井盖,,47.02`,
        `12,井盖,123.02,47.02`,
        `${code(6, '99010201001')},井盖,123.03,47.03`,
      ]),
    );
    expect(report.rows).toMatchObject({ read: 8, inserted: 3, rejected: 5 });
    expect(report.rejects.byReason).toEqual({
      duplicate_in_file: 1,
      no_position: 1,
      strange_code: 1,
      unknown_division: 1,
      unknown_major: 1,
    });
    expect(files.read('r.csv').split('\n')[1]).toMatch(/^3,duplicate_in_file,code,/);
    expect(Object.keys(report.warnings)).toEqual(['lies_in_another_district']);
    expect(await rows('select code, standard_ref as standard, category, name from component order by code')).toEqual([
      { code: code(2, '9901010100'), standard: 'GB/T 30428.2-2013', category: '0100', name: '井盖' },
      { code: code(1), standard: 'GB/T 47678.5-2026', category: '01001', name: '井盖' },
      { code: code(6, '99010201001'), standard: 'GB/T 47678.5-2026', category: '01001', name: '井盖' },
    ]);
  });

  it('are points and lines of GeoJSON, a line shown at its middle', async () => {
    const line = {
      type: 'LineString',
      coordinates: [
        [123.05, 47.05],
        [123.06, 47.05],
        [123.06, 47.06],
      ],
    };
    const geojson = JSON.stringify({
      type: 'FeatureCollection',
      features: [
        { type: 'Feature', properties: { code: code(7), name: '护栏' }, geometry: line },
        feature({ code: code(8), name: '面' }, square(123, 47, 0.01)),
      ],
    });
    const report = await run('c.geojson', geojson);
    expect(report.rows).toMatchObject({ inserted: 1, rejected: 1 });
    expect(report.rejects.byReason).toEqual({ wrong_geometry_type: 1 });
    const { minX: x, minY: y } = bboxToTiles([123.0599, 47.0499, 123.06, 47.05], 16);
    const found = featuresOf(await fetchTile(app, `/tiles/components/16/${x}/${y}.mvt`), 'components');
    expect(found.map(({ properties }) => properties)).toMatchObject([
      { code: code(7), category: '01001', name: '护栏' },
    ]);
  });

  it('are thinned by one rule: shown and left out are all of them at every zoom', async () => {
    const many = Array.from({ length: 400 }, (_, i) => `${code(1000 + i)},灯,${123.02 + i * 1e-5},47.02`);
    expect((await run('many.csv', csv(many))).rows.inserted).toBe(400);
    await app.versions.apply(null);
    const far = await shownAt(12);
    expect(far.shown + far.leftOut).toBe(404);
    expect(far.shown).toBeLessThan(20);
    const near = await shownAt(16);
    expect(near.shown + near.leftOut).toBe(404);
    expect(near.shown).toBeGreaterThan(far.shown * 2);
  });

  it('again change nothing; changed they begin anew; replaced, what the file lacks ends', async () => {
    const before = await rows('select * from component order by id');
    const same = csv([`${code(1)},井盖,123.01,47.01`]);
    expect((await run('c1.csv', same)).rows).toMatchObject({ unchanged: 1, updated: 0 });
    expect((await rows('select * from component order by id')).length).toBe(before.length);
    const moved = csv([`${code(1)},井盖,123.011,47.01`, `${code(2)},井盖,123.012,47.01`]);
    expect((await run('c2.csv', moved, { replace: true })).rows).toMatchObject({ updated: 1, inserted: 1, ended: 403 });
    expect(
      await rows(`select code, valid_to is null as valid from component where code = '${code(1)}' order by id`),
    ).toEqual([
      { code: code(1), valid: false },
      { code: code(1), valid: true },
    ]);
    await app.versions.apply(null);
    expect(await shownAt(15)).toEqual({ shown: 2, leftOut: 0 });
    expect(await rows('select count(*)::int as n from component where min_zoom = 99')).toEqual([{ n: 0 }]);
  });

  it.each([
    ['no column of the code', 'a,lng,lat\n1,2,3\n', /no column code/],
    ['no position', '标识码,x\n1,2\n', /no column lng, lat/],
    ['nothing', `${HEADER}\n`, /no rows/],
  ])('refuse %s', async (_what, content, message) => {
    await expect(run('bad.csv', content)).rejects.toThrow(message);
  });
});
