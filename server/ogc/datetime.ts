import { badRequest } from '../errors.ts';

/** Seconds since 1970, both ends included; null: open. An instant has the same at both ends. */
export interface Period {
  start: number | null;
  end: number | null;
}

const DATE_TIME = /^(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
const EXPECTED = 'an RFC 3339 date-time, or two with / between; .. for an open end';

/** RFC 3339, 5.6. A leap second is the first of the next minute. */
function parseInstant(whole: string, text: string): number {
  // A plus sign that was not encoded arrives as a space, which stands nowhere else in a date-time.
  const [, day, hour, minute, second, fraction = '', zone = ''] = DATE_TIME.exec(text.replace(' ', '+')) ?? [];
  if (day === undefined) throw badRequest('datetime', whole, EXPECTED);
  const atMidnight = Date.parse(`${day}T00:00:00Z`);
  const [zoneHour, zoneMinute] = /^[Zz]$/.test(zone) ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  const onClock = Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 60;
  const onCalendar = !Number.isNaN(atMidnight) && new Date(atMidnight).toISOString().startsWith(day);
  if (!onClock || !onCalendar || zoneHour > 23 || zoneMinute > 59) throw badRequest('datetime', whole, EXPECTED);
  const offset = (zone.startsWith('-') ? -1 : 1) * (zoneHour * 3600 + zoneMinute * 60);
  return (
    atMidnight / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) + Number(`0${fraction}`) - offset
  );
}

/**
 * ?datetime=: an instant, or an interval of which one end may be open (/req/core/fc-time-definition).
 * @throws HekanError('bad_request') for anything else, an interval that is open at both ends or ends before it begins among it.
 */
export function parseDatetime(text: string): Period {
  const parts = text.split('/');
  if (parts.length === 1) {
    const at = parseInstant(text, text);
    return { start: at, end: at };
  }
  const [from = '', to = ''] = parts;
  const open = (part: string) => part === '' || part === '..';
  if (parts.length > 2 || (open(from) && open(to))) throw badRequest('datetime', text, EXPECTED);
  const start = open(from) ? null : parseInstant(text, from);
  const end = open(to) ? null : parseInstant(text, to);
  if (start !== null && end !== null && start > end)
    throw badRequest('datetime', text, 'an interval that ends after it begins');
  return { start, end };
}
