import { describe, expect, it } from 'vitest';
import { buildAddressCity } from '../../bench/lib/addresses/city.ts';
import { truthCases } from '../../bench/lib/addresses/noise.ts';
import { baseOf, scoreOf, type Score } from '../../bench/lib/addresses/score.ts';

const SIZE = 8000;
const rates = (score: Score) => ({
  right: score.right / score.answerable,
  wrongSure: score.wrongSure / score.cases,
});

/** Two cities by two seeds: one known by its buildings, one by its rooms. */
describe.each([
  ['buildings', 3, false],
  ['rooms', 4, true],
] as const)('a made-up city of %s', (_name, seed, rooms) => {
  const city = buildAddressCity(seed, 30_000, rooms);
  const base = baseOf(city);

  it('complete addresses: 99 % at building or better, wrong as sure at most 0.3 %', () => {
    const { right, wrongSure } = rates(scoreOf(base, truthCases(city.addresses, seed, SIZE, true)));
    expect(right).toBeGreaterThanOrEqual(0.99);
    expect(wrongSure).toBeLessThanOrEqual(0.003);
  });

  it('noisy addresses: 95 %, wrong as sure at most 0.3 %', () => {
    const { right, wrongSure } = rates(scoreOf(base, truthCases(city.addresses, seed + 10, SIZE, false)));
    expect(right).toBeGreaterThanOrEqual(0.95);
    expect(wrongSure).toBeLessThanOrEqual(0.003);
  });

  it('addresses of another city are not given as sure', () => {
    const other = buildAddressCity(seed + 20, 30_000, rooms);
    const cases = [...truthCases(other.addresses, seed, SIZE, true)].map((one) => ({
      ...one,
      text: one.text.replace(/^(黑龙江省)?鹤江市../, '哈尔滨市南岗'),
      answerable: false,
    }));
    expect(rates(scoreOf(base, cases)).wrongSure).toBeLessThanOrEqual(0.003);
  });
});
