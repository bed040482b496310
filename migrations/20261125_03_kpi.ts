import type { Knex } from 'knex';

const MEASURES = [
  ...['reported', 'filed', 'duplicates', 'accepted', 'closed', 'ended', 'closed_on', 'closed_live', 'closed_in_time'],
  ...['closed_dispatched', 'closed_accurate', 'open_due', 'handled', 'handled_in_time', 'handled_late'],
  ...['handled_reworked', 'unhandled_due', 'unhandled_reworked', 'verify_ended', 'verify_in_time', 'verify_due'],
  ...['filing_ended', 'filing_in_time', 'filing_due', 'dispatched', 'returned', 'dispatch_ended', 'dispatch_in_time'],
  ...['dispatch_due', 'check_ended', 'check_in_time', 'check_due', 'called_back', 'satisfied'],
];

/**
 * Every indicator's counts, by division, category, source, department and owner, by hour, day and month. Counts are not carried over:
 * cases are counted anew when the schema has been brought up.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table tally_delta, tally;

    create table tally (
      kind smallint not null,
      grain smallint not null,
      level smallint not null,
      start timestamp not null,
      division_id int not null,
      key int not null,
      ${MEASURES.map((name) => `${name} int not null default 0`).join(', ')},
      primary key (kind, grain, level, start, division_id, key)
    );
    comment on table tally is 'kind: 0 all, 1 category, 2 source, 3 department, 4 owner, whose id is the key. grain: 0 hour, 1 day, 2 month, that begins at start in the city''s zone. Level 0 is everything, under division 0; division 0 elsewhere: inside none of the level';

    create table tally_delta (
      id bigint generated always as identity primary key,
      hour timestamp not null,
      division_id int not null,
      category_id int not null,
      source_id int not null,
      department_id int not null,
      owner int not null,
      measure smallint not null,
      n int not null
    );
    comment on table tally_delta is 'not yet folded into tally';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table tally_delta, tally;
    create table tally (
      level smallint not null, division_id int not null, day date not null, accepted bigint not null default 0,
      closed bigint not null default 0, ended bigint not null default 0, closed_on bigint not null default 0,
      primary key (level, division_id, day)
    );
    create table tally_delta (
      id bigint generated always as identity primary key, division_id int not null, day date not null,
      accepted int not null default 0, closed int not null default 0, ended int not null default 0,
      closed_on int not null default 0
    );
  `);
}
