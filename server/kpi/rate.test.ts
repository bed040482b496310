import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPercent, rateOf } from './rate.ts';

describe('a rate', () => {
  it.each([
    [479_034, 480_717, 2, '99.64'], // the city's headline
    [479_034, 480_717, 1, '99.6'],
    [9_999, 10_000, 2, '99.99'], // not 100
    [99_999, 100_000, 2, '99.99'],
    [99_999, 100_000, 0, '99'],
    [1, 3, 2, '33.33'],
    [2, 3, 2, '66.66'], // cut, not rounded
    [0, 5, 2, '0.00'],
    [5, 5, 2, '100.00'],
    [29, 100, 2, '29.00'], // 0.29 * 100 is 28.999… in floating point
    [0, 0, 2, null],
    [3, 0, 2, null],
  ])('%i / %i with %i digits is %s', (n, d, digits, text) => {
    expect(formatPercent(n, d, digits)).toBe(text);
  });

  it('never says 100 for less than all, nor 0.00 rounded up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }), (d, m) => {
        const n = m % d;
        const text = formatPercent(n, d)!;
        expect(Number(text)).toBeLessThan(100);
        expect(Number(text) / 100).toBeLessThanOrEqual(n / d + 1e-12);
      }),
    );
  });

  it('keeps its two numbers', () => {
    expect(rateOf(0, 0)).toEqual({ numerator: 0, denominator: 0, value: null, percent: null });
  });
});
