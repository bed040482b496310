import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildDemoCity } from './index.ts';
import type { DemoCity, DemoPlace } from './index.ts';
import { inRing } from './plane.ts';

const UNTIL = new Date('2026-11-20T02:00:00Z');
const build = (seed = 1, scale = 0.02): DemoCity => buildDemoCity({ seed, scale, until: UNTIL });

function hashOf(city: DemoCity): string {
  const hash = createHash('sha256');
  const add = (value: unknown): unknown => hash.update(JSON.stringify(value));
  add([
    city.divisions,
    city.base,
    city.categories,
    city.departments,
    city.sources,
    city.datasets,
    [...city.unlocatedRecords],
  ]);
  for (const p of city.places()) add(p);
  for (const c of city.cases()) add(c);
  for (let n = 0; n < 50; n++)
    add([city.nextSignal(UNTIL.getTime() + n * 1000, n), city.intensity(UNTIL.getTime() + n * 3_600_000)]);
  return hash.digest('hex').slice(0, 16);
}

const city = build();

describe('buildDemoCity', () => {
  it('gives the same bytes for the same options, and the ones it gave before', () => {
    const golden = hashOf(city);
    expect(hashOf(city)).toBe(golden);
    expect(hashOf(build())).toBe(golden);
    // A change here changes every demonstration: mean it.
    expect(golden).toMatchInlineSnapshot(`"9dbae9fb99d65a61"`);
  }, 30_000);

  it('works for other seeds, and keeps the geography at every scale', () => {
    const geography = (c: DemoCity): string =>
      createHash('sha256')
        .update(JSON.stringify([c.divisions, c.base]))
        .digest('hex');
    expect(geography(build(2))).not.toBe(geography(city));
    expect(geography(build(1, 0.05))).toBe(geography(city));
  }, 30_000);

  it.each([[0], [1.5], [NaN]])('refuses scale %d', (scale) => {
    expect(() => build(1, scale)).toThrow(RangeError);
  });
});

describe('catalogue', () => {
  it('has unique keys, and shares that add up within each class', () => {
    for (const list of [city.departments, city.sources, city.datasets])
      expect(new Set(list.map((x) => x.key)).size).toBe(list.length);
    expect(new Set(city.categories.map((c) => c.code)).size).toBe(city.categories.length);
    for (const c of city.categories)
      expect(
        city.departments.some((d) => d.key === c.departmentKey),
        c.code,
      ).toBe(true);
    for (const k of [0, 1, 2, 3, 4])
      expect(city.datasets.filter((d) => d.classIndex === k).reduce((s, d) => s + d.share, 0)).toBeCloseTo(1, 9);
  });

  it('leaves 2 to 12 % of every dataset without a place', () => {
    const totals = [0, 0, 0, 0, 0];
    for (const p of city.places()) p.counts.forEach((n, k) => (totals[k]! += n));
    for (const d of city.datasets) {
      const without = city.unlocatedRecords.get(d.key)!;
      const share = without / (without + totals[d.classIndex]! * d.share);
      expect(share, d.key).toBeGreaterThan(0.02);
      expect(share, d.key).toBeLessThan(0.12);
    }
  });
});

describe('places', () => {
  const places: DemoPlace[] = [...city.places()];
  const rings = new Map(
    city.divisions.filter((d) => d.level === 5).map((d) => [d.code, d.geometry.coordinates[0]![0]!]),
  );
  it('lie inside the grid they name', () => {
    for (const p of places)
      if (!inRing(p.lng, p.lat, rings.get(p.gridCode)!)) throw new Error(`${p.addressZh} is outside ${p.gridCode}`);
  });
  it('are as many as the scale says, with records in proportion, government first', () => {
    expect(places.length).toBe(8485);
    const totals = [0, 1, 2, 3, 4].map((k) => places.reduce((s, p) => s + p.counts[k]!, 0));
    const sum = totals.reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - 60_000)).toBeLessThan(600);
    expect(totals[0]).toBe(Math.max(...totals));
  });
  it('are never in the middle of the main stream', () => {
    const stream = city.base.filter((b) => b.kind === 'river' && b.rank === 1 && b.geometry.type === 'Polygon');
    expect(stream.length).toBeGreaterThan(0);
    for (const b of stream) {
      const ring = (b.geometry as { coordinates: number[][][] }).coordinates[0]!;
      expect(places.filter((p) => inRing(p.lng, p.lat, ring)).length).toBe(0);
    }
  });
});

describe('base map', () => {
  const border = city.divisions[0]!.geometry.coordinates[0]![0]!;
  it('has every kind, all of it inside the city', () => {
    expect(new Set(city.base.map((b) => b.kind))).toEqual(
      new Set(['river', 'lake', 'road', 'rail', 'green', 'built_up']),
    );
    for (const b of city.base) {
      const points = (b.geometry.coordinates as unknown[]).flat(Infinity) as number[];
      let out = 0;
      for (let i = 0; i < points.length; i += 2) if (!inRing(points[i]!, points[i + 1]!, border)) out++;
      // A stream that is cut at the border ends with its corners a river's width beyond it.
      expect(out, b.nameEn).toBeLessThanOrEqual(b.kind === 'river' ? 8 : 2);
      expect(b.nameZh.length * b.nameEn.length).toBeGreaterThan(0);
    }
  });
});

describe('nextSignal', () => {
  it('suits the season and the running number', () => {
    const july = Date.parse('2026-07-10T10:00:00+08:00');
    const many = Array.from({ length: 400 }, (_, n) => city.nextSignal(july, n));
    expect(many.some((s) => s.categoryCode === '10001')).toBe(false);
    expect(new Set(many.map((s) => s.descriptionZh)).size).toBeGreaterThan(380);
    expect(city.nextSignal(july, 7)).toEqual(city.nextSignal(july, 7));
  });
});
