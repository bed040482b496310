import { addDays, dayIn, parseDay } from '../days.ts';
import { monthBefore, monthIn, parseMonth } from '../snapshot/index.ts';
import type { ReportOf } from './reportData.ts';

/** The report of a day, yesterday's unless told. @param field what an error names. @throws HekanError('bad_request'). */
export function dailyReport(field: string, date: string | undefined, timeZone: string, now: Date): ReportOf {
  return { kind: 'daily', date: date === undefined ? addDays(dayIn(timeZone, now), -1) : parseDay(field, date) };
}

/** The report of a month, the last that ended unless told. @param field what an error names. @throws HekanError('bad_request'). */
export function monthlyReport(field: string, month: string | undefined, timeZone: string, now: Date): ReportOf {
  return {
    kind: 'monthly',
    month: month === undefined ? monthBefore(monthIn(timeZone, now)) : parseMonth(field, month),
  };
}
