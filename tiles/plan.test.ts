import { describe, expect, it } from 'vitest';
import { caseLevel, densityLevel, MAX_DENSITY_LEVEL, MIN_DENSITY_LEVEL } from './plan.ts';

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
