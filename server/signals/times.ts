import { Zone } from '../cases/index.ts';

/** A day, or a day and a time, without a zone. */
const LOCAL = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;
const ZONED = /(?:Z|GMT|UTC|[+-]\d{2}:?\d{2})$/i;

const zones = new Map<string, Zone>();
function zoneOf(name: string): Zone {
  const zone = zones.get(name) ?? new Zone(name);
  zones.set(name, zone);
  return zone;
}

/**
 * What an outlet says of the time: a number of milliseconds since 1970, or a text with a zone; one without is what the clocks of the
 * city showed (the earlier one, where they showed it twice).
 * @returns an invalid date where it is no time.
 */
export function readTime(value: string | number, timeZone: string): Date {
  if (typeof value === 'number') return new Date(value);
  const text = value.trim();
  const parts = LOCAL.exec(text);
  if (!parts) return new Date(ZONED.test(text) ? text : NaN);
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const local = Date.UTC(year!, month! - 1, day, hour, minute, second);
  const back = new Date(local);
  const stands = back.getUTCMonth() === month! - 1 && back.getUTCDate() === day && back.getUTCHours() === hour;
  return new Date(stands && minute < 60 && second < 60 ? zoneOf(timeZone).instant(local).at : NaN);
}
