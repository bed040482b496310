import { scopeParam, type Scope } from '../access/index.ts';
import type { Bare, KpiTable, Level } from '../api/shapes.ts';
import { indicatorOf, type IndicatorId } from '../cases/index.ts';
import { levelNumber } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import { NOTHING, openCounts, readFacts, type Fraction } from './counts.ts';
import { addDays } from './days.ts';
import { definitionOf } from './definitions.ts';
import { KEYED, TIME_UNITS, type By, type Keyed, type Period, type Question, type TimeUnit } from './facts.ts';
import { kpiHrefs, withinDivision } from './links.ts';
import { listDivisionNames, listNames, type Named } from './names.ts';
import { rateOf } from './rate.ts';
import { clip, daysOf, periodBefore, unitsBetween } from './times.ts';

export interface KpiQuery {
  id: IndicatorId;
  by: Exclude<By, 'total'>;
  level: Level;
  division: number | null;
  /** Only cases of these, by the names that a list of cases takes. */
  only: readonly { kind: Keyed; code: string; ids: readonly number[] }[];
  period: Period;
  compare: 'yoy' | 'pop' | null;
  timeZone: string;
  now: Date;
  asOf: Date | null;
}

type Row = KpiTable['rows'][number];
type Params = Record<string, string | number | null>;
const isUnit = (by: By): by is TimeUnit => (TIME_UNITS as readonly By[]).includes(by);
const isKeyed = (by: By): by is Keyed => (KEYED as readonly By[]).includes(by);

/**
 * An indicator as a table. Rows and what is elsewhere add up to the total. Call it inside one snapshot.
 * @throws HekanError: not_found for an unknown division.
 */
export async function readKpi(client: Queryable, scope: Scope, query: KpiQuery): Promise<Bare<KpiTable>> {
  const { id, by, period, now, asOf, compare } = query;
  const question = await questionOf(client, query);
  const counts = await readFacts(client, scope, question);
  const total = await totalOf(client, scope, question, counts);
  const before = await readBefore(client, scope, query, question);
  const names = await namesOf(client, scope, query, counts);
  const figures = names.map((named, i): Row => {
    const now = counts.get(named.key) ?? NOTHING;
    return { ...named, ...figure(now, query, linkOf(query, named)), ...changeOf(now, before?.of(named.key, i)) };
  });
  const rest = minus(total, [...figures]);
  const table: Bare<KpiTable> = {
    id,
    version: definitionOf(id).version,
    by,
    ...(by === 'division' ? { level: query.level } : {}),
    asOf: (asOf ?? now).toISOString(),
    ...period,
    ...(compare ? { compare, before: before?.period ?? null } : {}),
    rows: by === 'division' ? [...figures].sort(lowestFirst) : figures,
    elsewhere: figure(rest, query, by === 'division' ? { elsewhere: query.level } : null),
    total: { ...figure(total, query, {}), ...changeOf(total, before?.total) },
  };
  return id === 'completion' ? withWorkload(client, scope, query, question, table) : table;
}

/** All that a question counts. Its rows hold every case once, but for those by person, and by division where part of the city is asked for. */
async function totalOf(
  client: Queryable,
  scope: Scope,
  question: Question,
  counts: ReadonlyMap<string, Fraction>,
): Promise<Fraction> {
  const { by, within } = question;
  const apart = by === 'person' || (by === 'division' && (within !== null || scopeParam(scope) !== null));
  if (apart) return (await readFacts(client, scope, { ...question, by: 'total' })).get('0') ?? NOTHING;
  return [...counts.values()].reduce(
    (sum, one) => ({
      numerator: sum.numerator + one.numerator,
      denominator: sum.denominator + one.denominator,
    }),
    NOTHING,
  );
}

async function questionOf(client: Queryable, query: KpiQuery): Promise<Question> {
  const { id, by, level, division, only, period, timeZone, now, asOf } = query;
  return {
    sums: indicatorOf(id),
    indicator: id,
    by,
    level: levelNumber(level),
    within: await withinDivision(client, division),
    only,
    period,
    timeZone,
    now,
    asOf,
  };
}

/** Lowest rate first; what has no case comes last. */
const lowestFirst = (a: Row, b: Row) => (a.value ?? 2) - (b.value ?? 2) || a.code.localeCompare(b.code, 'en');

function minus(total: Fraction, rows: readonly Fraction[]): Fraction {
  return {
    numerator: rows.reduce((left, row) => left - row.numerator, total.numerator),
    denominator: rows.reduce((left, row) => left - row.denominator, total.denominator),
  };
}

/** A fraction with the cases behind both its numbers. @param link null: they cannot be listed. */
function figure({ numerator, denominator }: Fraction, query: KpiQuery, link: Params | null) {
  const rate = rateOf(numerator, denominator);
  if (link === null) return { ...rate, href: null, numeratorHref: null };
  const { id, division, period, asOf, only } = query;
  const kept = Object.fromEntries(only.map(({ kind, code }) => [kind, code]));
  return { ...rate, ...kpiHrefs(id, { ...kept, division, ...period, asOf: asOf?.toISOString() ?? null, ...link }) };
}

/** What a list of cases takes to show those of a row. */
function linkOf({ by, period }: KpiQuery, { key, code }: Named): Params {
  if (by === 'division') return { division: Number(key) };
  if (by === 'category') return { categoryId: Number(key) };
  if (by === 'person') return { person: key };
  if (isKeyed(by)) return { [by]: code };
  return { ...clip(daysOf(by, key), period), hour: by === 'hour' ? key : null };
}

async function namesOf(
  client: Queryable,
  scope: Scope,
  { by, level, division, period }: KpiQuery,
  counts: ReadonlyMap<string, Fraction>,
): Promise<Named[]> {
  if (by === 'division') return listDivisionNames(client, scope, level, division);
  if (isKeyed(by)) return (await listNames(client, by)).filter(({ key }) => counts.has(key) || by === 'owner');
  const keys =
    isUnit(by) && period.from !== null && period.to !== null
      ? unitsBetween(by, period.from, period.to)
      : [...counts.keys()].sort();
  return keys.map((key) => ({ key, code: key, nameZh: key, nameEn: key }));
}

interface Before {
  period: { from: string; to: string };
  total: Fraction;
  of(key: string, row: number): Fraction;
}

/** The same of the period to compare with: rows of time by their order, others by their key. */
async function readBefore(
  client: Queryable,
  scope: Scope,
  { by, period, compare }: KpiQuery,
  question: Question,
): Promise<Before | null> {
  const { from, to } = period;
  if (compare === null || from === null || to === null) return null;
  const earlier = periodBefore(compare, from, to);
  const counts = await readFacts(client, scope, { ...question, period: earlier });
  const total = await totalOf(client, scope, { ...question, period: earlier }, counts);
  const units = isUnit(by) ? unitsBetween(by, earlier.from, earlier.to) : null;
  return { period: earlier, total, of: (key, row) => counts.get(units ? (units[row] ?? '') : key) ?? NOTHING };
}

/** The rate before, and by how much it has changed: of the value, not in percent of it. */
function changeOf(now: Fraction, before: Fraction | undefined) {
  if (!before) return {};
  const was = rateOf(before.numerator, before.denominator);
  const { value } = rateOf(now.numerator, now.denominator);
  return { before: was, change: value === null || was.value === null ? null : value - was.value };
}

/** The headline says beside its rate how many are open and overdue, and what was closed on each day. */
async function withWorkload(
  client: Queryable,
  scope: Scope,
  { by, level, period, now }: KpiQuery,
  question: Question,
  table: Bare<KpiTable>,
): Promise<Bare<KpiTable>> {
  if (by === 'day') {
    const sums = { numerator: ['closed_on'], denominator: [] } as const;
    const closed = await readFacts(client, scope, { ...question, sums });
    const told = (row: Row) => ({ day: row.key, ...spoken(row), closedOn: closed.get(row.key)?.numerator ?? 0 });
    return { ...table, rows: table.rows.map((row) => ({ ...row, ...told(row) })) };
  }
  if (by !== 'division') return table;
  const open = await openCounts(client, scope, levelNumber(level), question.within, period, now, question.timeZone);
  const sum = (key: keyof typeof NO_OPEN) => [...open.values()].reduce((n, counts) => n + counts[key], 0);
  const total = { open: sum('open'), overdue: sum('overdue') };
  const rows = table.rows.map((row) => ({ ...row, ...spoken(row), ...pick(open.get(Number(row.key)) ?? NO_OPEN) }));
  const left = (key: 'open' | 'overdue') => rows.reduce((n, row) => n - row[key], total[key]);
  return {
    ...table,
    rows,
    elsewhere: { ...table.elsewhere, ...spoken(table.elsewhere), open: left('open'), overdue: left('overdue') },
    total: { ...table.total, ...spoken(table.total), ...pick(total) },
  };
}

const NO_OPEN = { open: 0, overdue: 0 };
const pick = ({ open, overdue }: typeof NO_OPEN) => ({ open, overdue });
const spoken = ({ numerator, denominator }: Fraction) => ({ accepted: denominator, closed: numerator });

/** Periods that a table of time, or one by person, has when none is asked for. */
export function defaultPeriod(by: By, { from, to }: Period, today: string): Period {
  if (!isUnit(by) && by !== 'person') return { from, to };
  const last = to ?? today;
  return { from: from ?? (by === 'hour' ? last : addDays(last, -29)), to: last };
}
