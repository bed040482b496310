import type { Knex } from 'knex';

/**
 * Category, source, department and owner are counted by street too, and a key's counts lie together. Cases are counted anew. How many rows
 * a kind has at a level is known to the planner, which else sends for helpers to read a hundred of them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    truncate tally, tally_delta;
    alter table tally drop constraint tally_pkey, add primary key (kind, grain, level, key, start, division_id);
    create statistics tally_parts (mcv) on kind, grain, level from tally`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    truncate tally, tally_delta;
    drop statistics tally_parts;
    alter table tally drop constraint tally_pkey, add primary key (kind, grain, level, start, division_id, key)`);
}
