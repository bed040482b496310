import { readCity, writeCity, type City } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import { rebuildTally } from './tally.ts';

/**
 * Writes the city's row, in the caller's transaction. Days are the city's: another time zone means that cases are counted
 * again, and nobody may add one meanwhile.
 */
export async function changeCity(client: Queryable, city: City): Promise<void> {
  const before = await readCity(client);
  await writeCity(client, city);
  if (before && before.timeZone !== city.timeZone) await recount(client);
}

/** Counts all cases again while nobody else writes any. */
export async function recount(client: Queryable): Promise<void> {
  await client.query('lock table cases, tally_delta, tally in share row exclusive mode');
  await rebuildTally(client);
}
