import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import {
  dayOf,
  formatCount,
  formatFraction,
  formatInstant,
  formatPercent,
  formatShort,
  formatTick,
  moveDay,
} from './format.ts';
import { translate } from './translate.ts';
import { zh, type TextKey } from './zh.ts';

describe('dictionary', () => {
  const keys = Object.keys(zh) as TextKey[];
  const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

  it('has the same keys in both languages', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort());
  });
  it.each(keys)('%s: neither is empty, and both have the same holes', (key) => {
    expect(zh[key].trim()).not.toBe('');
    expect(en[key].trim()).not.toBe('');
    expect(holes(en[key])).toEqual(holes(zh[key]));
  });
  it('fills in values, and leaves a hole without one to be seen', () => {
    expect(translate('en', 'asOf', { at: '12:00' })).toBe('as of 12:00');
    expect(translate('zh', 'asOf')).toContain('{at}');
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [480_717, '480,717'],
    [307_214_563, '307,214,563'],
  ])('%d → %s', (n, text) => expect(formatCount(n)).toBe(text));

  it.each([
    [999_999, 'zh', '999,999', ''],
    // Cut, not rounded: 1.9999… 亿 is not 2 亿.
    [199_999_999, 'zh', '1.99', '亿'],
    [64_210_877, 'zh', '6,421', '万'],
    [1_048_113, 'zh', '104.8', '万'],
    [1_999_999, 'en', '1.99', 'm'],
    [2_070_000_000, 'en', '2.07', 'bn'],
    [2_070_000_000, 'zh', '20.70', '亿'],
  ] as const)('%d in %s is %s %s', (n, lang, digits, unit) => expect(formatShort(n, lang)).toEqual([digits, unit]));

  it.each([
    [10, 'zh', '10'],
    [1000, 'zh', '1,000'],
    [1e6, 'zh', '100万'],
    [1e5, 'en', '100k'],
    [1e8, 'zh', '1亿'],
  ] as const)('the tick %d in %s is %s', (n, lang, text) => expect(formatTick(n, lang)).toBe(text));

  it('shows a rate as the server cut it, and no rate as a dash', () => {
    expect(formatPercent('99.99')).toBe('99.99%');
    expect(formatPercent(null)).toBe('—');
    expect(formatFraction(479_034, 480_717)).toBe('479,034 / 480,717');
    expect(formatFraction(7, null)).toBe('7');
  });
});

describe('times are those of the city', () => {
  it('whatever zone this machine is in', () => {
    expect(formatInstant('2026-11-23T16:30:05Z', 'zh', 'Asia/Shanghai', 'time')).toBe('00:30:05');
    expect(dayOf('2026-11-23T16:30:05Z', 'Asia/Shanghai')).toBe('2026-11-24');
    expect(dayOf('2026-11-23T16:30:05Z', 'America/New_York')).toBe('2026-11-23');
  });
  it('days move across months and leap years', () => {
    expect(moveDay('2024-03-01', -1)).toBe('2024-02-29');
    expect(moveDay('2026-12-31', 1)).toBe('2027-01-01');
  });
});
