import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HekanError } from '../../errors.ts';
import { LIMIT_UNITS, type LimitUnit } from '../words.ts';
import { WorkCalendar, type CalendarYear } from './workCalendar.ts';

/** Spring festival and national day of 2026 with their make-up days, enough of them for the table. */
const YEARS: CalendarYear[] = [
  {
    year: 2026,
    hours: ['08:30-12:00', '13:30-18:00'],
    daysOff: [
      '2026-01-01',
      '2026-02-16',
      '2026-02-17',
      '2026-02-18',
      '2026-02-19',
      '2026-02-20',
      '2026-02-23',
      '2026-10-01',
      '2026-10-02',
      '2026-10-05',
      '2026-10-06',
      '2026-10-07',
    ],
    makeUpDays: ['2026-02-14', '2026-02-28', '2026-10-10'],
  },
  { year: 2027, hours: ['08:30-12:00', '13:30-17:30'], daysOff: ['2027-01-01'], makeUpDays: [] },
];
const calendar = new WorkCalendar('Asia/Shanghai', YEARS);
const at = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`);

describe('a limit ends', () => {
  it.each([
    ['2026-11-24 09:00', 1, 'working_hour', '2026-11-24 10:00', 'in the morning'],
    ['2026-11-24 11:30', 1, 'working_hour', '2026-11-24 14:00', 'over the noon break'],
    ['2026-11-24 17:30', 1, 'working_hour', '2026-11-25 09:00', 'over night'],
    ['2026-11-24 12:30', 1, 'working_hour', '2026-11-24 14:30', 'begun in the break'],
    ['2026-11-24 23:59', 1, 'working_hour', '2026-11-25 09:30', 'begun just before midnight'],
    ['2026-11-24 00:00', 1, 'working_hour', '2026-11-24 09:30', 'begun at midnight'],
    ['2026-11-24 15:00', 1, 'working_day', '2026-11-25 15:00', 'a working day later at the same hour'],
    ['2026-11-27 15:00', 1, 'working_day', '2026-11-30 15:00', 'over a weekend'],
    ['2026-11-28 10:00', 1, 'working_day', '2026-11-30 18:00', 'begun on a Saturday: all of Monday'],
    ['2026-02-13 16:00', 1, 'working_day', '2026-02-14 16:00', 'into a make-up Saturday'],
    ['2026-02-14 16:00', 1, 'working_day', '2026-02-24 16:00', 'over the spring festival'],
    ['2026-09-30 10:00', 2, 'working_day', '2026-10-09 10:00', 'over the national day'],
    ['2026-10-09 10:00', 1, 'working_day', '2026-10-10 10:00', 'its make-up day'],
    ['2026-11-24 08:30', 1, 'working_day', '2026-11-24 18:00', 'a whole day ends with the day'],
    ['2026-11-24 08:30', 0.5, 'working_day', '2026-11-24 14:00', 'half of eight hours'],
    ['2026-12-31 17:00', 2, 'working_hour', '2027-01-04 09:30', 'over New Year and a weekend'],
    ['2026-11-28 10:00', 2, 'calendar_day', '2026-11-30 10:00', 'calendar days know no weekend'],
    ['2026-11-28 22:00', 4, 'urgent_hour', '2026-11-29 02:00', 'urgent hours know no night'],
  ] as const)('%s + %f %s = %s: %s', (from, value, unit, to, _why) => {
    expect(calendar.add(at(from), { value, unit }).toISOString()).toBe(at(to).toISOString());
  });

  it('the same number of calendar days later at the same hour, where clocks are put back', () => {
    const berlin = new WorkCalendar('Europe/Berlin', YEARS);
    const due = berlin.add(new Date('2026-10-24T10:00:00+02:00'), { value: 1, unit: 'calendar_day' });
    expect(due.toISOString()).toBe(new Date('2026-10-25T10:00:00+01:00').toISOString());
  });

  it('in no year that the calendar does not have: it says which', () => {
    for (const [from, value] of [
      ['2027-12-31 17:00', 3],
      ['2028-01-05 10:00', 1],
      ['2025-12-31 10:00', 1],
    ] as const)
      expect(() => calendar.add(at(from), { value, unit: 'working_hour' })).toThrow(
        /no year (2028|2025): enter it before/,
      );
    expect(calendar.add(at('2028-01-05 10:00'), { value: 1, unit: 'urgent_hour' })).toEqual(at('2028-01-05 11:00'));
  });
});

describe('time between', () => {
  it.each([
    ['2026-11-24 17:00', '2026-11-25 09:30', 'working_hour', 2],
    ['2026-11-27 17:00', '2026-11-30 08:30', 'working_hour', 1],
    ['2026-02-14 18:00', '2026-02-24 08:30', 'working_hour', 0],
    ['2026-11-24 18:00', '2026-11-24 08:30', 'working_hour', 0],
    ['2026-11-24 08:30', '2026-11-26 14:00', 'working_day', 2.5],
    ['2026-11-24 00:00', '2026-11-25 12:00', 'calendar_day', 1.5],
    ['2026-11-24 00:00', '2026-11-25 12:00', 'urgent_hour', 36],
  ] as const)('%s and %s: %s', (from, to, unit, amount) => {
    expect(calendar.between(at(from), at(to), unit)).toBeCloseTo(amount, 9);
  });

  it('is the limit that was added, whatever the instant, unit and amount', () => {
    const instant = fc.date({ min: at('2026-01-01 00:00'), max: at('2026-12-01 00:00'), noInvalidDate: true });
    const limit = fc.record({
      value: fc.double({ min: 0.1, max: 40, noNaN: true }),
      unit: fc.constantFrom<LimitUnit>(...LIMIT_UNITS),
    });
    fc.assert(
      fc.property(instant, limit, (from, { value, unit }) => {
        const to = calendar.add(from, { value, unit });
        expect(calendar.between(from, to, unit)).toBeCloseTo(value, 4);
        expect(calendar.add(from, { value: value + 1, unit }).getTime()).toBeGreaterThan(to.getTime());
      }),
    );
  });
});

describe('a calendar that is none', () => {
  it.each([
    [{ hours: ['8-12'] }, /hours: expected HH:MM-HH:MM.*"8-12"/],
    [{ hours: ['12:00-08:00'] }, /the first before the second/],
    [{ hours: ['08:00-12:00', '11:00-17:00'] }, /do not overlap/],
    [{ hours: [] }, /at least one span/],
    [{ daysOff: ['2026-02-30'] }, /daysOff: expected a day.*2026-02-30/],
    [{ daysOff: ['2025-02-03'] }, /a day YYYY-MM-DD of 2026/],
    [{ makeUpDays: ['2026-11-24'] }, /makeUpDays: expected a Saturday or a Sunday, got "2026-11-24"/],
    [{ daysOff: ['2026-11-28'], makeUpDays: ['2026-11-28'] }, /not also a day off/],
  ])('%j is refused', (change, message) => {
    const make = () => new WorkCalendar('Asia/Shanghai', [{ ...YEARS[0]!, daysOff: [], makeUpDays: [], ...change }]);
    expect(make).toThrow(HekanError);
    expect(make).toThrow(message);
  });
});
