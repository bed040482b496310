import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from './days.ts';
import { planSpans, type Span } from './spans.ts';
import { daysOf, periodBefore, unitOf, unitsBetween } from './times.ts';

const FIRST = '2024-01-01';
const day = fc.nat(900).map((n) => addDays(FIRST, n));
const covers = ({ from, before }: Span, one: string) =>
  (from === null || one >= from) && (before === null || one < before);

describe('a period in spans', () => {
  it('has each of its days once, the others not at all, and few pieces', () => {
    fc.assert(
      fc.property(day, day, fc.boolean(), fc.boolean(), (a, b, open, end) => {
        const [from, to] = a <= b ? [a, b] : [b, a];
        const spans = planSpans(open ? null : from, end ? null : to);
        for (let i = -40; i < 940; i++) {
          const one = addDays(FIRST, i);
          const counted = spans.filter((span) => covers(span, one)).reduce((n, { sign }) => n + sign, 0);
          expect(counted).toBe((open || one >= from) && (end || one <= to) ? 1 : 0);
        }
        for (const { grain, from: first, before } of spans)
          if (grain === 'month') for (const edge of [first, before]) expect(edge ?? '-01').toMatch(/-01$/);
          else expect(daysBetween(first!, before!)).toBeLessThanOrEqual(32);
      }),
      { numRuns: 50 },
    );
  });
});

describe('units of time', () => {
  it.each([
    ['week', '2026-11-24', '2026-11-23', '2026-11-29'],
    ['week', '2026-11-22', '2026-11-16', '2026-11-22'], // Sunday ends it
    ['month', '2024-02-10', '2024-02-01', '2024-02-29'],
    ['quarter', '2026-12-31', '2026-10-01', '2026-12-31'],
    ['year', '2026-06-01', '2026-01-01', '2026-12-31'],
  ] as const)('%s of %s is %s to %s', (unit, one, from, to) => {
    expect(daysOf(unit, unitOf(unit, one))).toEqual({ from, to });
  });

  it('has 24 hours a day', () => {
    expect(unitsBetween('hour', '2026-11-23', '2026-11-24')).toHaveLength(48);
  });

  it.each([
    ['yoy', '2024-02-29', '2024-02-29', '2023-02-28', '2023-02-28'],
    ['yoy', '2026-01-01', '2026-11-24', '2025-01-01', '2025-11-24'],
    ['pop', '2026-03-01', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['pop', '2026-01-01', '2026-03-31', '2025-10-01', '2025-12-31'],
    ['pop', '2026-11-10', '2026-11-16', '2026-11-03', '2026-11-09'],
  ] as const)('%s of %s to %s is %s to %s', (compare, from, to, first, last) => {
    expect(periodBefore(compare, from, to)).toEqual({ from: first, to: last });
  });
});
