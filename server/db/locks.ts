import type { Database, Queryable } from './database.ts';

/** Takes a lock that ends with the transaction, where nobody holds it. On the embedded engine a transaction is alone anyway.
 * @returns false: somebody else holds it. */
export async function tryLock(db: Pick<Database, 'engine'>, client: Queryable, key: number): Promise<boolean> {
  if (db.engine === 'embedded') return true;
  const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as mine', [key]);
  return rows[0]?.mine ?? false;
}
