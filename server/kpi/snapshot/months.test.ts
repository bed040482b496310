import { describe, expect, it } from 'vitest';
import { beginOfDay, dueMonths, monthAfter, monthBefore, parseMonth, settledAt } from './months.ts';

const SHANGHAI = 'Asia/Shanghai';

describe('months', () => {
  it.each([
    // [taken, now, due]: the grace of ten minutes, the edge of a month in the city's zone, and months that nobody was there for.
    [[], '2026-11-01T00:09:59+08:00', ['2026-09']],
    [[], '2026-11-01T00:10:00+08:00', ['2026-10']],
    [['2026-10'], '2026-11-30T23:59:00+08:00', []],
    [['2026-08'], '2026-12-01T03:00:00+08:00', ['2026-09', '2026-10', '2026-11']],
    [['2026-11', '2026-09'], '2026-12-01T03:00:00+08:00', ['2026-10']],
    [['2025-11'], '2026-01-15T00:00:00+08:00', ['2025-12']],
  ])('of %j at %s are due %j', (taken, now, due) => {
    expect(dueMonths(SHANGHAI, 0, taken, new Date(now))).toEqual(due);
  });

  it('settle as long as a city says', () => {
    expect(dueMonths(SHANGHAI, 72, ['2026-09'], new Date('2026-11-03T23:00:00+08:00'))).toEqual([]);
    expect(dueMonths(SHANGHAI, 72, ['2026-09'], new Date('2026-11-04T00:10:00+08:00'))).toEqual(['2026-10']);
    expect(settledAt(SHANGHAI, '2026-12', 72).toISOString()).toBe('2027-01-03T16:00:00.000Z');
  });

  it('begin when the clocks of the city say so', () => {
    expect(settledAt('America/New_York', '2026-10', 0).toISOString()).toBe('2026-11-01T04:00:00.000Z');
    expect(settledAt('America/New_York', '2026-11', 0).toISOString()).toBe('2026-12-01T05:00:00.000Z');
    // In Beirut midnight itself was skipped when the clocks went forward.
    expect(beginOfDay('Asia/Beirut', '2026-03-29').toISOString()).toBe('2026-03-28T22:00:00.000Z');
  });

  it('follow each other over the ends of years', () => {
    expect(monthAfter('2026-12')).toBe('2027-01');
    expect(monthBefore('2027-01')).toBe('2026-12');
  });

  it.each(['2026-13', '2026-1', '0999-01', '2026-10-01', ''])('are not %j', (text) => {
    expect(() => parseMonth('month', text)).toThrow(/month: expected a month YYYY-MM/);
  });
});
