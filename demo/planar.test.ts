/** The divisions tile: shown by counting and crossing tests over every segment, not by a second copy of the method. */
import { booleanPointInPolygon, kinks, point, polygon } from '@turf/turf';
import type { Position } from 'geojson';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDemoCity } from './index.ts';
import type { DemoCity, DemoDivision } from './index.ts';

let city: DemoCity;
const at = (level: number): DemoDivision[] => city.divisions.filter((d) => d.level === level);
beforeAll(() => {
  city = buildDemoCity({ seed: 1, scale: 0.02, until: new Date('2026-11-20T02:00:00Z') });
});

const key = (p: Position): string => `${p[0]!},${p[1]!}`;

/** Directed segments of a division, each counted once. */
function segments(d: DemoDivision): string[] {
  return d.geometry.coordinates.flatMap((rings) =>
    rings.flatMap((r) => r.slice(1).map((p, i) => `${key(r[i]!)}>${key(p)}`)),
  );
}

function areaOf(d: DemoDivision): number {
  let sum = 0;
  for (const rings of d.geometry.coordinates) {
    for (const r of rings)
      for (let i = 1; i < r.length; i++) sum += r[i - 1]![0]! * r[i]![1]! - r[i]![0]! * r[i - 1]![1]!;
  }
  return sum / 2;
}

describe('divisions', () => {
  it('are as many as wanted on every level', () => {
    expect([1, 2, 3, 4].map((l) => at(l).length)).toEqual([1, 16, 209, 1599]);
    expect(at(5).length).toBeGreaterThan(6000);
    expect(at(5).length).toBeLessThan(8500);
  });

  it('have nested codes of the right length and parents that come before them', () => {
    const seen = new Set<string>();
    for (const d of city.divisions) {
      expect(d.code).toMatch(/^\d+$/);
      expect(d.code.length).toBe([6, 6, 9, 12, 15][d.level - 1]);
      expect(seen.has(d.code)).toBe(false);
      seen.add(d.code);
      if (d.level === 1) expect(d.parentCode).toBeNull();
      else expect(seen.has(d.parentCode!)).toBe(true);
      if (d.level === 2) expect(d.code.slice(0, 4)).toBe('9802');
      if (d.level > 2) expect(d.code.startsWith(d.parentCode!)).toBe(true);
    }
  });

  it('have names that are unique among siblings, and streets in the whole city', () => {
    const names = new Set<string>();
    for (const d of city.divisions) {
      for (const name of [d.nameZh, d.nameEn]) {
        const k = `${d.parentCode ?? ''}:${name}`;
        expect(names.has(k), k).toBe(false);
        names.add(k);
      }
    }
    expect(new Set(at(3).map((d) => d.nameZh)).size).toBe(209);
    expect(new Set(at(3).map((d) => d.nameEn)).size).toBe(209);
  });

  it('carry the sum of their children as population', () => {
    const sums = new Map<string, number>();
    for (const d of city.divisions) sums.set(d.parentCode ?? '', (sums.get(d.parentCode ?? '') ?? 0) + d.population);
    for (const d of city.divisions) if (d.level < 5) expect(sums.get(d.code), d.code).toBe(d.population);
    expect(at(1)[0]!.population).toBe(4_006_218);
  });

  it('fill their parent exactly: shared segments cancel, what is left is the parent outline', () => {
    const children = Map.groupBy(city.divisions, (d) => d.parentCode ?? '');
    for (const parent of city.divisions.filter((d) => d.level < 5)) {
      const left = new Set<string>();
      for (const child of children.get(parent.code)!) {
        for (const s of segments(child)) {
          const [a, b] = s.split('>');
          if (!left.delete(`${b!}>${a!}`)) {
            expect(left.has(s), `${child.code} overlaps a sibling`).toBe(false);
            left.add(s);
          }
        }
      }
      const outline = segments(parent);
      expect(left.size, parent.code).toBe(outline.length);
      for (const s of outline) if (!left.has(s)) throw new Error(`${parent.code}: ${s} is not in its children`);
      const sum = children.get(parent.code)!.reduce((total, c) => total + areaOf(c), 0);
      expect(Math.abs(sum - areaOf(parent)) / areaOf(parent)).toBeLessThan(1e-9);
    }
  });

  it('have no two segments that cross or touch except at shared ends', () => {
    const seen = new Set<string>();
    const all: [Position, Position][] = [];
    for (const d of at(5)) {
      for (const r of d.geometry.coordinates[0]!) {
        for (let i = 1; i < r.length; i++) {
          const k = [key(r[i - 1]!), key(r[i]!)].sort().join('>');
          if (seen.has(k)) continue;
          seen.add(k);
          all.push([r[i - 1]!, r[i]!]);
        }
      }
    }
    expect(crossings(all)).toBe(0);
  }, 30_000);

  it('are single simple rings per RFC 7946, no vertex twice, and agree with turf on a sample', () => {
    for (const d of city.divisions) {
      expect(d.geometry.coordinates.length).toBe(1);
      const rings = d.geometry.coordinates[0]!;
      rings.forEach((r, i) => {
        expect(key(r[0]!)).toBe(key(r[r.length - 1]!));
        expect(new Set(r.map(key)).size, d.code).toBe(r.length - 1);
        let twice = 0;
        for (let k = 1; k < r.length; k++)
          twice +=
            (r[k - 1]![0]! - r[0]![0]!) * (r[k]![1]! - r[0]![1]!) -
            (r[k]![0]! - r[0]![0]!) * (r[k - 1]![1]! - r[0]![1]!);
        expect(Math.sign(twice), `${d.code} ring ${i}`).toBe(i === 0 ? 1 : -1);
      });
    }
    for (const d of [...at(3).slice(0, 6), ...at(4).slice(0, 40), ...at(5).filter((_, i) => i % 97 === 0)]) {
      expect(kinks(polygon(d.geometry.coordinates[0]!)).features.length, d.code).toBe(0);
    }
  });

  it('stay moderate in vertices and contain their labels', () => {
    const count = (l: number): number => at(l).reduce((sum, d) => sum + d.geometry.coordinates.flat(2).length, 0);
    expect(count(2)).toBeLessThan(40_000);
    expect(count(5) / at(5).length).toBeLessThan(40);
    for (const d of city.divisions)
      expect(booleanPointInPolygon(point([d.labelLng, d.labelLat]), d.geometry), d.code).toBe(true);
  });

  it('have the size and place that were wanted', () => {
    const ring = at(1)[0]!.geometry.coordinates[0]![0]!;
    const lngs = ring.map((p) => p[0]!);
    const lats = ring.map((p) => p[1]!);
    expect(
      [Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)].map((v) => Math.round(v * 10) / 10),
    ).toMatchInlineSnapshot(`
      [
        122.5,
        45.9,
        126.6,
        48.8,
      ]
    `);
    expect(areaOf(at(1)[0]!) * 111.195 * 111.195 * 0.67752).toBeGreaterThan(41_000);
    expect(areaOf(at(1)[0]!) * 111.195 * 111.195 * 0.67752).toBeLessThan(43_000);
  });
});

/** Pairs of segments that meet elsewhere than at a common end, found by buckets a hundredth of a degree wide. */
function crossings(all: [Position, Position][]): number {
  const buckets = new Map<number, number[]>();
  const cell = (v: number): number => Math.floor(v * 100);
  all.forEach(([a, b], n) => {
    for (let i = cell(Math.min(a[0]!, b[0]!)); i <= cell(Math.max(a[0]!, b[0]!)); i++) {
      for (let j = cell(Math.min(a[1]!, b[1]!)); j <= cell(Math.max(a[1]!, b[1]!)); j++) {
        const k = i * 100_000 + j;
        const list = buckets.get(k);
        if (list) list.push(n);
        else buckets.set(k, [n]);
      }
    }
  });
  const side = (a: Position, b: Position, p: Position): number => {
    // Coordinates are whole millionths of a degree: in integers the sign is exact.
    const m = (v: number): number => Math.round(v * 1e6);
    return Math.sign((m(b[0]!) - m(a[0]!)) * (m(p[1]!) - m(a[1]!)) - (m(b[1]!) - m(a[1]!)) * (m(p[0]!) - m(a[0]!)));
  };
  const within = (a: Position, b: Position, p: Position): boolean =>
    side(a, b, p) === 0 && (p[0]! - a[0]!) * (p[0]! - b[0]!) <= 0 && (p[1]! - a[1]!) * (p[1]! - b[1]!) <= 0;
  const same = (p: Position, q: Position): boolean => p[0] === q[0] && p[1] === q[1];
  let found = 0;
  for (const list of buckets.values()) {
    for (let i = 0; i < list.length; i++) {
      for (let j = i + 1; j < list.length; j++) {
        const [a, b] = all[list[i]!]!;
        const [c, d] = all[list[j]!]!;
        const shared = same(a, c) || same(a, d) || same(b, c) || same(b, d);
        if (shared) {
          const far = [a, b].find((p) => !same(p, c) && !same(p, d));
          const other = [c, d].find((p) => !same(p, a) && !same(p, b));
          if (far && other && (within(c, d, far) || within(a, b, other))) found++;
        } else if (side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0) {
          if (
            side(a, b, c) * side(a, b, d) < 0 ||
            side(c, d, a) * side(c, d, b) < 0 ||
            within(a, b, c) ||
            within(a, b, d)
          )
            found++;
        }
      }
    }
  }
  return found;
}
