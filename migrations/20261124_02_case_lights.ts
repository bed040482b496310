import type { Knex } from 'knex';

/** The ticker asks each second which lights turned: due_at has its index, yellow_at gets one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index cases_open_yellow on cases (yellow_at) where open');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index cases_open_yellow');
}
