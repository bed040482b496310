import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import { isLate, isNearlyLate } from '../cases/index.ts';
import type { Queryable } from '../db/index.ts';
import { factsQuery, type Period, type Question, type Within } from './facts.ts';

export interface Fraction {
  numerator: number;
  denominator: number;
}
export const NOTHING: Fraction = { numerator: 0, denominator: 0 };

export interface OpenCounts {
  open: number;
  overdue: number;
  yellow: number;
}

/** The fractions that answer a question, by key: a division's or another id, a name, or the beginning of a time. */
export async function readFacts(client: Queryable, scope: Scope, question: Question): Promise<Map<string, Fraction>> {
  const { text, params } = factsQuery(scope, question);
  const { rows } = await client.query<{ key: string | number; n: number; d: number }>(text, params);
  return new Map(rows.map(({ key, n, d }) => [String(key), { numerator: n, denominator: d }]));
}

/** Open cases and their lights at an instant, exactly, from the cases. `level` 0: all in one row, under id 0.
 * @param timeZone of the city. */
export async function openCounts(
  client: Queryable,
  scope: Scope,
  level: number,
  within: Within,
  period: Period,
  now: Date,
  timeZone: string,
): Promise<Map<number, OpenCounts>> {
  const { rows } = await client.query<OpenCounts & { id: number }>(
    `select coalesce(d.path[$1::int], 0) as id, sum(open)::int as open, sum(overdue)::int as overdue, sum(yellow)::int as yellow
     from (
       select c.division_id, count(*) as open, count(*) filter (where ${isLate('$2::timestamptz')}) as overdue,
         count(*) filter (where ${isNearlyLate('$2::timestamptz')}) as yellow
       from cases c
       where open and ${within ? 'c.division_id = any(array(select id from division where $3::int = any(path)))' : '$3::int is null'}
         and ($4::date is null or c.accepted_at >= $4::date::timestamp at time zone $7::text)
         and ($5::date is null or c.accepted_at < ($5::date + 1)::timestamp at time zone $7::text)
         and ${scopeCondition('c.division_id', 6)}
       group by 1
     ) as c left join division d on d.id = c.division_id
     group by 1`,
    [level, now, within?.id ?? null, period.from, period.to, scopeParam(scope), timeZone],
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}
