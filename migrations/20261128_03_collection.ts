import type { Knex } from 'knex';

/** Collectors' visits, what they propose of the address base, and what the data grid counts. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table place
      add column version int not null default 1,
      add column changed_at timestamptz not null default now(),
      add column visited_at timestamptz,
      add column retired_at timestamptz;
    comment on column place.version is 'moves with every change of the address or of what is counted there';
    comment on column place.visited_at is 'when a collector was last there';
    comment on column place.retired_at is 'no longer an address: nothing finds it, its records stay';
    create index place_collected on place (division_id) include (visited_at, people) where retired_at is null;

    create table visit (
      id uuid primary key,
      address text not null,
      collector text not null,
      visited_at timestamptz not null,
      received_at timestamptz not null,
      outcome text not null check (outcome in ('visited', 'nobody', 'not_found', 'demolished')),
      people int,
      houses int,
      units int,
      note text,
      base_version int,
      version int not null,
      counted boolean not null,
      content bytea not null
    );
    comment on table visit is 'collectors'' visits, in any order of arrival; only ever added to. id: made on the device';
    comment on column visit.address is 'code of the address, or id of a place without one; while it is only proposed, the id of the visit that proposed it';
    comment on column visit.base_version is 'of the address as the device knew it';
    comment on column visit.version is 'of the address behind this visit; counted: it changed what is counted there';
    comment on column visit.content is 'SHA-256 of what it says: the same id must not come with anything else';
    create index visit_address on visit (address, visited_at, id);

    create table address_proposal (
      id bigint generated always as identity primary key,
      visit_id uuid not null,
      kind text not null check (kind in ('new', 'move', 'rename', 'name', 'alias', 'retire')),
      address text not null,
      body jsonb not null,
      base_version int,
      division_id int not null default 0,
      proposed_at timestamptz not null,
      state text not null default 'waiting' check (state in ('waiting', 'accepted', 'rejected')),
      reviewer text,
      reason text,
      decided_at timestamptz,
      version int
    );
    comment on table address_proposal is 'what visits would change of the address base; a reviewer decides';
    comment on column address_proposal.version is 'of the address, once it is accepted';
    create index address_proposal_waiting on address_proposal (id) where state = 'waiting';
    create index address_proposal_visit on address_proposal (visit_id);
    create index address_proposal_address on address_proposal (address) where state = 'waiting';

    alter table record_text add column division_id int not null default 0;
    comment on column record_text.division_id is 'the finest division that its text names; 0: none that is one only';
    create index record_text_division on record_text (division_id) include (generation_id) where division_id > 0;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index record_text_division;
    alter table record_text drop column division_id;
    drop table address_proposal, visit;
    drop index place_collected;
    alter table place drop column version, drop column changed_at, drop column visited_at, drop column retired_at;
  `);
}
