import type { Knex } from 'knex';

/**
 * Figures of ten million cases at the speed of a page: a division's rows of the tally stand together, and so do a division's open cases.
 * What a case was before a change of its deadline, department, division or category is kept: an instant in the past is told by what
 * was known then.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index tally_division on tally (kind, grain, level, division_id, start);
    create index cases_open_division on cases (division_id, due_at, id)
      include (status, yellow_at, accepted_at, category_id, source_id, department_id) where open;

    create table case_was (
      case_id bigint not null,
      id bigint generated always as identity,
      until timestamptz not null,
      due_at timestamptz,
      stage_due_at timestamptz,
      division_id int not null,
      category_id int not null,
      source_id int not null,
      department_id int,
      redispatches smallint not null,
      primary key (case_id, id)
    );
    create table score_scheme (
      key text not null,
      version int not null,
      body jsonb not null,
      primary key (key, version)
    );
    comment on table score_scheme is 'weights and bounds of grades; a change is a new version';

    comment on table case_was is 'what a case was until one of these changed; the log has the rest';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table score_scheme, case_was; drop index cases_open_division; drop index tally_division');
}
