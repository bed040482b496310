import { Zone } from '../../cases/index.ts';
import { badRequest } from '../../errors.ts';
import { addDays, dayIn } from '../days.ts';
import { daysOf } from '../times.ts';

const HOUR_MS = 3_600_000;
/** What was being written when the instant came is written by then. */
export const GRACE_MS = 600_000;

/** Checks a month YYYY-MM. @throws HekanError('bad_request') that names the field. */
export function parseMonth(field: string, text: string): string {
  if (!/^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(text)) throw badRequest(field, text, 'a month YYYY-MM');
  return text;
}

/** The month that an instant lies in, on the clocks of a zone. */
export const monthIn = (timeZone: string, at: Date): string => dayIn(timeZone, at).slice(0, 7);

/** The month after. */
export const monthAfter = (month: string): string => addDays(daysOf('month', month).to, 1).slice(0, 7);

/** The month before. */
export const monthBefore = (month: string): string => addDays(`${month}-01`, -1).slice(0, 7);

/** The instant at which a day begins on the clocks of a zone; where they were put forward over it, when they went on. */
export function beginOfDay(timeZone: string, day: string): Date {
  return new Date(new Zone(timeZone).instant(Date.parse(`${day}T00:00:00Z`)).at);
}

/** The instant whose knowledge a month's figures are of: its end, and the hours that a city gives late reports. */
export function settledAt(timeZone: string, month: string, settlingHours: number): Date {
  const end = beginOfDay(timeZone, `${monthAfter(month)}-01`);
  return new Date(end.getTime() + settlingHours * HOUR_MS);
}

/**
 * Months to take, oldest first: the last that ended, and every one between the first that was ever taken and it, however long
 * nobody was there.
 * @param taken months that there are.
 */
export function dueMonths(timeZone: string, settlingHours: number, taken: readonly string[], now: Date): string[] {
  let last = monthBefore(monthIn(timeZone, now));
  while (settledAt(timeZone, last, settlingHours).getTime() + GRACE_MS > now.getTime()) last = monthBefore(last);
  const due: string[] = [];
  const first = [...taken].sort()[0] ?? last;
  for (let month = first; month <= last; month = monthAfter(month)) if (!taken.includes(month)) due.push(month);
  return due;
}
