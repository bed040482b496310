import type { Knex } from 'knex';
import knexPostgis from 'knex-postgis';
import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import type { Bbox } from '../city/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { LEVELS, type Level } from '../api/shapes.ts';
import { casesAt } from './casesAt.ts';
import { isOverdue, isYellow } from './light.ts';
import { indicatorOf, measureOf, personOf, type IndicatorId } from './measures.ts';
import { CASE_STATUSES, type CaseStatus } from './words.ts';

const postgis = knexPostgis(sqlBuilder);

/** Words for a status filter beside the statuses themselves. */
export const STATUS_GROUPS = ['all', 'accepted', 'open', 'overdue', 'yellow', 'not_located', 'outside'] as const;
export const STATUS_FILTERS = [...STATUS_GROUPS, ...CASE_STATUSES] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

export interface CaseFilter {
  division?: number;
  /** Of `division`: all that lie in it, itself among them, where they were looked up. The planner then knows how many cases they hold. */
  divisionIds?: readonly number[];
  /** Cases inside no division of this level. */
  elsewhere?: Level;
  status?: StatusFilter;
  /** Category code. */
  category?: string;
  /** Source key. */
  source?: string;
  /** Days in the city's zone, both included, of acceptance (or of closing, by = 'closed'). */
  from?: string;
  to?: string;
  by?: 'accepted' | 'closed';
  bbox?: Bbox;
  /** In case number, address or description. */
  q?: string;
  categoryId?: number;
  /** Department key; '': none. */
  department?: string;
  owner?: 'hosted' | 'federated';
  /** The cases behind an indicator's figure: from and to are then of its cohort. */
  kpi?: IndicatorId;
  part?: KpiPart;
  /** Beginning of an hour in the city's zone, YYYY-MM-DDTHH, of the cohort. */
  hour?: string;
  /** Whose work it was; '': nobody's yet. */
  person?: string;
  /** The cases of the figure as they were then. */
  asOf?: Date;
}

export const KPI_PARTS = ['numerator', 'denominator'] as const;
export type KpiPart = (typeof KPI_PARTS)[number];

const ZONE = '(select time_zone from city)';

function whereStatus(query: Knex.QueryBuilder, status: StatusFilter, now: Date): void {
  switch (status) {
    case 'all':
      return;
    case 'accepted':
      query.whereNotNull('c.accepted_at');
      return;
    case 'open':
      query.whereRaw('c.open');
      return;
    case 'overdue':
      query.whereRaw(isOverdue('?::timestamptz'), [now]);
      return;
    case 'yellow':
      query.whereRaw(isYellow('?::timestamptz'), [now, now]);
      return;
    case 'not_located':
      query.whereNull('c.geom');
      return;
    case 'outside':
      query.whereNotNull('c.geom').where('c.division_id', 0);
      return;
    case 'closed':
      query.where('c.status', 'closed').whereNotNull('c.accepted_at');
      return;
    default:
      query.where('c.status', status satisfies CaseStatus);
  }
}

/** Divisions and keys are looked up first: the index of open cases then answers, without a join that reads every case. */
function whereDivision(query: Knex.QueryBuilder, filter: CaseFilter): void {
  if (filter.divisionIds !== undefined) {
    query.whereRaw('c.division_id = any(?::int[])', [filter.divisionIds as unknown as Knex.RawBinding]);
  } else if (filter.division !== undefined) {
    query.whereRaw('c.division_id = any(array(select id from division where ?::int = any(path)))', [filter.division]);
  }
  if (filter.elsewhere !== undefined) {
    const level = LEVELS.indexOf(filter.elsewhere) + 1;
    query.whereRaw('c.division_id not in (select id from division where path[?::int] is not null)', [level]);
  }
}

function wherePeriod(query: Knex.QueryBuilder, filter: CaseFilter): void {
  const column = filter.by === 'closed' ? 'c.closed_at' : 'c.accepted_at';
  if (filter.from !== undefined) query.whereRaw(`${column} >= ?::date::timestamp at time zone ${ZONE}`, [filter.from]);
  if (filter.to !== undefined) query.whereRaw(`${column} < (?::date + 1)::timestamp at time zone ${ZONE}`, [filter.to]);
}

/** The cases that a part of an indicator counts, by the measures that the tally is made of. */
function whereKpi(query: Knex.QueryBuilder, kpi: IndicatorId, filter: CaseFilter, now: Date): void {
  const bindings: unknown[] = [];
  const parts = indicatorOf(kpi)[filter.part ?? 'denominator'].map((name) => {
    const { at, when, pending } = measureOf(name);
    const all = [when, `c.${at} is not null`];
    const bound = (sql: string, value: unknown) => {
      all.push(`c.${at} ${sql}`);
      bindings.push(value);
    };
    if (filter.from !== undefined) bound(`>= ?::date::timestamp at time zone ${ZONE}`, filter.from);
    if (filter.to !== undefined) bound(`< (?::date + 1)::timestamp at time zone ${ZONE}`, filter.to);
    if (filter.hour !== undefined) {
      all.push(`date_trunc('hour', c.${at} at time zone ${ZONE}) = ?::timestamp`);
      bindings.push(`${filter.hour}:00`);
    }
    if (pending) bound('< ?::timestamptz', filter.asOf ?? now);
    return `(${all.join(' and ')})`;
  });
  const counted = parts.join(' or ');
  if (filter.asOf === undefined) query.whereRaw(`(${counted})`, bindings as Knex.RawBinding[]);
  else {
    const then = casesAt('?::timestamptz');
    const instants = Array<Date>(then.split('?').length - 1).fill(filter.asOf);
    query.whereRaw(`c.id in (select id from ${then} as c where ${counted})`, [
      ...instants,
      ...bindings,
    ] as Knex.RawBinding[]);
  }
  if (filter.person !== undefined) query.whereRaw(`${personOf(kpi)} = ?`, [filter.person]);
}

function whereKeys(query: Knex.QueryBuilder, filter: CaseFilter): void {
  if (filter.category !== undefined)
    query.whereRaw('c.category_id = any(array(select id from category where code = ?))', [filter.category]);
  if (filter.categoryId !== undefined) query.where('c.category_id', filter.categoryId);
  if (filter.source !== undefined)
    query.whereRaw('c.source_id = (select id from source where key = ?)', [filter.source]);
  if (filter.department === '') query.whereNull('c.department_id');
  else if (filter.department !== undefined)
    query.whereRaw('c.department_id = (select id from department where key = ?)', [filter.department]);
  if (filter.owner !== undefined) query.where('c.owner', filter.owner);
}

/** Cases that match, seen through a scope: a builder `from cases c` without a select list. Never runs by itself. */
export function filterCases(scope: Scope, filter: CaseFilter, now: Date): Knex.QueryBuilder {
  const query = sqlBuilder('cases as c');
  const seen = scopeParam(scope);
  if (seen) query.whereRaw(scopeCondition('c.division_id', 1).replaceAll('$1', '?'), [seen, seen]);
  whereStatus(query, filter.status ?? 'all', now);
  whereDivision(query, filter);
  if (filter.kpi === undefined) wherePeriod(query, filter);
  else whereKpi(query, filter.kpi, filter, now);
  whereKeys(query, filter);
  if (filter.bbox) {
    const [west, south, east, north] = filter.bbox;
    query.where(postgis.boundingBoxIntersects('c.geom', postgis.makeEnvelope(west, south, east, north, 4326)));
  }
  if (filter.q !== undefined) {
    const like = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
    query.where((either) => {
      either.whereRaw('c.case_no ilike ?', [like]).orWhereRaw('c.address ilike ?', [like]);
      either.orWhereRaw('c.description ilike ?', [like]);
    });
  }
  return query;
}
