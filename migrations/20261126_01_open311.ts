import type { Knex } from 'knex';

/** Open311 outlets: their tokens and when they changed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table outlet drop constraint outlet_kind_check;
    alter table outlet add constraint outlet_kind_check check (kind in ('cloudevents', 'webhook', 'hotline', 'open311'));
    alter table outlet add column changed_at timestamptz not null default now();

    create index signal_token on signal (receipt) where content_type = 'application/x-www-form-urlencoded';
    create index signal_flagged on signal (outlet_id) where flags <> '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index signal_flagged, signal_token;
    alter table outlet drop column changed_at;
    alter table outlet drop constraint outlet_kind_check;
    alter table outlet add constraint outlet_kind_check check (kind in ('cloudevents', 'webhook', 'hotline'));
  `);
}
