import type { Knex } from 'knex';

/** Photos and files of cases. Their bytes lie in a folder or an S3-compatible store, under their hash. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table attachment (
      case_id bigint not null,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      kind text not null check (kind in ('before', 'after', 'other')),
      type text not null,
      bytes int not null,
      width int,
      height int,
      actor text not null,
      at timestamptz not null,
      primary key (case_id, sha256)
    );
    create index attachment_sha256 on attachment (sha256);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table attachment');
}
