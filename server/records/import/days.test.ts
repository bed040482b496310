import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayReader, dayText } from './days.ts';

const read = (formats: string[], text: string): string | null => {
  const bytes = Buffer.from(text);
  const day = dayReader(formats)(bytes, 0, bytes.length);
  return Number.isNaN(day) ? null : dayText(day);
};

describe('days', () => {
  test('are those of the calendar', () => {
    const first = new Date('1900-01-01T00:00:00Z');
    const last = new Date('2200-12-31T00:00:00Z');
    fc.assert(
      fc.property(fc.date({ min: first, max: last, noInvalidDate: true }), (date) => {
        const text = date.toISOString().slice(0, 10);
        expect(read(['ISO'], text)).toBe(text);
      }),
    );
  });

  test.each<[string[], string, string | null]>([
    [['ISO'], '2024-02-29', '2024-02-29'],
    [['ISO'], '2023-02-29', null],
    // 2000 was a leap year, 2100 will not be.
    [['ISO'], '2000-02-29', '2000-02-29'],
    [['ISO'], '2100-02-29', null],
    // The day is the one that is written, whatever the zone.
    [['ISO'], '2024-03-01T23:30:00Z', '2024-03-01'],
    [['ISO'], '2024-03-01 08:00', '2024-03-01'],
    [['ISO'], '2024-03-01x', null],
    [['ISO'], '2024-03-01 ', null],
    [['ISO'], '24-03-01', null],
    [['ISO'], '1899-12-31', null],
    [['yyyyMMdd'], '20240301', '2024-03-01'],
    [['yyyyMMdd'], '2024031', null],
    [['yyyy/M/d'], '2024/3/1', '2024-03-01'],
    [['yyyy年M月d日'], '2024年12月31日', '2024-12-31'],
    [['d.M.yyyy HH:mm:ss'], '1.3.2024 08:05:00', '2024-03-01'],
    [["'D'yyyyMMdd"], 'D20240301', '2024-03-01'],
    // The first that fits wins.
    [['dd/MM/yyyy', 'MM/dd/yyyy'], '03/04/2024', '2024-04-03'],
    [['dd/MM/yyyy', 'MM/dd/yyyy'], '03/14/2024', '2024-03-14'],
  ])('%j: %s', (formats, text, expected) => {
    expect(read(formats, text)).toBe(expected);
  });

  test.each([
    ['yyyy-MM', /lacks day/],
    ['yy-MM-dd', /yy is not known/],
    ['yyyy-MM-dd dd', /says day twice/],
  ])('%s is no format', (format, expected) => {
    expect(() => dayReader([format])).toThrow(expected);
  });
});
