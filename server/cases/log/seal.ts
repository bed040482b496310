import type { Database, Queryable } from '../../db/index.ts';
import { GENESIS, hashSeal, type Head } from './chain.ts';

/** Heads in one seal. */
const BATCH = 20_000;

export interface Seal {
  id: number;
  heads: number;
  hash: string;
}

/** Rows as the database gives them. */
const toHead = (row: { caseId: string; seq: number; hash: Buffer }): Head => ({ ...row, caseId: Number(row.caseId) });

/**
 * Puts a seal on the logs that grew since the last one: whoever cuts off a tail, drops a case or writes a log anew must then change
 * every seal since, and what was sent out of the building.
 * @returns null: nothing grew, or another process is at it.
 */
export async function sealOnce(db: Database, now: Date): Promise<Seal | null> {
  return db.transaction(async (client) => {
    if (db.engine === 'postgresql') {
      const lock = await client.query<{ got: boolean }>(`select pg_try_advisory_xact_lock(hashtext('seal')) as got`);
      if (lock.rows[0]?.got !== true) return null;
    }
    const { rows } = await client.query<{ caseId: string; seq: number; hash: Buffer }>(
      `with taken as (
         delete from unsealed where (case_id, seq) in (select case_id, seq from unsealed order by case_id, seq limit ${BATCH})
         returning case_id, seq, hash
       )
       select distinct on (case_id) case_id::text as "caseId", seq::int as seq, hash from taken order by case_id, seq desc`,
    );
    if (rows.length === 0) return null;
    const heads = rows.map(toHead);
    const last = await client.query<{ id: string; hash: Buffer }>(
      'select id::text, hash from seal order by seal.id desc limit 1',
    );
    const id = Number(last.rows[0]?.id ?? 0) + 1;
    const hash = hashSeal(last.rows[0]?.hash ?? GENESIS, id, now, heads);
    await client.query(
      'insert into seal (id, at, heads, hash) values ($1::bigint, $2::timestamptz, $3::int, $4::bytea)',
      [id, now, heads.length, hash],
    );
    await client.query(
      `insert into seal_head (seal_id, case_id, seq, hash)
       select $1::bigint, * from unnest($2::bigint[], $3::smallint[], $4::bytea[])`,
      [id, heads.map((h) => h.caseId), heads.map((h) => h.seq), heads.map((h) => h.hash)],
    );
    return { id, heads: heads.length, hash: hash.toString('hex') };
  });
}

/** Forgets all seals and leaves every log to be sealed again: cases went away for good, as a demonstration's do. */
export async function beginSealsAnew(client: Queryable): Promise<void> {
  for (const table of ['seal', 'seal_head', 'unsealed']) await client.query(`delete from ${table}`);
  await client.query(
    `insert into unsealed (case_id, seq, hash)
     select distinct on (case_id) case_id, seq, hash from step where hash is not null order by case_id, seq desc`,
  );
}
