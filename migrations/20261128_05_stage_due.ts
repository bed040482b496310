import type { Knex } from 'knex';

/** Whose stage is due: asked of one status at a time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index cases_stage_due;
    create index cases_stage_due on cases (status, stage_due_at) where stage_due_at is not null`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index cases_stage_due;
    create index cases_stage_due on cases (stage_due_at) where stage_due_at is not null`);
}
