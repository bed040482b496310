import type { Knex } from 'knex';

/** The whole workflow: what is asked for and approved, limits of the working calendar, stages, the chained log and its seals. */
export async function up(knex: Knex): Promise<void> {
  for (const action of ACTIONS) await knex.raw(`alter type case_action add value if not exists '${action}'`);
  await knex.raw(`
    create type limit_unit as enum ('working_hour', 'working_day', 'calendar_day', 'urgent_hour');

    create table work_calendar (
      year int primary key,
      hours text[] not null,
      days_off date[] not null,
      make_up_days date[] not null
    );
    comment on table work_calendar is 'hours: HH:MM-HH:MM of a working day, in the city''s zone; days_off: holidays beside Saturdays and Sundays; make_up_days: Saturdays and Sundays on which people work';

    create table time_limit (
      category_id int not null,
      filing_condition text not null default '',
      area_grade smallint not null default 0,
      value double precision not null check (value > 0),
      unit limit_unit not null,
      primary key (category_id, filing_condition, area_grade)
    );
    comment on table time_limit is 'filing_condition '''' and area_grade 0: any. The most exact row counts; without one, category.limit_hours of the 24 x 7 clock';

    create table stage_limit (
      stage text primary key check (stage in ('verify', 'filing', 'dispatch', 'check')),
      value double precision not null check (value > 0),
      unit limit_unit not null
    );

    create table escalation_rule (
      level smallint primary key check (level between 1 and 9),
      overdue_hours double precision not null check (overdue_hours >= 0)
    );
    comment on table escalation_rule is 'an open case is escalated to a level so many hours (24 x 7) after its deadline';

    alter table division add column area_grade smallint not null default 0;

    alter table cases
      add column filing_condition text not null default '',
      add column limit_value double precision,
      add column limit_unit limit_unit,
      add column asked case_action,
      add column asked_at timestamptz,
      add column suspended_at timestamptz,
      add column stage_since timestamptz,
      add column stage_due_at timestamptz,
      add column verified_at timestamptz,
      add column checked_at timestamptz,
      add column late_stages smallint not null default 0,
      add column extensions smallint not null default 0,
      add column returns smallint not null default 0,
      add column dispatches smallint not null default 0,
      add column redispatches smallint not null default 0,
      add column urges smallint not null default 0,
      add column escalation smallint not null default 0,
      add column priority smallint not null default 0,
      add column assisting int[] not null default '{}',
      add column forced boolean not null default false,
      add column appealed boolean not null default false,
      add column excluded boolean not null default false,
      add column satisfied boolean,
      add column called_back_at timestamptz,
      add column duplicate_of bigint,
      add column owner text not null default 'hosted' check (owner in ('hosted', 'federated'));
    comment on column cases.asked is 'what waits for an approval: extend, return, suspend, void, handle_on_spot (its audit) or appeal';
    comment on column cases.late_stages is 'stages that ended after their limit: 1 verify, 2 filing, 4 dispatch, 8 check';
    comment on column cases.redispatches is 'dispatches to another department than the one before';
    comment on column cases.excluded is 'left out of scores: an appeal was upheld';
    create index cases_asked on cases (asked_at) where asked is not null;
    create index cases_open_department on cases (department_id, due_at) where open;
    create index cases_duplicate_of on cases (duplicate_of) where duplicate_of is not null;
    create index cases_stage_due on cases (stage_due_at) where stage_due_at is not null;

    alter table step
      add column used_ms bigint,
      add column late boolean,
      add column data jsonb,
      add column hash bytea;
    comment on column step.used_ms is 'time that the stage before took, of the clock of its limit; null where it has none';
    comment on column step.hash is 'SHA-256 over the hash of the step before and this step, encoded as docs/log.md says';

    create table unsealed (
      case_id bigint not null,
      seq smallint not null,
      hash bytea not null,
      primary key (case_id, seq)
    );
    comment on table unsealed is 'heads of logs that changed since the last seal';

    create table seal (
      id bigint primary key,
      at timestamptz not null,
      heads int not null,
      hash bytea not null
    );
    comment on table seal is 'a chain: hash is SHA-256 over the hash of the seal before and the heads of this one, in order of case';

    create table seal_head (
      seal_id bigint not null,
      case_id bigint not null,
      seq smallint not null,
      hash bytea not null,
      primary key (seal_id, case_id)
    );
    create index seal_head_case on seal_head (case_id, seq);
  `);
}

const ACTIONS = [
  'ask_extend',
  'ask_return',
  'ask_suspend',
  'ask_void',
  'refuse',
  'force_close',
  'audit_pass',
  'audit_fail',
  'uphold_appeal',
  'dismiss_appeal',
  'call_back',
  'escalate',
  'merge',
  'release',
  'correct',
] as const;

/** The actions themselves stay: PostgreSQL takes no value out of an enum. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`drop table seal_head, seal, unsealed, escalation_rule, stage_limit, time_limit, work_calendar;
    alter table step drop column used_ms, drop column late, drop column data, drop column hash;
    alter table division drop column area_grade;
    alter table cases ${CASE_COLUMNS.map((name) => `drop column ${name}`).join(', ')};
    drop type limit_unit`);
}

const CASE_COLUMNS = [
  'filing_condition',
  'limit_value',
  'limit_unit',
  'asked',
  'asked_at',
  'suspended_at',
  'stage_since',
  'stage_due_at',
  'verified_at',
  'checked_at',
  'late_stages',
  'extensions',
  'returns',
  'dispatches',
  'redispatches',
  'urges',
  'escalation',
  'priority',
  'assisting',
  'forced',
  'appealed',
  'excluded',
  'satisfied',
  'called_back_at',
  'duplicate_of',
  'owner',
];
