import { readCity, writeCity, type City } from '../city/index.ts';
import { appendDataEvent, type Queryable } from '../db/index.ts';
import { CASE_LAYERS } from './announce.ts';
import { rebuildTally } from './tally.ts';

/**
 * Writes the city's row, in the caller's transaction. Days are the city's: another time zone means that cases are counted
 * again, and nobody may add one meanwhile; and every case stands under other days, which is told.
 */
export async function changeCity(client: Queryable, city: City): Promise<void> {
  const before = await readCity(client);
  await writeCity(client, city);
  if (!before || before.timeZone === city.timeZone) return;
  await recount(client);
  await appendDataEvent(client, 'time zone', CASE_LAYERS);
}

/** Counts all cases again while nobody else writes any. */
export async function recount(client: Queryable): Promise<void> {
  await client.query('lock table cases, tally_delta, tally in share row exclusive mode');
  await rebuildTally(client);
}
