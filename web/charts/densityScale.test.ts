import { expect, it } from 'vitest';
import { DECADES, densityColor, densityShare, topOf } from './densityScale.ts';

it.each([
  { peak: 0, top: 100 },
  { peak: 99, top: 100 },
  { peak: 100, top: 100 },
  { peak: 101, top: 1000 },
  { peak: 250_000, top: 1_000_000 },
])('a peak of $peak per km² gives a scale up to $top', ({ peak, top }) => {
  expect(topOf(peak)).toBe(top);
});

it('is logarithmic: each decade the same step, nothing under the scale', () => {
  expect(densityShare(0, 1e5)).toBe(0);
  expect(densityShare(1e5, 1e5)).toBe(1);
  expect(densityShare(1e6, 1e5)).toBe(1);
  expect(densityShare(1e4, 1e5)).toBeCloseTo(1 - 1 / DECADES);
  expect(densityShare(1e5 / 10 ** DECADES, 1e5)).toBeCloseTo(0);
});

it('grows ever more opaque, from nothing', () => {
  const alphas = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1].map((share) => densityColor(share)[3]);
  expect(alphas[0]).toBe(0);
  expect(alphas).toEqual([...alphas].sort((a, b) => a - b));
});
