import type { Scope } from '../access/index.ts';
import type { Bare, KpiByDay, KpiByDivision, Level } from '../api/shapes.ts';
import { levelNumber, listDivisions, readDivision, toRef } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import {
  countsByDay,
  countsByDivision,
  openCounts,
  sumCounts,
  type Counts,
  type OpenCounts,
  type Within,
} from './counts.ts';
import { addDays, daysBetween } from './days.ts';
import { formatPercent, rateOf } from './rate.ts';

const VERSION = 1;

export interface Period {
  from: string | null;
  to: string | null;
}

/** A division as the counts take it. @throws HekanError('not_found'). */
export async function withinDivision(client: Queryable, id: number | null): Promise<Within> {
  if (id === null) return null;
  const division = await readDivision(client, id);
  return { id, level: levelNumber(division.level) };
}

/** Where the cases behind a figure are listed. */
export function casesHref(params: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) query.set(key, String(value));
  }
  return `/api/cases?${query.toString()}`;
}

const NONE: Counts = { accepted: 0, closed: 0, ended: 0 };
const NO_OPEN: OpenCounts = { open: 0, overdue: 0, yellow: 0 };

function row(counts: Counts, open: OpenCounts, href: string) {
  const { value, percent } = rateOf(counts.closed, counts.accepted);
  return {
    accepted: counts.accepted,
    closed: counts.closed,
    open: open.open,
    overdue: open.overdue,
    value,
    percent,
    href,
  };
}

/**
 * Completion rate of each division of a level.
 * @param parent only those inside this division.
 * @param asOf null: now. A past instant is recounted from the cases; open and overdue are of cases open now.
 */
export async function completionByDivision(
  client: Queryable,
  scope: Scope,
  query: { level: Level; parent: number | null; period: Period; now: Date; asOf: Date | null },
): Promise<Bare<KpiByDivision>> {
  const { level, parent, period, now, asOf } = query;
  const within = await withinDivision(client, parent);
  const number = levelNumber(level);
  const divisions = await listDivisions(client, level, parent);
  const counts = await countsByDivision(client, scope, number, within, period, asOf);
  const open = await openCounts(client, scope, number, within, period, now);
  const rows = divisions.map((division) => ({
    division: toRef(division),
    ...row(
      counts.get(division.id) ?? NONE,
      open.get(division.id) ?? NO_OPEN,
      casesHref({ status: 'accepted', division: division.id, ...period }),
    ),
  }));
  rows.sort((a, b) => (a.value ?? 2) - (b.value ?? 2) || a.division.code.localeCompare(b.division.code, 'en'));
  const total = await sumCounts(client, scope, within, period, asOf);
  const totalOpen = (await openCounts(client, scope, 0, within, period, now)).get(0) ?? NO_OPEN;
  const sum = (key: 'accepted' | 'closed' | 'open' | 'overdue') => rows.reduce((n, r) => n + r[key], 0);
  const elsewhere = { accepted: total.accepted - sum('accepted'), closed: total.closed - sum('closed'), ended: 0 };
  const elsewhereOpen = { ...NO_OPEN, open: totalOpen.open - sum('open'), overdue: totalOpen.overdue - sum('overdue') };
  return {
    id: 'completion',
    version: VERSION,
    by: 'division',
    level,
    asOf: (asOf ?? now).toISOString(),
    ...period,
    rows,
    elsewhere: row(
      elsewhere,
      elsewhereOpen,
      casesHref({ status: 'accepted', division: parent, elsewhere: level, ...period }),
    ),
    total: row(total, totalOpen, casesHref({ status: 'accepted', division: parent, ...period })),
  };
}

/** Completion rate by day of acceptance, one row a day. */
export async function completionByDay(
  client: Queryable,
  scope: Scope,
  query: { division: number | null; from: string; to: string; now: Date },
): Promise<Bare<KpiByDay>> {
  const { from, to, now } = query;
  const within = await withinDivision(client, query.division);
  const counts = await countsByDay(client, scope, within, from, to);
  const rows = Array.from({ length: daysBetween(from, to) }, (_, i) => {
    const day = addDays(from, i);
    const { accepted, closed, closedOn } = counts.get(day) ?? { ...NONE, closedOn: 0 };
    return { day, accepted, closed, closedOn, percent: formatPercent(closed, accepted) };
  });
  return { id: 'completion', version: VERSION, by: 'day', asOf: now.toISOString(), from, to, rows };
}
