import { dayOf } from '../i18n/format.ts';
import { api } from './api.ts';
import { withQuery } from './http.ts';
import { isQuiet, lastBusyDay, yearEnding, type Trend } from './trend.ts';

/** The year up to today; where its last 90 days are empty (old records, imported), the year up to the latest activity. */
export async function fetchTrend(
  division: number | null,
  now: number,
  timeZone: string,
  signal: AbortSignal,
): Promise<Trend> {
  const today = dayOf(now, timeZone);
  const year = yearEnding(today);
  const usual = await api.days(year.from, year.to, division, signal);
  if (!isQuiet(usual.rows)) return { division, asOf: usual.asOf, rows: usual.rows, endsToday: true, old: false };

  const last = lastBusyDay(usual.rows) ?? (await latestDay(division, timeZone, signal));
  if (last === null || last > today) return { division, asOf: usual.asOf, rows: [], endsToday: false, old: false };
  const then = yearEnding(last);
  const old = await api.days(then.from, then.to, division, signal);
  return { division, asOf: old.asOf, rows: old.rows, endsToday: false, old: true };
}

async function latestDay(division: number | null, timeZone: string, signal: AbortSignal): Promise<string | null> {
  const page = await api.cases(withQuery('/api/cases', { division }), null, 1, signal);
  const newest = page.items[0];
  if (!newest) return null;
  const at = [newest.closedAt, newest.acceptedAt, newest.reportedAt].find((instant) => instant !== null);
  return at ? dayOf(at, timeZone) : null;
}
