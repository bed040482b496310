import type { Knex } from 'knex';

/** The queue of each outlet in its own order; requests byte by byte where their signals do not give them back, and their bad lines. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index signal_received;
    create index signal_received on signal (outlet_id, received_at, external_id) where state = 'received';

    alter table signal add request uuid;
    comment on column signal.request is 'the request that brought it, where its bytes are kept beside it';
    alter table signal add bytes text check (bytes in ('raw', 'data'));
    comment on column signal.bytes is 'what the bytes of its request are the JSON of, exactly: raw itself, or its data; null: neither';

    create table signal_request (
      outlet_id int not null,
      request uuid not null,
      part int not null,
      content_type text not null,
      received_at timestamptz not null,
      body bytea not null,
      primary key (outlet_id, request, part)
    );
    comment on table signal_request is 'bytes of a request as they came: its parts in order';

    create table signal_reject (
      outlet_id int not null,
      request uuid not null,
      line int not null,
      reason text not null,
      field text not null,
      value text not null,
      raw text not null,
      primary key (outlet_id, request, line)
    );
    comment on table signal_reject is 'lines of a request that became no signal';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table signal_reject, signal_request;
    alter table signal drop column request, drop column bytes;
    drop index signal_received;
    create index signal_received on signal (received_at) where state = 'received';
  `);
}
