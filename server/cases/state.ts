import type { Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { STAGES, type CaseState, type Rules, type Stage } from './effects.ts';
import { WorkCalendar, type CalendarYear, type Limit } from './time/workCalendar.ts';
import type { LimitUnit } from './words.ts';
import { contributions, insertDeltas } from './tally.ts';
import { keepWas } from './was.ts';

type Flat = Omit<CaseState, 'limit'> & { limitValue: number | null; limitUnit: LimitUnit | null };

/** Columns of cases that steps change, with the state's key. */
const COLUMNS: readonly (readonly [column: string, type: string, key: keyof Flat])[] = [
  ['status', 'case_status', 'status'],
  ['asked', 'case_action', 'asked'],
  ['asked_at', 'timestamptz', 'askedAt'],
  ['department_id', 'int', 'departmentId'],
  ['assisting', 'int[]', 'assisting'],
  ['accepted_at', 'timestamptz', 'acceptedAt'],
  ['filed_at', 'timestamptz', 'filedAt'],
  ['dispatched_at', 'timestamptz', 'dispatchedAt'],
  ['handled_at', 'timestamptz', 'handledAt'],
  ['closed_at', 'timestamptz', 'closedAt'],
  ['verified_at', 'timestamptz', 'verifiedAt'],
  ['checked_at', 'timestamptz', 'checkedAt'],
  ['yellow_at', 'timestamptz', 'yellowAt'],
  ['due_at', 'timestamptz', 'dueAt'],
  ['limit_value', 'float8', 'limitValue'],
  ['limit_unit', 'limit_unit', 'limitUnit'],
  ['suspended_at', 'timestamptz', 'suspendedAt'],
  ['stage_since', 'timestamptz', 'stageSince'],
  ['stage_due_at', 'timestamptz', 'stageDueAt'],
  ['late_stages', 'smallint', 'lateStages'],
  ['extensions', 'smallint', 'extensions'],
  ['reworks', 'smallint', 'reworks'],
  ['returns', 'smallint', 'returns'],
  ['dispatches', 'smallint', 'dispatches'],
  ['redispatches', 'smallint', 'redispatches'],
  ['urges', 'smallint', 'urges'],
  ['escalation', 'smallint', 'escalation'],
  ['forced', 'boolean', 'forced'],
  ['appealed', 'boolean', 'appealed'],
  ['excluded', 'boolean', 'excluded'],
  ['satisfied', 'boolean', 'satisfied'],
  ['called_back_at', 'timestamptz', 'calledBackAt'],
  ['duplicate_of', 'bigint', 'duplicateOf'],
];
const SELECTED = COLUMNS.map(([column, , key]) => `c.${column} as "${key}"`).join(', ');
const ASSIGNED = COLUMNS.map(([column, type], i) => `${column} = $${i + 3}::${type}`).join(', ');

/** The limit that the city gives: the most exact row, else the category's hours of the 24 x 7 clock. */
const LIMIT = `left join lateral (
    select l.value, l.unit::text as unit from time_limit l
    where l.category_id = c.category_id and l.filing_condition in ('', c.filing_condition)
      and l.area_grade in (0, coalesce((select a.area_grade from division a
        where a.id = any(d.path) and a.area_grade <> 0 order by a.level desc limit 1), 0))
    order by l.filing_condition = '', l.area_grade = 0 limit 1
  ) as l on true`;

/** The platform that runs case c, by its name; null: we do. */
export const PLATFORM = `case when c.owner = 'federated' then (select name_zh || ' ' || name_en from source where id = c.source_id) end`;

/** A case with the log's head, locked, and the limits that hold for it. */
export interface LockedCase {
  state: CaseState;
  head: { seq: number; hash: Buffer | null };
  rules: Rules;
  /** The platform that runs it (null: we do), as its source is called. */
  platform: string | null;
}

interface Row extends Omit<Flat, 'duplicateOf'> {
  duplicateOf: string | null;
  platform: string | null;
  seq: number;
  hash: Buffer | null;
  cityValue: number | null;
  cityUnit: LimitUnit | null;
  zone: string;
  years: string;
  stages: string;
}

/** Locks a case until the transaction ends. @throws HekanError('not_found'). */
export async function lockCase(client: Queryable, caseId: number): Promise<LockedCase> {
  const { rows } = await client.query<Row>(
    `select ${SELECTED}, ${PLATFORM} as platform, s.seq::int as seq, s.hash,
       coalesce(l.value, g.limit_hours) as "cityValue", coalesce(l.unit, case when g.limit_hours is not null then 'urgent_hour' end) as "cityUnit",
       (select time_zone from city) as zone,
       (select coalesce(json_agg(json_build_object('year', year, 'hours', hours, 'daysOff', days_off, 'makeUpDays', make_up_days)
         order by year), '[]')::text from work_calendar) as years,
       (select coalesce(json_object_agg(stage, json_build_object('value', value, 'unit', unit) order by stage), '{}')::text
         from stage_limit) as stages
     from cases c join category g on g.id = c.category_id left join division d on d.id = c.division_id ${LIMIT}
       cross join lateral (select seq, hash from step where case_id = c.id order by seq desc limit 1) as s
     where c.id = $1::bigint for update of c`,
    [caseId],
  );
  const row = rows[0];
  if (!row) throw new HekanError('not_found', `no case with id ${caseId}`, { field: 'id', given: String(caseId) });
  return toLocked(row);
}

function toLocked(row: Row): LockedCase {
  const { seq, hash, platform, cityValue, cityUnit, zone, years, stages, limitValue, limitUnit, duplicateOf, ...rest } =
    row;
  const given = toLimit(cityValue, cityUnit);
  return {
    state: {
      ...rest,
      duplicateOf: duplicateOf === null ? null : Number(duplicateOf),
      // A case that came in with a deadline but no limit is extended by its category's.
      limit: toLimit(limitValue, limitUnit) ?? (rest.dueAt ? given : null),
    },
    head: { seq, hash },
    platform,
    rules: { calendar: calendarOf(zone, years), limit: given, stages: stagesOf(stages) },
  };
}

const toLimit = (value: number | null, unit: LimitUnit | null): Limit | null =>
  value === null || unit === null ? null : { value, unit };

function stagesOf(text: string): Map<Stage, Limit> {
  const given = JSON.parse(text) as Partial<Record<Stage, Limit>>;
  return new Map((Object.keys(STAGES) as Stage[]).flatMap((stage) => (given[stage] ? [[stage, given[stage]]] : [])));
}

let known: { zone: string; years: string; calendar: WorkCalendar } | null = null;

/** Reads the calendar's text once, for as long as it stays the same. */
export function calendarOf(zone: string, years: string): WorkCalendar {
  if (known?.zone !== zone || known.years !== years)
    known = { zone, years, calendar: new WorkCalendar(zone, JSON.parse(years) as CalendarYear[]) };
  return known.calendar;
}

/** Writes what a step made of a case, and what that adds to the counts, in one statement. */
export async function writeState(client: Queryable, caseId: number, at: Date, state: CaseState): Promise<void> {
  const flat: Flat = { ...state, limitValue: state.limit?.value ?? null, limitUnit: state.limit?.unit ?? null };
  await changeCase(client, `${ASSIGNED}, updated_at = $2::timestamptz`, [
    caseId,
    at,
    ...COLUMNS.map(([, , key]) => flat[key]),
  ]);
}

/** Changes one case, and moves what it adds to the counts. @param assigned SET of the update. @param params the case's id first. */
export async function changeCase(client: Queryable, assigned: string, params: unknown[]): Promise<void> {
  await client.query(
    `with old as (select * from cases where id = $1::bigint),
     moved as (update cases set ${assigned} where id = $1::bigint returning *),
     ${keepWas('moved')}
     ${insertDeltas(`${contributions('old', -1)} union all ${contributions('moved')}`)}`,
    params,
  );
}
