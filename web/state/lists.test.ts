import { describe, expect, it } from 'vitest';
import { prepend } from './bounded.ts';
import { isWithin } from './membership.ts';
import { isQuiet, lastBusyDay, yearEnding, type DayRow } from './trend.ts';

describe('prepend', () => {
  const id = (n: number): number => n;
  it('puts the newest first and keeps a bound for ever', () => {
    let list: number[] = [];
    for (let n = 0; n < 10_000; n++) list = prepend(list, [n], id, 5);
    expect(list).toEqual([9999, 9998, 9997, 9996, 9995]);
  });
  it('shows nothing twice', () => expect(prepend([3, 2, 1], [3, 4], id, 10)).toEqual([3, 4, 2, 1]));
});

describe('isWithin', () => {
  const ref = (level: 'city' | 'district' | 'street', nameZh: string) => ({
    id: 1,
    code: '1',
    level,
    nameZh,
    nameEn: '',
  });
  const street = {
    level: 'street' as const,
    nameZh: '枫里镇',
    ancestors: [ref('city', '鹤汀市'), ref('district', '朔林县'), ref('street', '枫里镇')],
  };
  it.each([
    ['朔林县 · 枫里镇 · 育山社区', true],
    ['朔林县 · 枫里镇', true],
    ['朔林县', false],
    // Another town of the same name, and one whose name begins alike.
    ['苇泽县 · 枫里镇 · 育山社区', false],
    ['朔林县 · 枫里镇东 · 育山社区', false],
  ])('%s → %s', (path, within) => expect(isWithin(path, street)).toBe(within));
  it('everything is within the city', () => {
    expect(isWithin('', { level: 'city', nameZh: '鹤汀市', ancestors: [ref('city', '鹤汀市')] })).toBe(true);
  });
});

describe('trend', () => {
  const days = (counts: number[]): DayRow[] =>
    counts.map((accepted, i) => ({ day: `d${i}`, accepted, closed: 0, closedOn: 0, percent: null }));
  it('is quiet when its last 90 days are empty, however busy it was before', () => {
    expect(isQuiet(days([...Array<number>(275).fill(9), ...Array<number>(90).fill(0)]))).toBe(true);
    expect(isQuiet(days([...Array<number>(364).fill(0), 1]))).toBe(false);
    expect(isQuiet([])).toBe(true);
  });
  it('finds the last day on which anything happened', () => {
    expect(lastBusyDay(days([1, 2, 0, 0]))).toBe('d1');
    expect(lastBusyDay(days([0, 0]))).toBeNull();
  });
  it('asks for a year of days, both ends included', () => {
    expect(yearEnding('2026-11-23')).toEqual({ from: '2025-11-24', to: '2026-11-23' });
  });
});
