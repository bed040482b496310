import type { Knex } from 'knex';
import knexPostgis from 'knex-postgis';
import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import type { Bbox } from '../city/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { LEVELS, type Level } from '../api/shapes.ts';
import { isOverdue, isYellow } from './light.ts';
import { CASE_STATUSES, type CaseStatus } from './words.ts';

const postgis = knexPostgis(sqlBuilder);

/** Words for a status filter beside the statuses themselves. */
export const STATUS_GROUPS = ['all', 'accepted', 'open', 'overdue', 'yellow', 'not_located', 'outside'] as const;
export const STATUS_FILTERS = [...STATUS_GROUPS, ...CASE_STATUSES] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

export interface CaseFilter {
  division?: number;
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
}

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

function whereDivision(query: Knex.QueryBuilder, filter: CaseFilter): void {
  if (filter.division !== undefined) {
    query.whereRaw('c.division_id in (select id from division where ?::int = any(path))', [filter.division]);
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

/** Cases that match, seen through a scope: a builder `from cases c` without a select list. Never runs by itself. */
export function filterCases(scope: Scope, filter: CaseFilter, now: Date): Knex.QueryBuilder {
  const query = sqlBuilder('cases as c');
  const seen = scopeParam(scope);
  if (seen) query.whereRaw(scopeCondition('c.division_id', 1).replaceAll('$1', '?'), [seen, seen]);
  whereStatus(query, filter.status ?? 'all', now);
  whereDivision(query, filter);
  wherePeriod(query, filter);
  if (filter.category !== undefined) {
    query.whereRaw('c.category_id in (select id from category where code = ?)', [filter.category]);
  }
  if (filter.source !== undefined)
    query.whereRaw('c.source_id in (select id from source where key = ?)', [filter.source]);
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
