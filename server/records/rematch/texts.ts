import { systemClock, toColumns, unnestInput, type Queryable } from '../../db/index.ts';
import type { LostText } from '../import/textPlaces.ts';

/** The source of a generation on the work list. */
export const sourceOf = (generation: number): string => `records:${generation}`;

const COLUMNS = [
  ['key', 'text'],
  ['text', 'text'],
  ['names', 'text'],
  ['reason', 'text'],
  ['name', 'text'],
  ['level', 'text'],
  ['min_confidence', 'real'],
  ['base_version', 'int'],
  ['division_id', 'int'],
] as const;

/** Keeps the texts of records without a place, and puts them on the work list, in the transaction that writes the records. */
export async function writeLostTexts(client: Queryable, generation: number, lost: readonly LostText[]): Promise<void> {
  const { addUnmatched, writeUnmatched } = await import('../../geocode/index.ts');
  const rows = lost.map((one) => [
    one.recordKey,
    one.sample,
    JSON.stringify(one.names),
    one.reason,
    one.key,
    one.level,
    one.minConfidence,
    one.baseVersion,
    one.divisionId,
  ]);
  await client.query(
    `insert into record_text (generation_id, key, text, names, reason, name, level, min_confidence, base_version, division_id)
     select $1::int, key, text, array(select jsonb_array_elements_text(names::jsonb)), reason, name, level, min_confidence, base_version,
       division_id
     from ${unnestInput(COLUMNS, 2)}`,
    [generation, ...toColumns(COLUMNS, rows)],
  );
  const unmatched = new Map<string, LostText>();
  for (const one of lost) addUnmatched(unmatched, one);
  await writeUnmatched(client, systemClock, sourceOf(generation), unmatched.values());
}

/** Counts entries of the work list again from the texts. @param names those that may have changed. */
export async function recountEntries(client: Queryable, generation: number, names: readonly string[]): Promise<void> {
  const params = [sourceOf(generation), generation, names];
  await client.query(
    'delete from geocode_unmatched where source = $1::text and $2::int > 0 and key = any($3::text[])',
    params,
  );
  await client.query(
    `insert into geocode_unmatched (source, reason, key, n, sample, at)
     select $1::text, reason, name, count(*), min(text), now() from record_text
     where generation_id = $2::int and name = any($3::text[]) group by reason, name order by reason, name`,
    params,
  );
}

/** Forgets the texts of generations. @param generation null: of all. */
export async function dropTexts(client: Queryable, generation: number | null): Promise<void> {
  await client.query('delete from record_text where $1::int is null or generation_id = $1::int', [generation]);
  await client.query(
    `delete from geocode_unmatched where source like 'records:%' and ($1::text is null or source = $1::text)`,
    [generation === null ? null : sourceOf(generation)],
  );
}
