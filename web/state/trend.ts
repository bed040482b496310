import type { KpiByDay } from '../../server/api/shapes.ts';
import { moveDay } from '../i18n/format.ts';
import { withQuery } from './http.ts';

export type DayRow = KpiByDay['rows'][number];

/** A year of days and where to look in it. */
export interface Trend {
  /** Whose days these are; null: the whole city's. */
  division: number | null;
  asOf: string;
  rows: DayRow[];
  /** The last row is today, which is not over. */
  endsToday: boolean;
  /** Nothing in the last 90 days: this is the year that ends with the latest activity instead. */
  old: boolean;
}

export const YEAR = 365;
const QUIET_DAYS = 90;

const isBusy = (row: DayRow): boolean => row.accepted > 0 || row.closedOn > 0;

/** The last day on which anything happened, or null. */
export const lastBusyDay = (rows: readonly DayRow[]): string | null => rows.findLast(isBusy)?.day ?? null;

/** Whether the usual window has nothing to show. */
export const isQuiet = (rows: readonly DayRow[]): boolean => !rows.slice(-QUIET_DAYS).some(isBusy);

/** The year of days that ends on a day. */
export const yearEnding = (day: string): { from: string; to: string } => ({ from: moveDay(day, 1 - YEAR), to: day });

/** Where the cases are listed that were accepted, or closed, on the days of a range. */
export const casesBetween = (kind: 'accepted' | 'closed', from: string, to: string, division: number | null): string =>
  withQuery('/api/cases', { status: kind, by: kind === 'closed' ? 'closed' : null, from, to, division });
