import type { Database } from '../db/index.ts';
import { HekanError } from '../errors.ts';

/**
 * The database as the demonstration may write to it: each transaction first holds the city to being a demonstration, so that
 * retiring it waits for us, and we never write into the real city that came after.
 * @throws HekanError('conflict') from a transaction that comes too late.
 */
export function demoOnly(db: Database): Database {
  return {
    ...db,
    transaction: (work) =>
      db.transaction(async (client) => {
        const { rows } = await client.query("select 1 from city where kind = 'demo' for share");
        if (rows.length === 0) throw new HekanError('conflict', 'the demonstration was retired');
        return work(client);
      }),
  };
}
