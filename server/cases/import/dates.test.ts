import { describe, expect, test } from 'vitest';
import { compileFormat, dateReader } from './dates.ts';

const NYC = dateReader(['MM/dd/yyyy hh:mm:ss a', 'ISO'], 'America/New_York');
const CHINA = dateReader(
  ['yyyy-MM-dd HH:mm:ss', 'yyyy年M月d日 H时m分', 'dd MMM yyyy', 'yyyy-MM-dd HH:mm XXX'],
  'Asia/Shanghai',
);

describe('dateReader', () => {
  test.each([
    // 12 is the first hour of its half of the day
    ['01/05/2020 12:00:00 AM', '2020-01-05T05:00:00.000Z'],
    ['01/05/2020 12:00:00 PM', '2020-01-05T17:00:00.000Z'],
    ['01/05/2020 12:59:59 am', '2020-01-05T05:59:59.000Z'],
    ['01/05/2020 11:59:59 PM', '2020-01-06T04:59:59.000Z'],
    // summer time
    ['07/05/2020 01:00:00 PM', '2020-07-05T17:00:00.000Z'],
    // the last second before and the first after the gap of 2019-03-10
    ['03/10/2019 01:59:59 AM', '2019-03-10T06:59:59.000Z'],
    ['03/10/2019 03:00:00 AM', '2019-03-10T07:00:00.000Z'],
    // ISO: the zone's day; with a zone of its own; with a fraction
    ['2020-01-05', '2020-01-05T05:00:00.000Z'],
    ['2020-01-05T10:00:00+08:00', '2020-01-05T02:00:00.000Z'],
    ['2020-01-05T10:00:00.123456Z', '2020-01-05T10:00:00.123Z'],
    ['2020-01-05 10:00', '2020-01-05T15:00:00.000Z'],
    ['2020-02-29', '2020-02-29T05:00:00.000Z'],
  ])('%s in New York is %s', (text, instant) => {
    expect(new Date(NYC(text)?.at ?? NaN).toISOString()).toBe(instant);
  });

  test.each([
    ['2020-01-05 10:00:00', '2020-01-05T02:00:00.000Z'],
    ['2020年1月5日 9时5分', '2020-01-05T01:05:00.000Z'],
    ['05 Jan 2020', '2020-01-04T16:00:00.000Z'],
    ['2020-01-05 10:00 -05:30', '2020-01-05T15:30:00.000Z'],
    // China had summer time from 1986 to 1991
    ['1988-07-01 00:00:00', '1988-06-30T15:00:00.000Z'],
  ])('%s in China is %s', (text, instant) => {
    expect(new Date(CHINA(text)?.at ?? NaN).toISOString()).toBe(instant);
  });

  test('a time that the clocks skipped is told', () => {
    expect(NYC('03/10/2019 02:30:00 AM')).toEqual({ at: Date.UTC(2019, 2, 10, 7, 30), later: null, skipped: true });
  });

  test('a time that the clocks showed twice has both readings, the earlier first', () => {
    const read = NYC('11/03/2019 01:30:00 AM');
    expect(read).toEqual({ at: Date.UTC(2019, 10, 3, 5, 30), later: Date.UTC(2019, 10, 3, 6, 30), skipped: false });
    expect(NYC('11/03/2019 02:00:00 AM')?.later).toBeNull();
  });

  test.each([
    ['no such day', '02/30/2020 01:00:00 PM'],
    ['no such month', '13/01/2020 01:00:00 PM'],
    ['hour 13 of a half day', '01/13/2020 13:00:00 PM'],
    ['hour 0 of a half day', '01/13/2020 00:00:00 AM'],
    ['hour 24', '2020-01-01T24:00:00'],
    ['a year before 1900', '1899-12-31'],
    ['words', 'yesterday'],
    ['something behind it', '2020-01-01 x'],
    ['no padding where the format has it', '1/5/2020 1:00:00 PM'],
  ])('%s is no date: %s', (_why, text) => {
    expect(NYC(text)).toBeNull();
  });
});

describe('compileFormat', () => {
  test.each([
    ['yyyy-mm-dd', /lacks month/],
    ['YYYY-MM-DD', /YYYY is not known/],
    ['MM/dd/yyyy hh:mm', /lacks a/],
    ['HH:mm', /lacks year, day, month/],
    ['yyyy-MM-dd dd', /day twice/],
  ])('%s is refused: %s', (format, message) => {
    expect(() => compileFormat(format)).toThrow(message);
  });
  test('text between quotes stands for itself', () => {
    expect(compileFormat("yyyy-MM-dd'T'HH").test('2020-01-01T05')).toBe(true);
  });
});
