import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import {
  CASE_KEYS,
  casesAt,
  indicatorOf,
  measureNumber,
  MEASURES,
  type IndicatorId,
  type MeasureName,
} from '../cases/index.ts';
import { levelNumber } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import { NOTHING, type Fraction } from './counts.ts';
import { addDays } from './days.ts';

/** By what a report tells cases apart. */
export const CUTS = ['total', 'district', 'street', 'department', 'source', 'owner', 'category'] as const;
export type Cut = (typeof CUTS)[number];

/** The cut's key of a counted row c whose division is d. 0: none. */
const KEYS: Record<Cut, string> = {
  total: '0',
  district: `coalesce(d.path[${levelNumber('district')}], 0)`,
  street: `coalesce(d.path[${levelNumber('street')}], 0)`,
  department: 'c.department_id',
  source: 'c.source_id',
  owner: 'c.owner',
  category: 'c.category_id',
};

const ZONE = '(select time_zone from city)';
const INSTANTS = [...new Set(MEASURES.map(({ at }) => at))];

/** How often each measure counts in a period, by cut and key. */
export class PeriodCounts {
  readonly #counts = new Map<string, number[]>();

  add(cut: Cut, key: string, measure: number, n: number): void {
    const id = `${cut} ${key}`;
    const counts = this.#counts.get(id) ?? [];
    counts[measure] = (counts[measure] ?? 0) + n;
    this.#counts.set(id, counts);
  }

  count(cut: Cut, key: string, ...names: readonly MeasureName[]): number {
    const counts = this.#counts.get(`${cut} ${key}`);
    return counts ? names.reduce((sum, name) => sum + (counts[measureNumber(name)] ?? 0), 0) : 0;
  }

  fraction(cut: Cut, key: string, id: IndicatorId): Fraction {
    if (!this.#counts.has(`${cut} ${key}`)) return NOTHING;
    const { numerator, denominator } = indicatorOf(id);
    return {
      numerator: this.count(cut, key, ...numerator),
      denominator: this.count(cut, key, ...denominator),
    };
  }
}

/**
 * Every measure of a period by every cut, in one pass over the cases as they were at an instant: what sixteen indicators by seven cuts
 * would otherwise each recount. Gives the figures of readFacts with the same period and asOf.
 * @param period first and last day, in the zone of the city.
 */
export async function countPeriod(
  client: Queryable,
  scope: Scope,
  period: { from: string; to: string },
  asOf: Date,
): Promise<PeriodCounts> {
  const within = (at: string) => `${at} >= p.first and ${at} < p.past`;
  const measures = MEASURES.map((measure, i) => {
    const pending = 'pending' in measure ? ' and c.' + measure.at + ' < $3::timestamptz' : '';
    return `(${i}, c.${measure.at}, (${measure.when})${pending})`;
  });
  const { rows } = await client.query<{ measure: number; cut: number; key: string; n: number }>(
    `with p as (select $1::timestamp at time zone ${ZONE} as first, $2::timestamp at time zone ${ZONE} as past),
     counted as (
       select ${CASE_KEYS}, m.measure, count(*) as n
       from p cross join ${casesAt('$3::timestamptz')} as c cross join lateral (values ${measures.join(', ')}) as m (measure, at, counts)
       where ${scopeCondition('c.division_id', 4)} and (${INSTANTS.map((at) => within(`c.${at}`)).join(' or ')})
         and m.counts and ${within('m.at')}
       group by 1, 2, 3, 4, 5, 6)
     select c.measure, l.cut, (case l.cut ${CUTS.map((cut, i) => `when ${i} then ${KEYS[cut]}`).join(' ')} end)::text as key, sum(c.n)::int as n
     from counted c left join division d on d.id = c.division_id cross join (values ${CUTS.map((_, i) => `(${i})`).join(', ')}) as l (cut)
     group by 1, 2, 3`,
    [period.from, addDays(period.to, 1), asOf, scopeParam(scope)],
  );
  const counts = new PeriodCounts();
  for (const { measure, cut, key, n } of rows) counts.add(CUTS[cut]!, key, measure, n);
  return counts;
}
