import { describe, expect, it } from 'vitest';
import { HekanError } from '../errors.ts';
import { parseDatetime } from './datetime.ts';

const at = (iso: string) => Date.parse(iso) / 1000;

describe('/req/core/fc-time-definition', () => {
  it.each([
    ['2026-11-23T12:00:00Z', at('2026-11-23T12:00:00Z'), at('2026-11-23T12:00:00Z')],
    ['2026-11-23T12:00:00+08:00', at('2026-11-23T04:00:00Z'), at('2026-11-23T04:00:00Z')],
    ['2026-11-23T12:00:00 08:00', at('2026-11-23T04:00:00Z'), at('2026-11-23T04:00:00Z')], // + that was not encoded
    ['2026-11-23t12:00:00.250z', at('2026-11-23T12:00:00.250Z'), at('2026-11-23T12:00:00.250Z')], // RFC 3339: either case
    ['2016-12-31T23:59:60Z', at('2017-01-01T00:00:00Z'), at('2017-01-01T00:00:00Z')], // a leap second
    ['2024-02-29T00:00:00Z/2026-01-01T00:00:00-05:30', at('2024-02-29T00:00:00Z'), at('2026-01-01T05:30:00Z')],
    ['../2026-01-01T00:00:00Z', null, at('2026-01-01T00:00:00Z')],
    ['/2026-01-01T00:00:00Z', null, at('2026-01-01T00:00:00Z')], // D: an empty string is open, too
    ['2026-01-01T00:00:00Z/..', at('2026-01-01T00:00:00Z'), null],
    ['2026-01-01T00:00:00Z/', at('2026-01-01T00:00:00Z'), null],
    ['0000-01-01T00:00:00Z/9999-12-31T23:59:59Z', at('0000-01-01T00:00:00Z'), at('9999-12-31T23:59:59Z')],
  ])('takes %s', (text, start, end) => expect(parseDatetime(text)).toEqual({ start, end }));

  it.each([
    '',
    'yesterday',
    '2026-11-23', // RFC 3339's date-time has a time
    '2026-11-23T12:00:00', // and a zone
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T12:60:00Z',
    '2026-11-23T12:00:61Z',
    '2026-11-23T12:00:00+24:00',
    '../..', // open at one end only
    '/',
    '..',
    '2026-01-02T00:00:00Z/2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z/2026-01-02T00:00:00Z/2026-01-03T00:00:00Z',
    '2026-01-01T00:00:00Z/x',
  ])('refuses %j', (text) => expect(() => parseDatetime(text)).toThrow(HekanError));
});
