import { expect, it } from 'vitest';
import { readTime } from './times.ts';

const CITY = 'Asia/Shanghai';
const NONE = 'Invalid Date';
const said = (value: string | number) => {
  const at = readTime(value, CITY);
  return Number.isNaN(at.getTime()) ? NONE : at.toISOString();
};

it.each([
  ['2026-11-25T08:00:00Z', '2026-11-25T08:00:00.000Z'],
  ['2026-11-25T08:00:00+09:00', '2026-11-24T23:00:00.000Z'],
  [Date.UTC(2026, 10, 25), '2026-11-25T00:00:00.000Z'],
  ['2026-11-25 08:00:05', '2026-11-25T00:00:05.000Z'],
  ['2026-11-25T08:00', '2026-11-25T00:00:00.000Z'],
  ['2026/1/5 8:30', '2026-01-05T00:30:00.000Z'],
  ['2026-11-25', '2026-11-24T16:00:00.000Z'],
  ['2026-02-30', NONE],
  ['2026-11-25 24:00', NONE],
  ['2026-11-25 08:60', NONE],
  ['Nov 25 2026', NONE],
  ['yesterday', NONE],
  ['', NONE],
])('%s, by the clocks of the city where it names no zone, is %s', (value, expected) => {
  expect(said(value)).toBe(expected);
});

it('does not depend on the zone of the machine', () => {
  expect(readTime('2026-11-25 08:00', 'America/New_York').toISOString()).toBe('2026-11-25T13:00:00.000Z');
});
