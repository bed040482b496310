import type { Knex } from 'knex';

/**
 * Month's end: the figures of each month as they were known when it had settled, signed and chained. Rows are written once; what comes
 * later is an adjustment, counted when it is asked for.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table kpi_snapshot (
      month text primary key check (month ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])$'),
      n int not null unique,
      as_of timestamptz not null,
      taken_at timestamptz not null,
      time_zone text not null,
      demonstration boolean not null,
      definitions jsonb not null,
      seal_id bigint,
      seal_hash bytea,
      row_count int not null,
      before bytea not null,
      hash bytea not null,
      key_id text not null,
      signature bytea not null
    );
    comment on table kpi_snapshot is 'months that have ended, signed: docs/snapshots.md';
    comment on column kpi_snapshot.n is 'place in the chain';

    create table kpi_snapshot_row (
      month text not null,
      place int not null,
      indicator text not null,
      cut text not null,
      key text not null,
      code text not null,
      name_zh text not null,
      name_en text not null,
      numerator int not null,
      denominator int not null,
      hash bytea not null,
      primary key (month, place)
    );
    create unique index kpi_snapshot_row_of on kpi_snapshot_row (month, cut, key, indicator);

    create table report_written (
      kind text not null check (kind in ('daily', 'monthly')),
      period text not null,
      at timestamptz not null,
      primary key (kind, period)
    );
    comment on table report_written is 'reports that lie, or lay, in the folder of reports';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table report_written, kpi_snapshot_row, kpi_snapshot');
}
