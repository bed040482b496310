import type { Scope } from '../../access/index.ts';
import type { ScoreTable } from '../../api/scoreShapes.ts';
import type { Bare } from '../../api/shapes.ts';
import type { City } from '../../city/index.ts';
import type { Queryable } from '../../db/index.ts';
import { badRequest } from '../../errors.ts';
import { addDays, dayIn } from '../days.ts';
import { listSchemes } from '../scheme.ts';
import { readScores } from '../scores.ts';
import { beginOfDay, readAdjustments, type Adjustment } from '../snapshot/index.ts';
import { daysOf, periodBefore } from '../times.ts';
import { countFigures, monthFigures, type Period, type PeriodFigures } from './figures.ts';
import { countOpen, listOverdue, type OpenThen, type OverdueCase } from './openCases.ts';
import type { Cut } from '../figures.ts';

/** Which report: of a day, or of a month. */
export type ReportOf = { kind: 'daily'; date: string } | { kind: 'monthly'; month: string };

/** All that a report tells, in figures. */
export interface ReportData {
  of: ReportOf;
  figures: PeriodFigures;
  before: PeriodFigures;
  yearBefore: PeriodFigures;
  open: (cut: Cut, key: string) => OpenThen;
  overdue: OverdueCase[];
  scores: Bare<ScoreTable>[];
  /** Of a month that was signed: what has changed since. */
  adjustments: { rows: Adjustment[]; redefined: string[] } | null;
}

export const periodOf = (of: ReportOf): Period =>
  of.kind === 'daily' ? { from: of.date, to: of.date } : daysOf('month', of.month);

/** The end of a period, or now where it is not over. @throws HekanError('bad_request') for one that has not begun. */
function knownAt(of: ReportOf, timeZone: string, now: Date): Date {
  const { from, to } = periodOf(of);
  const [field, given] = of.kind === 'daily' ? ['date', of.date] : ['month', of.month];
  const today = dayIn(timeZone, now);
  if (from > today) throw badRequest(field, given, `one that has begun (today is ${today})`);
  const end = beginOfDay(timeZone, addDays(to, 1));
  return end < now ? end : now;
}

/**
 * An earlier period is told as it was known when it was as old as this one is: like with like. A month that has just ended still has
 * cases in hand; the one before it would by now have none.
 */
function knownThen(timeZone: string, period: Period, asOf: Date, earlier: Period): Date {
  const end = ({ to }: Period) => beginOfDay(timeZone, addDays(to, 1)).getTime();
  return new Date(end(earlier) + asOf.getTime() - end(period));
}

async function figuresOf(client: Queryable, scope: Scope, of: ReportOf, timeZone: string, now: Date) {
  const [period, known] = [periodOf(of), knownAt(of, timeZone, now)];
  const read = (one: Period, asOf: Date) =>
    of.kind === 'daily'
      ? countFigures(client, scope, one, asOf)
      : monthFigures(client, scope, one.from.slice(0, 7), one, asOf);
  const figures = await read(period, known);
  const earlier = (one: Period) => read(one, knownThen(timeZone, period, figures.asOf, one));
  return {
    figures,
    before: await earlier(periodBefore('pop', period.from, period.to)),
    yearBefore: await earlier(periodBefore('yoy', period.from, period.to)),
  };
}

/** Scores by the scheme `default`, or else the first there is; none where there is no scheme. */
async function scoresOf(
  client: Queryable,
  scope: Scope,
  { from, to, asOf }: PeriodFigures,
  timeZone: string,
  now: Date,
) {
  const schemes = await listSchemes(client);
  const scheme = schemes.find(({ key }) => key === 'default') ?? schemes[0];
  if (!scheme) return [];
  const query = { scheme: scheme.key, level: 'district', period: { from, to }, timeZone, now, asOf } as const;
  return [
    await readScores(client, scope, { ...query, by: 'division' }),
    await readScores(client, scope, { ...query, by: 'department' }),
  ];
}

/**
 * Everything that a report tells. Call it inside one snapshot of the database: its figures must agree.
 * @throws HekanError('bad_request') for a day or month that has not begun.
 */
export async function readReport(
  client: Queryable,
  scope: Scope,
  of: ReportOf,
  city: Pick<City, 'timeZone'>,
  now: Date,
): Promise<ReportData> {
  const compared = await figuresOf(client, scope, of, city.timeZone, now);
  const { figures } = compared;
  return {
    of,
    ...compared,
    open: await countOpen(client, scope, figures.asOf),
    overdue: await listOverdue(client, scope, figures.asOf),
    scores: await scoresOf(client, scope, figures, city.timeZone, now),
    adjustments: figures.snapshot ? await readAdjustments(client, scope, figures.snapshot.month, now) : null,
  };
}
