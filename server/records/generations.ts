import type { Queryable } from '../db/index.ts';
import { dropTexts } from './rematch/texts.ts';

export type GenerationState = 'live' | 'staged' | 'retired';

/** A new generation of a dataset's records, with a table of its own, so that it can be dropped as one.
 * @returns its id. Throws where the dataset has a live one already and another is asked for. */
export async function addGeneration(client: Queryable, datasetId: number, state: GenerationState): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    'insert into dataset_generation (dataset_id, state) values ($1::int, $2::text) returning id',
    [datasetId, state],
  );
  const id = rows[0]!.id;
  await client.query(`create table ${recordTable(id)} partition of record for values in (${id})`);
  return id;
}

/** The generation of a dataset that is counted, or null. */
export async function liveGeneration(client: Queryable, datasetId: number): Promise<number | null> {
  const { rows } = await client.query<{ id: number }>(
    `select id from dataset_generation where dataset_id = $1::int and state = 'live'`,
    [datasetId],
  );
  return rows[0]?.id ?? null;
}

/** Drops a generation with its records. Its counts must have been taken away, or be rebuilt by the caller. */
export async function dropGeneration(client: Queryable, id: number): Promise<void> {
  await client.query(`drop table if exists ${recordTable(id)}`);
  await dropTexts(client, id);
  await client.query('delete from load_chunk where generation_id = $1::int', [id]);
  await client.query('delete from dataset_generation where id = $1::int', [id]);
}

/** Drops every record of every generation, the tables with them. */
export async function dropAllRecords(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'record'::regclass`,
  );
  for (const { name } of rows) await client.query(`drop table ${name}`);
  await dropTexts(client, null);
  await client.query('truncate load_chunk, dataset_generation');
}

/** The partition that holds a generation's records. @param id one that the database gave. */
export function recordTable(id: number): string {
  if (!Number.isSafeInteger(id) || id < 1) throw new RangeError(`generation ${id}`);
  return `record_${id}`;
}

/** The generation that was begun to replace the live one, or null. */
export async function stagedGeneration(client: Queryable, datasetId: number): Promise<number | null> {
  const { rows } = await client.query<{ id: number }>(
    `select id from dataset_generation where dataset_id = $1::int and state = 'staged' order by id limit 1`,
    [datasetId],
  );
  return rows[0]?.id ?? null;
}

export async function setGenerationState(client: Queryable, id: number, state: GenerationState): Promise<void> {
  await client.query('update dataset_generation set state = $2::text, at = now() where id = $1::int', [id, state]);
}
