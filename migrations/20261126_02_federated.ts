import type { Knex } from 'knex';

/** Cases that another platform runs: what is sent to it and what it sends back; and outlets that listen or read files. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table outlet drop constraint outlet_kind_check;
    alter table outlet add constraint outlet_kind_check
      check (kind in ('cloudevents', 'webhook', 'hotline', 'open311', 'mqtt'));

    alter table signal drop constraint signal_state_check;
    alter table signal add constraint signal_state_check
      check (state in ('received', 'cased', 'duplicate', 'waiting', 'refused', 'update'));
    comment on column signal.state is 'update: it tells of a case that its platform runs (case_update)';

    create table case_letter (
      id bigint generated always as identity primary key,
      case_id bigint not null,
      source_id int not null,
      type text not null,
      note text,
      data jsonb,
      at timestamptz not null,
      attempts smallint not null default 0,
      next_at timestamptz not null,
      sent_at timestamptz,
      dead_at timestamptz,
      error text
    );
    comment on table case_letter is 'what the platform that runs a case is told, in order of id';
    create index case_letter_waiting on case_letter (source_id, id) where sent_at is null and dead_at is null;
    create index case_letter_dead on case_letter (source_id) where dead_at is not null;

    create table case_update (
      outlet_id int not null,
      external_id text not null,
      id bigint generated always as identity unique,
      case_ref text not null,
      case_id bigint,
      sequence bigint,
      body jsonb not null,
      received_at timestamptz not null,
      next_at timestamptz not null,
      state text not null default 'waiting' check (state in ('waiting', 'conflict', 'applied', 'dropped')),
      reason text,
      done_at timestamptz,
      primary key (outlet_id, external_id)
    );
    comment on table case_update is 'what a platform says of a case that it runs; the signal of the same key has it as it came';
    comment on column case_update.sequence is 'its place among the updates of its case: a number, or the instant in ms';
    comment on column case_update.next_at is 'when to look at it again: one that came early becomes a conflict then';
    create index case_update_waiting on case_update (next_at) where state = 'waiting';
    create index case_update_conflict on case_update (id) where state = 'conflict';
    create index case_update_case on case_update (outlet_id, case_ref, sequence);

    create table case_photo (
      id bigint generated always as identity primary key,
      case_id bigint not null,
      outlet_id int not null,
      url text not null,
      kind text not null,
      attempts smallint not null default 0,
      next_at timestamptz not null,
      dead_at timestamptz,
      error text
    );
    comment on table case_photo is 'files of updates that are not fetched yet, and those that cannot be had';
    create index case_photo_waiting on case_photo (next_at) where dead_at is null;

    create table outlet_link (
      outlet_id int primary key,
      connected boolean not null,
      error text,
      at timestamptz not null
    );
    comment on table outlet_link is 'how the keeper stands with a broker or a folder';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table outlet_link, case_photo, case_update, case_letter;
    comment on column signal.state is null;
    delete from signal where state = 'update';
    alter table signal drop constraint signal_state_check;
    alter table signal add constraint signal_state_check
      check (state in ('received', 'cased', 'duplicate', 'waiting', 'refused'));
    alter table outlet drop constraint outlet_kind_check;
    alter table outlet add constraint outlet_kind_check check (kind in ('cloudevents', 'webhook', 'hotline', 'open311'));
  `);
}
