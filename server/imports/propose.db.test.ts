import { beforeAll, expect, it } from 'vitest';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { proposeGrids } from '../records/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importAddresses, importDivisions, importGrids } from './index.ts';

const files = scratch();
const COMMUNITY = '990101001001';
const ROAD_LNG = 123.0051;

describeOnEngines('proposed unit grids', (open) => {
  let db: Database;
  const options = { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') } as const;
  const wanted = { least: 300, most: 500, crs: 'wgs84' } as const;
  const rows = async (sql: string) => (await db.query<Record<string, unknown>>(sql)).rows;
  const proposals = () =>
    rows(`select code, households, encode(st_asewkb(geom), 'hex') as geom from grid_overlay
      where status = 'proposed' and valid_to is null order by code`);

  beforeAll(async () => {
    db = open();
    const squares = [
      feature({ code: COMMUNITY, name: '好社区', level: 'community' }, square(123, 47, 0.01)),
      feature({ code: '990101001002', name: '空社区', level: 'community' }, square(123.01, 47, 0.01)),
    ];
    await importDivisions(db, files.write('d.geojson', collection(...squares)), options, SILENT);
    // 20 × 20 doors with 2 to 6 households each: some 1,600.
    const lines = Array.from({ length: 400 }, (_, i) => {
      const [x, y] = [i % 20, Math.floor(i / 20)];
      return `A${i},中华路${i + 1}号,${123.0003 + x * 0.0005},${47.0002 + y * 0.0005},${2 + ((i * 7) % 5)}`;
    });
    const csv = `code,address,lng,lat,houses\n${lines.join('\n')}\n`;
    await importAddresses(db, files.write('a.csv', csv), { ...options, attributes: 'houses' }, SILENT);
  });

  it('cover the community once, are whole, and as large as they shall be', async () => {
    const report = await proposeGrids(db, wanted, SILENT);
    expect(report).toMatchObject({ communities: 2, empty: 1, grids: 4, changed: 4, balanced: 4, balanceable: 4 });
    expect(report.deviation).toBeLessThan(0.1);
    expect(report.compactness!.least).toBeGreaterThan(0.3);
    const [sum] = await rows('select sum(coalesce(houses, 1))::int as n from place');
    expect(report.households).toBe(sum!['n']);
    expect(
      await rows(`select bool_and(st_isvalid(o.geom) and st_numgeometries(o.geom) = 1) as whole,
          round((sum(st_area(o.geom)) / max(st_area(d.geom)))::numeric, 5)::float8 as covered,
          round((st_area(st_union(o.geom)) / max(st_area(d.geom)))::numeric, 5)::float8 as once
        from grid_overlay o join division d on d.id = o.community_id where o.valid_to is null`),
    ).toEqual([{ whole: true, covered: 1, once: 1 }]);
    expect((await proposals()).map(({ code }) => code)).toEqual([1, 2, 3, 4].map((n) => `${COMMUNITY}00${n}`));
  });

  it('are the same for the same city', async () => {
    const before = await proposals();
    expect(await proposeGrids(db, wanted, SILENT)).toMatchObject({ grids: 4, changed: 0 });
    expect(await proposals()).toEqual(before);
  });

  it('part along a road', async () => {
    const road = {
      type: 'LineString',
      coordinates: [
        [ROAD_LNG, 46.99],
        [ROAD_LNG, 47.02],
      ],
    };
    const roads = files.write('roads.geojson', collection({ type: 'Feature', properties: {}, geometry: road }));
    const report = await proposeGrids(db, { ...wanted, roads }, SILENT);
    expect(report.alongRoads).toBeGreaterThan(0.4);
    const split = `st_setsrid(st_makeline(st_makepoint(${ROAD_LNG}, 46.99), st_makepoint(${ROAD_LNG}, 47.02)), 4326)`;
    expect(
      await rows(
        `select count(*)::int as n from grid_overlay where valid_to is null and st_length(st_intersection(st_buffer(geom, -1e-5), ${split})) > 0`,
      ),
    ).toEqual([{ n: 0 }]);
  });

  it('are told as proposed, and end where grids come in force', async () => {
    expect(await rows('select count(*)::int as n from division where level = 5')).toEqual([{ n: 0 }]);
    const unit = feature({ code: `${COMMUNITY}001`, name: '第一网格' }, square(123, 47, 0.01));
    const file = files.write('g.geojson', collection(unit));
    const report = await importGrids(db, file, { ...options, kind: 'comprehensive' }, SILENT);
    expect(report.notes.join()).toMatch(/4 proposed unit grids ended/);
    expect(await proposals()).toEqual([]);
    expect(await proposeGrids(db, wanted, SILENT)).toMatchObject({ communities: 1, empty: 1, grids: 0 });
  });

  it('refuse roads that are none', async () => {
    const roads = files.write('none.geojson', collection(feature({}, square(123, 47, 1))));
    await expect(proposeGrids(db, { ...wanted, roads }, SILENT)).rejects.toMatchObject({ field: 'roads' });
  });
});
