import type { Queryable } from '../../db/index.ts';

/**
 * Notes, in the caller's transaction, names whose texts are worth another look; where no text waits there is nothing to look at, and an
 * import under way looks at its own when it ends.
 */
export async function touchNames(client: Queryable, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await client.query(
    `insert into geocode_touched (name) select distinct name from unnest($1::text[]) as name
     where exists (select 1 from record_text) order by 1 on conflict do nothing`,
    [names],
  );
}

/** Takes the names off, in the caller's transaction. @param names those that were looked at. */
export async function takeTouched(client: Queryable, names: readonly string[]): Promise<void> {
  await client.query('delete from geocode_touched where name = any($1::text[])', [names]);
}
