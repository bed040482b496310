import { describe, expect, it } from 'vitest';
import { clusterCases, radiusOf, type CasePoint } from './cluster.ts';
import { placeLabels, widthEm } from './labels.ts';
import { latToY, lngToX, tileAreaKm2, tilesOf, xToLng, yToLat } from './mercator.ts';
import { casesQuery, densityQuery, planLayers } from './plan.ts';
import { RECORD_CLASSES } from '../state/url.ts';
import type { MapDivision } from './types.ts';

const open = { mode: 'open', division: null } as const;

describe('planLayers', () => {
  it.each([
    {
      layers: ['rates', 'density', 'cases'] as const,
      zoom: 7,
      plan: { rates: true, records: 'cells', cases: open, labels: true },
    },
    // Density has nothing below its last zoom: places take over, and names make room.
    {
      layers: ['rates', 'density', 'cases'] as const,
      zoom: 15,
      plan: { rates: true, records: 'places', cases: open, labels: false },
    },
    { layers: ['cases'] as const, zoom: 15, plan: { rates: false, records: null, cases: open, labels: false } },
    { layers: [] as const, zoom: 7, plan: { rates: false, records: null, cases: null, labels: true } },
  ])('$layers at zoom $zoom', ({ layers, zoom, plan }) => expect(planLayers(layers, open, zoom)).toEqual(plan));

  it('asks for all cases only when told to', () => {
    expect(planLayers(['cases'], { mode: 'all', division: null }, 9).cases?.mode).toBe('all');
    expect(casesQuery(open)).toBe('status=open');
    expect(casesQuery({ mode: 'all', division: 7 })).toBe('status=all&division=7');
  });

  it('keeps to the cells of a theme, however close: places do not know themes', () => {
    expect(planLayers(['density'], open, 17, '人口').records).toBe('cells');
    expect(densityQuery({ classes: ['government', 'sensing'], theme: '人口' })).toBe(
      'classes=government,sensing&theme=%E4%BA%BA%E5%8F%A3',
    );
    expect(densityQuery({ classes: RECORD_CLASSES, theme: null })).toBe('');
  });
});

describe('mercator', () => {
  it('agrees with the vectors of the design page', () => {
    // shared/design.md: 123.918186, 47.354348 is x 1812942596, y 752216595 at level 31.
    expect(Math.floor(lngToX(123.918186) * 2 ** 31)).toBe(1812942596);
    expect(Math.floor(latToY(47.354348) * 2 ** 31)).toBe(752216595);
  });
  it('comes back', () => {
    expect(xToLng(lngToX(123.9))).toBeCloseTo(123.9, 9);
    expect(yToLat(latToY(-33.8688))).toBeCloseTo(-33.8688, 9);
  });
  it('a tile at the equator is its share of the globe', () => {
    expect(tileAreaKm2(0, 0.5)).toBeCloseTo(40_075.016686 ** 2, 0);
    expect(tileAreaKm2(10, latToY(60)) / tileAreaKm2(10, 0.5)).toBeCloseTo(0.25, 3);
  });
  it.each([
    { bbox: [-180, -85, 180, 85] as const, z: 0, n: 1 },
    { bbox: [-180, -85, 180, 85] as const, z: 2, n: 16 },
    { bbox: [0.1, 0.1, 0.2, 0.2] as const, z: 5, n: 1 },
    // Beyond the edge of the world: no tile off the grid.
    { bbox: [-200, -89, 200, 89] as const, z: 1, n: 4 },
  ])('$bbox at zoom $z is $n tiles', ({ bbox, z, n }) => {
    const tiles = tilesOf(bbox, z);
    expect(tiles).toHaveLength(n);
    for (const { x, y } of tiles) expect(x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z).toBe(true);
  });
});

describe('clusterCases', () => {
  const point = (lng: number, lat: number, n = 1): CasePoint => ({
    lng,
    lat,
    n,
    green: n,
    yellow: 0,
    red: 0,
    single: null,
  });
  const random = (
    (seed) => () =>
      (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31
  )(7);
  const many = Array.from({ length: 2000 }, () => point(123 + random(), 47 + random(), 1 + Math.floor(random() * 30)));

  it('loses nobody', () => {
    const total = many.reduce((sum, p) => sum + p.n, 0);
    for (const zoom of [4, 8, 11, 15]) {
      const clusters = clusterCases(many, zoom, 16);
      expect(clusters.reduce((sum, c) => sum + c.n, 0)).toBe(total);
      expect(clusters.reduce((sum, c) => sum + c.green, 0)).toBe(total);
    }
  });
  it('gives fewer marks from further away, and the same for the same input', () => {
    const counts = [5, 8, 11, 16].map((zoom) => clusterCases(many, zoom, 16).length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(clusterCases(many, 9, 16)).toEqual(clusterCases(many, 9, 16));
  });
  it('leaves a case alone what is far from others', () => {
    const alone = { ...point(123, 47), single: { id: 9, light: 'red' as const, caseNo: 'x', zh: '', en: '' } };
    expect(clusterCases([alone, point(125, 47)], 8, 16)[0]?.single?.id).toBe(9);
  });
  it('draws more cases larger', () => {
    const radii = [1, 2, 10, 100, 5000].map((n) => radiusOf(n, 16));
    expect(radii).toEqual([...radii].sort((a, b) => a - b));
    expect(radiusOf(500_000, 16)).toBeLessThan(48);
  });
});

describe('placeLabels', () => {
  const named = (id: number, lng: number, weight: number): MapDivision => ({
    id,
    name: '望汀区',
    figure: '99.64%',
    color: '#000',
    label: [lng, 47],
    weight,
  });
  it('keeps the weightier of two that cannot both stand', () => {
    const placed = placeLabels([named(1, 123, 5), named(2, 123.0001, 9)], [], 3, 16);
    expect(placed[0]?.division.id).toBe(2);
  });
  it('leaves a label on its point where nothing is in the way', () => {
    expect(placeLabels([named(1, 123, 1)], [], 8, 16)).toEqual([{ division: named(1, 123, 1), offset: [0, 0] }]);
  });
  it('moves it off a mark', () => {
    const [label] = placeLabels([named(1, 123, 1)], [{ lng: 123, lat: 47, radius: 10 }], 8, 16);
    expect(label?.offset).not.toEqual([0, 0]);
  });
  it('leaves it out where marks are everywhere', () => {
    const crowd = Array.from({ length: 400 }, (_, i) => ({
      lng: 122.9 + (i % 20) / 100,
      lat: 46.9 + i / 2000,
      radius: 40,
    }));
    expect(placeLabels([named(1, 123, 1)], crowd, 8, 16)).toEqual([]);
  });
  it('knows that Chinese is wider than Latin', () => {
    expect(widthEm('望汀区')).toBe(3);
    expect(widthEm('abc')).toBeLessThan(2);
  });
});
