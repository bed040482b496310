import { badRequest } from '../errors.ts';

const DAY_MS = 86_400_000;

/** The day (YYYY-MM-DD) of an instant in a zone. */
export function dayIn(timeZone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return parts.format(at);
}

/** Days counted from a day; negative: before. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Checks a day of the calendar. @throws HekanError('bad_request') that names the field. */
export function parseDay(field: string, text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  const real = !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
  if (!real || text < '1000' || text > '9999') {
    throw badRequest(field, text, 'a day YYYY-MM-DD of the years 1000 to 9998');
  }
  return text;
}

/** How many days a period has, both ends included. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}
