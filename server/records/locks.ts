import type { Database } from '../db/index.ts';
import { HekanError } from '../errors.ts';

/** First half of the keys of these locks. */
const DATASETS = 473_190_218;
const PLACES = 473_190_219;

type Release = () => Promise<void>;

/**
 * Holds locks for longer than a transaction, in a session of its own: they go when it ends, however it ends. The embedded engine has
 * one session for all and offers none; there the ledger alone keeps two imports from writing one chunk.
 */
async function holdLock(db: Database, statement: string, params: unknown[], busy: string): Promise<Release> {
  if (db.engine === 'embedded') return async () => undefined;
  const client = await db.pool.connect();
  // A session that breaks takes its lock with it: the next statement of the work will tell.
  client.on('error', () => undefined);
  try {
    const { rows } = await client.query<{ mine: boolean }>(statement, params);
    if (!rows[0]?.mine) throw new HekanError('conflict', busy, { field: 'dataset' });
  } catch (error) {
    client.release(true);
    throw error;
  }
  return async () => {
    // Let go of first: the session's end is not waited for, and the next import must not find it still there.
    await client.query('select pg_advisory_unlock_all()').catch(() => undefined);
    client.release(true);
  };
}

/** Nobody else loads, replaces or deletes this dataset until it is released. @throws HekanError('conflict'): somebody does. */
export function lockDataset(db: Database, key: string): Promise<Release> {
  return holdLock(
    db,
    'select pg_try_advisory_lock($1::int, hashtext($2::text)) as mine',
    [DATASETS, key],
    `another import works on dataset ${key}: wait until it has ended`,
  );
}

/** Places stay where they are until it is released; others may hold the same. @throws HekanError('conflict'): addresses come in. */
export function keepPlaces(db: Database): Promise<Release> {
  return holdLock(
    db,
    'select pg_try_advisory_lock_shared($1::int, 0) as mine',
    [PLACES],
    'an import of addresses is changing the places: wait until it has ended',
  );
}

/** Nobody relies on places until it is released. @throws HekanError('conflict'): an import of records does. */
export function lockPlaces(db: Database): Promise<Release> {
  return holdLock(
    db,
    'select pg_try_advisory_lock($1::int, 0) as mine',
    [PLACES],
    'records are being loaded onto the places, or other addresses come in: wait until that has ended',
  );
}
