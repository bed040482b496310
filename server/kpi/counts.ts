import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import { contributions, isOverdue, isYellow, tallyRelation } from '../cases/index.ts';
import type { Queryable } from '../db/index.ts';

export interface Counts {
  accepted: number;
  closed: number;
  /** Not filed, or void: accepted and ended without being closed. */
  ended: number;
}

export interface OpenCounts {
  open: number;
  overdue: number;
  yellow: number;
}

/** A division's id and its level's number; null: the whole city. */
export type Within = { id: number; level: number } | null;

/** Deepest level that the tally keeps. Below it (unit grids) the cases themselves are counted. */
const TALLY_DEPTH = 4;

const SUMS = `coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(closed), 0)::int as closed,
  coalesce(sum(ended), 0)::int as ended`;

const ZONE = '(select time_zone from city)';

/** Rows like the tally's, as they were at an instant in the past ($2), counted from the cases. */
const RECOUNTED_THEN = `(
  select coalesce(d.path[$1::int], 0) as division_id, (c.accepted_at at time zone ${ZONE})::date as day, 1 as accepted,
    (c.status = 'closed' and (c.closed_at is null or c.closed_at <= $2::timestamptz))::int as closed,
    (c.status in ('not_filed', 'void') and c.updated_at <= $2::timestamptz)::int as ended, 0 as closed_on
  from cases c left join division d on d.id = c.division_id where c.accepted_at <= $2::timestamptz)`;

/** The same as they are now, for levels that the tally does not keep. */
const RECOUNTED_NOW = `(
  select coalesce(d.path[$1::int], 0) as division_id, c.day, c.accepted, c.closed, c.ended, c.closed_on
  from (${contributions('cases')}) as c left join division d on d.id = c.division_id)`;

/** Relation t of one level's counts: the tally where it will do, else a recount. Parameters: $1 level, $2 asOf or null. */
function source(level: number, asOf: Date | null): string {
  if (asOf !== null) return `${RECOUNTED_THEN} as t`;
  // The statement must use $2 for its type to be known.
  return `(select * from ${level <= TALLY_DEPTH ? tallyRelation(1) : RECOUNTED_NOW} as s where $2::timestamptz is null) as t`;
}

/** Of all cases of a division accepted in a period. @param asOf null: now, from the tally. */
export async function sumCounts(
  client: Queryable,
  scope: Scope,
  within: Within,
  period: { from: string | null; to: string | null },
  asOf: Date | null = null,
): Promise<Counts> {
  const seen = scopeParam(scope);
  // A scope is a set of divisions: the finest level of the tally tells who sees what.
  const level = within?.level ?? (seen ? TALLY_DEPTH : 0);
  const { rows } = await client.query<Counts>(
    `select ${SUMS} from ${source(level, asOf)}
     where ($3::int is null or division_id = $3::int) and ($4::date is null or day >= $4::date)
       and ($5::date is null or day <= $5::date) and ${scopeCondition('division_id', 6)}`,
    [level, asOf, within?.id ?? null, period.from, period.to, seen],
  );
  return rows[0] ?? { accepted: 0, closed: 0, ended: 0 };
}

/** By division of a level; id 0 is what lies inside none of them. */
export async function countsByDivision(
  client: Queryable,
  scope: Scope,
  level: number,
  within: Within,
  period: { from: string | null; to: string | null },
  asOf: Date | null,
): Promise<Map<number, Counts>> {
  const { rows } = await client.query<Counts & { id: number }>(
    `select t.division_id as id, ${SUMS} from ${source(level, asOf)} left join division d on d.id = t.division_id
     where ($3::int is null or d.path[$4::int] = $3::int) and ($5::date is null or day >= $5::date)
       and ($6::date is null or day <= $6::date) and ${scopeCondition('t.division_id', 7)}
     group by t.division_id`,
    [level, asOf, within?.id ?? null, within?.level ?? 1, period.from, period.to, scopeParam(scope)],
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

/** By day of acceptance, with what was closed on each day. */
export async function countsByDay(
  client: Queryable,
  scope: Scope,
  within: Within,
  from: string,
  to: string,
): Promise<Map<string, Counts & { closedOn: number }>> {
  const seen = scopeParam(scope);
  const level = within?.level ?? (seen ? TALLY_DEPTH : 0);
  const { rows } = await client.query<Counts & { day: string; closedOn: number }>(
    `select day, ${SUMS}, coalesce(sum(closed_on), 0)::int as "closedOn" from ${source(level, null)}
     where ($3::int is null or division_id = $3::int) and day between $4::date and $5::date
       and ${scopeCondition('division_id', 6)} group by day`,
    [level, null, within?.id ?? null, from, to, seen],
  );
  return new Map(rows.map(({ day, ...counts }) => [day, counts]));
}

/** Open cases and their lights at an instant, exactly, from the cases. `level` 0: all in one row, under id 0. */
export async function openCounts(
  client: Queryable,
  scope: Scope,
  level: number,
  within: Within,
  period: { from: string | null; to: string | null },
  now: Date,
): Promise<Map<number, OpenCounts>> {
  const { rows } = await client.query<OpenCounts & { id: number }>(
    `select coalesce(d.path[$1::int], 0) as id, count(*)::int as open,
       (count(*) filter (where ${isOverdue('$2::timestamptz')}))::int as overdue,
       (count(*) filter (where ${isYellow('$2::timestamptz')}))::int as yellow
     from cases c left join division d on d.id = c.division_id
     where open and ($3::int is null or $3::int = any(d.path))
       and ($4::date is null or c.accepted_at >= $4::date::timestamp at time zone ${ZONE})
       and ($5::date is null or c.accepted_at < ($5::date + 1)::timestamp at time zone ${ZONE})
       and ${scopeCondition('c.division_id', 6)}
     group by 1`,
    [level, now, within?.id ?? null, period.from, period.to, scopeParam(scope)],
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}
