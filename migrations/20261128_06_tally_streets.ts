import type { Knex } from 'knex';

/** Category, source, department and owner are counted by street too, and a key's counts lie together. Cases are counted anew. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    truncate tally, tally_delta;
    alter table tally drop constraint tally_pkey, add primary key (kind, grain, level, key, start, division_id)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    truncate tally, tally_delta;
    alter table tally drop constraint tally_pkey, add primary key (kind, grain, level, start, division_id, key)`);
}
