import type { Queryable } from '../../db/index.ts';

/** Notes, in the caller's transaction, names whose texts are worth another look. */
export async function touchNames(client: Queryable, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await client.query(
    'insert into geocode_touched (name) select distinct name from unnest($1::text[]) as name order by 1 on conflict do nothing',
    [names],
  );
}

/** Takes the names off, in the caller's transaction. @param names those that were looked at. */
export async function takeTouched(client: Queryable, names: readonly string[]): Promise<void> {
  await client.query('delete from geocode_touched where name = any($1::text[])', [names]);
}
