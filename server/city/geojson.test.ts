import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distance } from '@turf/turf';
import gcoord from 'gcoord';
import { afterAll, describe, expect, test } from 'vitest';
import { levelOf, mapProperties, readProperties } from './divisionProperties.ts';
import { toWgs84 } from './crs.ts';
import { FeatureProblem, readGeoJson, readGeometry, type RawFeature } from './geojson.ts';

const folder = mkdtempSync(join(tmpdir(), 'hekan-geojson-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string, crs: 'wgs84' | 'gcj02' = 'wgs84') {
  const path = join(folder, 'x.geojson');
  writeFileSync(path, content);
  return readGeoJson(path, crs);
}

describe('toWgs84', () => {
  // domain.md: in Qiqihar GCJ-02 is off by +0.0066° lng, +0.0021° lat, about 500 m
  test('takes the 500 m of GCJ-02 away', () => {
    const [lng, lat] = toWgs84('gcj02', 123.918186 + 0.00655, 47.354348 + 0.00204);
    expect(distance([lng, lat], [123.918186, 47.354348], { units: 'meters' })).toBeLessThan(5);
  });
  test.each(['gcj02', 'bd09'] as const)('is the inverse of %s to half a metre', (crs) => {
    const type = crs === 'gcj02' ? 'GCJ02' : 'BD09';
    const module = gcoord as unknown as typeof gcoord.default;
    for (const at of [
      [123.918186, 47.354348],
      [116.397, 39.908],
      [113.264, 23.129],
    ] as [number, number][]) {
      const there = module.transform(at, module.WGS84, module[type]);
      expect(distance(toWgs84(crs, there[0], there[1]), at, { units: 'meters' })).toBeLessThan(0.5);
    }
  });
  test.each(['gcj02', 'bd09'] as const)('takes %s back to within a metre anywhere in China, its edges too', (crs) => {
    const type = crs === 'gcj02' ? 'GCJ02' : 'BD09';
    const module = gcoord as unknown as typeof gcoord.default;
    // the box of the country, from the Pamirs to the Ussuri and from Zengmu to Mohe; gcoord shifts in a wider one
    const [west, south, east, north] = [73.5, 3.5, 135.1, 53.6];
    let worst = 0;
    for (let i = 0; i <= 60; i++)
      for (let j = 0; j <= 60; j++) {
        const at: [number, number] = [west + ((east - west) * i) / 60, south + ((north - south) * j) / 60];
        const there = module.transform(at, module.WGS84, module[type]);
        worst = Math.max(worst, distance(toWgs84(crs, there[0], there[1]), at, { units: 'meters' }));
      }
    expect(worst).toBeLessThan(1);
  });
  test('leaves WGS 84 and CGCS2000 as they are, and other countries', () => {
    expect(toWgs84('wgs84', 123.9, 47.3)).toEqual([123.9, 47.3]);
    expect(toWgs84('cgcs2000', 123.9, 47.3)).toEqual([123.9, 47.3]);
    expect(toWgs84('gcj02', -74, 40.7)).toEqual([-74, 40.7]);
  });
});

describe('readGeoJson', () => {
  const crs = (name: string) =>
    `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"${name}"}},"features":[{}]}`;
  test.each<[why: string, content: string, message: RegExp]>([
    ['brackets nested 100,000 deep', '['.repeat(100_000), /is not JSON/],
    ['cut off', '{"type":"FeatureColl', /is not JSON/],
    ['a number', '42', /expected GeoJSON.*got "42/],
    ['a collection of geometries', '{"type":"GeometryCollection","geometries":[]}', /GeometryCollection/],
    ['no features', '{"type":"FeatureCollection","features":[]}', /at least one feature/],
    ['projected by its own word', crs('urn:ogc:def:crs:EPSG::3857'), /EPSG::3857.*must be in degrees/],
  ])('refuses %s', (_why, content, message) => {
    expect(() => read(content)).toThrow(message);
  });
  test.each(['urn:ogc:def:crs:OGC:1.3:CRS84', 'EPSG:4326', 'urn:ogc:def:crs:EPSG::4490'])('%s is WGS 84', (name) => {
    expect(read(crs(name)).features).toHaveLength(1);
    expect(() => read(crs(name), 'gcj02')).toThrow(/--crs says gcj02/);
  });
  test('takes one Feature', () => {
    expect(read('{"type":"Feature","properties":{"a":1},"geometry":null}').features).toMatchObject([
      { number: 1, properties: { a: 1 } },
    ]);
  });
});

describe('readGeometry', () => {
  const square = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ];
  test('drops heights, closes open rings, makes all MultiPolygons', () => {
    const open = square.slice(0, 4).map((at) => [...at, 120]);
    expect(readGeometry({ type: 'Polygon', coordinates: [open] }, 'wgs84')).toEqual({
      geometry: { type: 'MultiPolygon', coordinates: [[square]] },
      closedRings: 1,
    });
  });
  test.each<[reason: string, geometry: unknown]>([
    ['no_geometry', null],
    ['wrong_geometry_type', { type: 'Point', coordinates: [1, 2] }],
    ['wrong_geometry_type', 'Polygon'],
    ['no_coordinates', { type: 'Polygon' }],
    ['no_coordinates', { type: 'MultiPolygon', coordinates: [7] }],
    ['empty_geometry', { type: 'Polygon', coordinates: [] }],
    ['not_a_ring', { type: 'Polygon', coordinates: [7] }],
    [
      'not_a_position',
      {
        type: 'Polygon',
        coordinates: [
          [
            ['1', '2'],
            [1, 2],
            [3, 4],
            ['1', '2'],
          ],
        ],
      },
    ],
    [
      'ring_with_too_few_positions',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      },
    ],
    [
      'coordinates_out_of_range',
      {
        type: 'Polygon',
        coordinates: [
          [
            [47, 123],
            [48, 123],
            [48, 124],
            [47, 123],
          ],
        ],
      },
    ],
  ])('%s', (reason, geometry) => {
    let problem: unknown;
    try {
      readGeometry(geometry, 'wgs84');
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(FeatureProblem);
    expect((problem as FeatureProblem).reason).toBe(reason);
  });
});

describe('properties', () => {
  const feature = (properties: Record<string, unknown>, id?: unknown): RawFeature => ({
    number: 1,
    id,
    properties,
    geometry: null,
  });
  test.each([
    ['区县', 2],
    ['District', 2],
    ['街道', 3],
    ['town', 3],
    ['社区', 4],
    ['city', 1],
    ['网格', 5],
    ['galaxy', null],
  ])('level %s is %s', (name, level) => expect(levelOf(name)).toBe(level));
  test('finds them in a DataV file, parent object and all', () => {
    const f = feature({ adcode: 230202, name: '龙沙区', level: 'district', parent: { adcode: 230200 } });
    expect(readProperties(f, mapProperties([f], {}))).toEqual({
      code: '230202',
      nameZh: '龙沙区',
      nameEn: null,
      level: 2,
      parentCode: '230200',
      responsible: null,
    });
  });
  test('options win', () => {
    const f = feature({ code: 'x', boro: 'Queens', boro_id: 4, level: 'district' });
    const map = mapProperties([f], { codeProperty: 'boro_id', nameProperty: 'BORO', level: 'street', parent: 'nyc' });
    expect(readProperties(f, map)).toMatchObject({ code: '4', nameZh: 'Queens', level: 3, parentCode: 'nyc' });
  });
  test.each<[message: RegExp, properties: Record<string, unknown>, options: object]>([
    [/pass --level/, { code: 1, name: 'x' }, {}],
    [/pass --code-property/, { name: 'x' }, { level: 'district' }],
    [/pass --name-property/, { code: 'x' }, { level: 'district' }],
    [
      /code-property: expected the name of a property.*code, name.*got "cod"/,
      { code: 1, name: 'x' },
      { level: 'district', codeProperty: 'cod' },
    ],
    [/level: expected city, district.*got "galaxy"/, { code: 1, name: 'x' }, { level: 'galaxy' }],
  ])('%s', (message, properties, options) => {
    expect(() => mapProperties([feature(properties)], options)).toThrow(message);
  });
});
