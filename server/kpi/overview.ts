import type { Scope } from '../access/index.ts';
import { CLASSES, type Bare, type DivisionRef, type Figure, type Overview, type RateFigure } from '../api/shapes.ts';
import { countCases, INDICATORS } from '../cases/index.ts';
import { readDivision, toRef } from '../city/index.ts';
import { currentSeq, fixedClock, type Queryable } from '../db/index.ts';
import { listDatasets, placeCounts } from '../records/index.ts';
import { NOTHING, openCounts, readFacts } from './counts.ts';
import { addDays, dayIn } from './days.ts';
import type { Period } from './facts.ts';
import { casesHref, withinDivision } from './links.ts';
import { rateOf } from './rate.ts';

const LAST_DAYS = 30;
const ALL_TIME = { from: null, to: null };

async function recordFigures(client: Queryable, division: number | null, asOf: string) {
  const datasets = await listDatasets(client);
  const { places, byClass } = await placeCounts(client, division);
  const total = datasets.reduce((sum, dataset) => sum + dataset.total, 0);
  const located = datasets.reduce((sum, dataset) => sum + dataset.located, 0);
  const onPlaces = byClass.reduce((sum, n) => sum + n, 0);
  return {
    places: { numerator: places, denominator: null, asOf, href: null },
    records: {
      annotated: { ...rateOf(located, total), asOf, href: null },
      byClass: CLASSES.map((name, i) => ({
        class: name,
        located: { numerator: byClass[i] ?? 0, denominator: onPlaces, asOf, href: null },
      })),
      datasets: datasets.map(({ key, nameZh, nameEn, theme, classIndex, ...counts }) => ({
        key,
        nameZh,
        nameEn,
        theme,
        class: CLASSES[classIndex] ?? CLASSES[0],
        annotated: { ...rateOf(counts.located, counts.total), asOf, href: null },
      })),
    },
  };
}

async function caseFigures(
  client: Queryable,
  scope: Scope,
  division: number | null,
  now: Date,
  timeZone: string,
): Promise<Overview['cases']> {
  const asOf = now.toISOString();
  const today = dayIn(timeZone, now);
  const month = { from: addDays(today, 1 - LAST_DAYS), to: today };
  const within = await withinDivision(client, division);
  const completion = async (period: Period) => {
    const sums = INDICATORS.completion;
    const question = { sums, by: 'total', level: 0, within, only: [], period, timeZone, now, asOf: null } as const;
    return (await readFacts(client, scope, question)).get('0') ?? NOTHING;
  };
  const all = await completion(ALL_TIME);
  const recent = await completion(month);
  const open = (await openCounts(client, scope, 0, within, ALL_TIME, now, timeZone)).get(0) ?? {
    open: 0,
    overdue: 0,
    yellow: 0,
  };
  const filter = division === null ? {} : { division };
  const count = (more: Parameters<typeof countCases>[3]) =>
    countCases(client, fixedClock(now), scope, { ...filter, ...more });
  const closedToday = await count({ status: 'closed', by: 'closed', from: today, to: today });
  const acceptedToday = await count({ status: 'accepted', from: today, to: today });
  const notLocated = await count({ status: 'not_located' });
  const outside = await count({ status: 'outside' });
  const figure = (numerator: number, denominator: number | null, params: Record<string, string | null>): Figure => ({
    numerator,
    denominator,
    asOf,
    href: casesHref({ ...params, division }),
  });
  const rate = (numerator: number, denominator: number, params: Record<string, string | null>): RateFigure => ({
    ...rateOf(numerator, denominator),
    asOf,
    href: casesHref({ ...params, division }),
  });
  return {
    accepted: figure(all.denominator, null, { status: 'accepted' }),
    closed: figure(all.numerator, all.denominator, { status: 'closed' }),
    completion: rate(all.numerator, all.denominator, { status: 'closed' }),
    last30Days: { ...rate(recent.numerator, recent.denominator, { status: 'closed', ...month }), ...month },
    open: figure(open.open, all.denominator, { status: 'open' }),
    overdue: rate(open.overdue, open.open, { status: 'overdue' }),
    yellow: rate(open.yellow, open.open, { status: 'yellow' }),
    acceptedToday: figure(acceptedToday, null, { status: 'accepted', from: today, to: today }),
    closedToday: figure(closedToday, null, { status: 'closed', by: 'closed', from: today, to: today }),
    notLocated: figure(notLocated, all.denominator, { status: 'not_located' }),
    outside: figure(outside, all.denominator, { status: 'outside' }),
  };
}

/**
 * The headline figures of the city or of one division. Call it inside one snapshot: figures of one answer must agree.
 * @throws HekanError('not_found') for an unknown division.
 */
export async function readOverview(
  client: Queryable,
  scope: Scope,
  division: number | null,
  now: Date,
  timeZone: string,
): Promise<Bare<Overview>> {
  const ref: DivisionRef | null = division === null ? null : toRef(await readDivision(client, division));
  const asOf = now.toISOString();
  const seq = await currentSeq(client);
  const cases = await caseFigures(client, scope, division, now, timeZone);
  return { asOf, seq, division: ref, ...(await recordFigures(client, division, asOf)), cases };
}
