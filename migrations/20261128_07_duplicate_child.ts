import type { Knex } from 'knex';

/** Whose duplicate a case is proposed as. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index case_duplicate_child on case_duplicate (child_case_id) where child_case_id is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index case_duplicate_child');
}
