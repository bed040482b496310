import type { Knex } from 'knex';

/** Writers append to outbox; the relay alone moves committed rows to event and gives them a gapless seq. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table outbox (
      id bigint generated always as identity primary key,
      topic text not null check (topic in ('case', 'data')),
      body jsonb not null,
      at timestamptz not null default now()
    );

    create table event (
      seq bigint primary key,
      topic text not null,
      body jsonb not null,
      at timestamptz not null
    );

    create table layer_version (
      layer text primary key,
      seq bigint not null
    );
    comment on table layer_version is 'the newest seq that changed a tile layer: what an ETag says';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table layer_version, event, outbox');
}
