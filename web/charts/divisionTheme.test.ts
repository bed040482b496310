import { describe, expect, it } from 'vitest';
import type { DataGridAnswer, QualityAnswer } from '../../server/api/dataGridShapes.ts';
import { ownRow, scaleOf, themeBar, themeLabels, valueHere, valuesOf, type ThemeValue } from './divisionTheme.ts';
import { colorOf, NO_RATE } from './scale.ts';

const of = (value: number | null): ThemeValue => ({ value, text: '', numerator: 0, denominator: 0 });
const division = (id: number) => ({
  id,
  code: String(id),
  level: 'district' as const,
  nameZh: '区',
  nameEn: 'District',
});
const rate = (numerator: number, denominator: number) => ({
  numerator,
  denominator,
  value: denominator === 0 ? null : numerator / denominator,
  percent: denominator === 0 ? null : ((100 * numerator) / denominator).toFixed(2),
});

const quality = {
  rows: [
    { division: division(1), located: 8, byLevel: [], atBuilding: rate(6, 8) },
    // Nothing is located there: that is no data, not 0 %.
    { division: division(2), located: 0, byLevel: [], atBuilding: rate(0, 0) },
  ],
  total: { located: 8, byLevel: [], atBuilding: rate(6, 8) },
} as unknown as QualityAnswer;

const visits = (numerator: number, days: number | null) => ({ visited: rate(numerator, 10), daysSinceVisit: days });
const grid = {
  rows: [
    { division: division(1), ...visits(5, 0) },
    // Addresses that nobody ever went to: covered by 0 %, and of no age.
    { division: division(2), ...visits(0, null) },
  ],
  total: visits(5, 0),
} as unknown as DataGridAnswer;

describe('what divisions are coloured by', () => {
  it('is null where there is no data', () => {
    const told = (values: Map<number, ThemeValue>) => [...values].map(([id, { value, text }]) => [id, value, text]);
    expect(told(valuesOf({ key: 'quality', table: quality }))).toEqual([
      [1, 75, '75.00%'],
      [2, null, '—'],
    ]);
    expect(told(valuesOf({ key: 'coverage', table: grid }))).toEqual([
      [1, 50, '50.00%'],
      [2, 0, '0.00%'],
    ]);
    expect(told(valuesOf({ key: 'freshness', table: grid }))).toEqual([
      [1, 0, '0'],
      [2, null, '—'],
    ]);
  });

  it('is of the chosen division where it is among those shown, else of all of them', () => {
    expect(ownRow(quality, 2).located).toBe(0);
    expect(valueHere({ key: 'quality', table: quality }, 77).value).toBe(75);
    expect(valueHere({ key: 'freshness', table: grid }, 2).text).toBe('—');
  });

  it('asks for attention where shares are low, and where days are many', () => {
    const values = [10, 20, 30, 40, 50].map(of);
    const shares = scaleOf('coverage', values);
    const days = scaleOf('freshness', values);
    expect(colorOf(days, 50)).toBe(colorOf(shares, 10));
    expect(colorOf(days, 10)).toBe(colorOf(shares, 50));
    expect(colorOf(days, null)).toBe(NO_RATE);
    expect(themeLabels('freshness', days)[0]).toBe('< 20');
    expect(themeLabels('coverage', shares).at(-1)).toBe('≥ 50.00');
  });

  it('has one quiet colour, and no edges, where all are the same or none has data', () => {
    for (const values of [[of(0), of(0)], [of(null)], []]) expect(scaleOf('coverage', values).edges).toEqual([]);
  });

  it.each([
    ['quality', 75, 0, 0.75],
    ['freshness', 30, 60, 0.5],
    ['freshness', 0, 0, 0],
    ['coverage', null, 0, 0],
  ] as const)('a bar of %s %s of %s is %s', (key, value, most, length) => {
    expect(themeBar(key, value, most)).toBe(length);
  });
});
