import { describe, expect, it } from 'vitest';
import { TileError } from './grid.ts';
import { caseLevel, densityLevel, MAX_DENSITY_LEVEL, MIN_DENSITY_LEVEL } from './plan.ts';
import { thinPlaces } from './thin.ts';
import type { RankedPlace } from './thin.ts';

describe('levels', () => {
  it.each([
    [0, 6, 6],
    [14, 20, 20],
    [15, null, 21], // places are drawn
    [25, null, 31],
    [31, null, 31], // keys end at 31
  ])('of zoom %i: density %s, cases %i', (z, density, cases) => {
    expect(densityLevel(z)).toBe(density);
    expect(caseLevel(z)).toBe(cases);
  });

  it('are stored from 6 to 20', () => expect([MIN_DENSITY_LEVEL, MAX_DENSITY_LEVEL]).toEqual([6, 20]));
});

describe('thinPlaces', () => {
  // zoom 15, offsets at level 27: a thinning cell (level 22) is 4^5 = 1,024 offsets
  const thin = (places: RankedPlace[], limit: number) => thinPlaces(places, 15, 27, limit);

  it.each<[string, RankedPlace[], number, number[], number]>([
    ['nothing', [], 0, [], 0],
    [
      'all up to the limit, though they share a cell',
      [
        [0, 5],
        [1, 4],
      ],
      2,
      [0, 1],
      0,
    ],
    [
      'the best rank of each cell beyond it',
      [
        [0, 5],
        [1, 4],
        [1024, 9],
      ],
      2,
      [1, 2],
      1,
    ],
    [
      'the smaller offset of equal ranks, wherever it stands',
      [
        [7, 4],
        [1, 4],
      ],
      1,
      [1],
      1,
    ],
    [
      'the first of equals',
      [
        [1, 4],
        [1, 4],
      ],
      1,
      [0],
      1,
    ],
    [
      'more than the limit, when each cell has one',
      [
        [0, 1],
        [1024, 1],
        [2048, 1],
      ],
      1,
      [0, 1, 2],
      0,
    ],
  ])('keeps %s', (_, places, limit, kept, leftOut) => expect(thin(places, limit)).toEqual({ kept, leftOut }));

  it('decides a cell without looking at the others', () => {
    const here: RankedPlace[] = Array.from({ length: 50 }, (_, i) => [i * 7, (i * 31) % 50]);
    const there: RankedPlace[] = Array.from({ length: 50 }, (_, i) => [5 * 1024 + i, i]);
    const { kept } = thin([...here, ...there], 10);
    expect(kept.filter((i) => i < here.length)).toEqual(thin(here, 10).kept);
  });

  it.each([21, 31])('refuses offsets at level %i for zoom 15', (level) => {
    expect(() => thinPlaces([], 15, level, 1)).toThrow(TileError);
  });
});
