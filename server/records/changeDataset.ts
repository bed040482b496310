import { setTimeout as sleep } from 'node:timers/promises';
import { appendDataEvent, type Database, type Queryable } from '../db/index.ts';
import { readRecordDataset } from './datasets.ts';
import { RECORD_LAYERS } from './density.ts';
import { lockFold } from './fold.ts';
import { liveGeneration } from './generations.ts';
import { lockDataset } from './locks.ts';
import { countGeneration, dropRetired } from './replace.ts';
import { forgetSlices } from './slices.ts';

const RETRY_MS = 20;

/** Waits for who is folding: a fold takes well under a second. */
async function waitForFold(db: Database, client: Queryable): Promise<void> {
  while (!(await lockFold(db, client))) await sleep(RETRY_MS);
}

/**
 * Deletes a dataset: takes away exactly what it added, in one transaction, and then drops its tables.
 * @throws HekanError: bad_request (no such dataset of records), conflict (the demonstration's, or an import works on it).
 */
export async function deleteDataset(db: Database, key: string): Promise<void> {
  const release = await lockDataset(db, key);
  try {
    await db.transaction(async (client) => {
      const { id, theme } = await readRecordDataset(client, key);
      const live = await liveGeneration(client, id);
      if (live !== null) await countGeneration(client, id, live, -1);
      await waitForFold(db, client);
      await client.query(`update dataset_generation set state = 'retired' where dataset_id = $1::int`, [id]);
      await client.query('delete from dataset where id = $1::int', [id]);
      await forgetSlices(client, 'dataset', [key]);
      if (theme !== null) await forgetSlices(client, 'theme', [theme]);
      await appendDataEvent(client, 'dataset deleted', RECORD_LAYERS);
    });
    await dropRetired(db);
  } finally {
    await release();
  }
}

/**
 * Moves a dataset into a theme, or out of any. The slices of both themes are built anew.
 * @throws HekanError as deleteDataset.
 */
export async function setTheme(db: Database, key: string, theme: string | null): Promise<void> {
  await db.transaction(async (client) => {
    const { id, theme: before } = await readRecordDataset(client, key);
    if (theme === before) return;
    await waitForFold(db, client);
    await client.query('update dataset set theme = $2::text, updated_at = now() where id = $1::int', [id, theme]);
    await forgetSlices(
      client,
      'theme',
      [before, theme].filter((name) => name !== null),
    );
    await appendDataEvent(client, 'dataset theme', RECORD_LAYERS);
  });
}
