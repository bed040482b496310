import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverBoxes } from './cover.ts';
import { MAX_LAT, TileError, type Bbox } from './grid.ts';
import { cellOf } from './morton.ts';

const degrees = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
const ordered = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);
const anyBox = fc.tuple(degrees(180), degrees(90), degrees(180), degrees(90)).map(([a, b, c, d]): Bbox => {
  const [west, east] = ordered(a, c);
  const [south, north] = ordered(b, d);
  return [west, south, east, north];
});
/** As a map asks: a city, a street. */
const cityBox = fc
  .tuple(degrees(179), degrees(80), fc.double({ min: 1e-6, max: 0.9, noNaN: true }))
  .map(([lng, lat, side]): Bbox => [lng, lat, lng + side, lat + side]);
const within = fc.double({ min: 0, max: 1, noNaN: true });

describe('coverBoxes', () => {
  it('is everything for the world, as one range', () => {
    expect(coverBoxes([[-180, -90, 180, 90]], 32)).toEqual([{ first: 0n, last: 1n << 62n }]);
  });

  it('holds every position of the box, its edges and corners among them', () => {
    fc.assert(
      fc.property(fc.oneof(anyBox, cityBox), within, within, fc.integer({ min: 1, max: 64 }), (box, u, v, limit) => {
        const [west, south, east, north] = box;
        const ranges = coverBoxes([box], limit);
        const positions: [number, number][] = [
          [Math.min(east, west + u * (east - west)), Math.min(north, south + v * (north - south))],
          [west, south],
          [west, north],
          [east, south],
          [east, north],
        ];
        for (const [lng, lat] of positions) {
          const cell = cellOf(lng, lat);
          expect(ranges.some(({ first, last }) => first <= cell && cell < last)).toBe(true);
        }
      }),
    );
  });

  it('gives few ranges, ascending and apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyBox, cityBox), { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 1, max: 64 }),
        (boxes, limit) => {
          const ranges = coverBoxes(boxes, limit);
          expect(ranges.length).toBeGreaterThan(0);
          expect(ranges.length).toBeLessThanOrEqual(limit);
          ranges.forEach(({ first, last }, i) => {
            expect(first < last).toBe(true);
            if (i > 0) expect(first > ranges[i - 1]!.last).toBe(true);
          });
        },
      ),
    );
  });

  it('holds at most three times the ground of a square box, with 32 ranges', () => {
    fc.assert(
      fc.property(degrees(170), degrees(70), fc.double({ min: 1e-4, max: 1, noNaN: true }), (lng, lat, side) => {
        const high = side * Math.cos((lat * Math.PI) / 180);
        const box: Bbox = [lng, lat, lng + side, Math.min(MAX_LAT, lat + high)];
        const held = coverBoxes([box], 32).reduce((sum, { first, last }) => sum + Number(last - first), 0);
        const width = (side / 360) * 2 ** 31;
        expect(held).toBeLessThan(3 * width * width);
      }),
    );
  });

  it('of both sides of the antimeridian leaves out what lies between', () => {
    const ranges = coverBoxes(
      [
        [179, -18, 180, -16],
        [-180, -18, -179, -16],
      ],
      32,
    );
    const has = (lng: number, lat: number) => {
      const cell = cellOf(lng, lat);
      return ranges.some(({ first, last }) => first <= cell && cell < last);
    };
    expect(has(179.5, -17) && has(-179.5, -17) && has(180, -17)).toBe(true);
    expect(has(0, -17) || has(120, -17)).toBe(false);
  });

  it.each([[[1, 0, 0, 1]], [[0, 1, 1, 0]], [[NaN, 0, 1, 1]]] as [Bbox][])('refuses %o', (box) => {
    expect(() => coverBoxes([box], 8)).toThrow(TileError);
  });
});
