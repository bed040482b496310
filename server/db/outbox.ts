import type { Database, Queryable } from './database.ts';

/** case: one case took a step (body: LiveCase without seq). data: much changed at once (body: {reason, layers}). */
export type Topic = 'case' | 'data';

export interface OutEvent {
  seq: number;
  topic: Topic;
  body: Record<string, unknown>;
  at: Date;
}

/** Layers that a case's step changes. A `data` event names its own. */
const CASE_LAYERS = ['cases'];
const BATCH = 1000;
/** Events kept for readers that come back; older ones are told to fetch everything anew. */
const KEPT = 20_000;
const ADVISORY_KEY = 4_731_902_116;
export const SEQ_TOPIC = 'seq';

/** Says what a transaction did, inside that transaction. */
export async function appendOutbox(client: Queryable, topic: Topic, body: Record<string, unknown>): Promise<void> {
  await client.query('insert into outbox (topic, body) values ($1::text, $2::jsonb)', [topic, JSON.stringify(body)]);
}

/** Much changed at once: readers fetch everything again, and the layers named get a new version. */
export async function appendDataEvent(client: Queryable, reason: string, layers: string[]): Promise<void> {
  await appendOutbox(client, 'data', { reason, layers });
}

/**
 * Gives committed outbox rows their gapless seq, in one statement. Reading by "id > last" would lose rows that commit late;
 * here whatever is committed and still in the outbox is taken. Only one relay runs: PostgreSQL locks for it, on the embedded
 * engine statements run one at a time.
 */
const RELAY = `
  with taken as (
    delete from outbox where id in (select id from outbox order by id limit ${BATCH}) returning id, topic, body, at
  ), numbered as (
    select coalesce((select max(seq) from event), 0) + row_number() over (order by id) as seq, topic, body, at from taken
  ), versions as (
    insert into layer_version (layer, seq)
    select layer, max(seq) from numbered,
      lateral jsonb_array_elements_text(case when topic = 'case' then $1::jsonb else body -> 'layers' end) as layer
    group by layer order by layer
    on conflict (layer) do update set seq = excluded.seq
  )
  insert into event (seq, topic, body, at) select seq, topic, body, at from numbered returning seq::int`;

/** Relays what is there. @returns the newest seq, or null where nothing was. */
export async function relayOnce(db: Database): Promise<number | null> {
  return db.transaction(async (client) => {
    if (db.engine === 'postgresql') {
      const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as mine', [
        ADVISORY_KEY,
      ]);
      if (!lock.rows[0]?.mine) return null;
    }
    const { rows } = await client.query<{ seq: number }>(RELAY, [JSON.stringify(CASE_LAYERS)]);
    if (rows.length === 0) return null;
    const newest = Math.max(...rows.map((row) => row.seq));
    await client.query('delete from event where seq <= $1::bigint', [newest - KEPT]);
    return newest;
  });
}

/** Relays until nothing is left. For commands that end before a server would relay for them. */
export async function drainOutbox(db: Database): Promise<void> {
  for (let seq = await relayOnce(db); seq !== null; seq = await relayOnce(db)) {
    await db.notices.publish(SEQ_TOPIC, String(seq));
  }
}

/** Newest seq there is, 0 before the first. */
export async function currentSeq(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ seq: number }>('select coalesce(max(seq), 0)::int as seq from event');
  return rows[0]?.seq ?? 0;
}

/** Events after `since`, oldest first; null where some of them are no longer kept, or `since` is ahead of the city. */
export async function readEvents(db: Queryable, since: number, limit = 500): Promise<OutEvent[] | null> {
  const bounds = await db.query<{ oldest: number; newest: number }>(
    'select coalesce(min(seq), 1)::int as oldest, coalesce(max(seq), 0)::int as newest from event',
  );
  const { oldest = 1, newest = 0 } = bounds.rows[0] ?? {};
  if (since > newest || since < oldest - 1) return null;
  const { rows } = await db.query<{ seq: number; topic: Topic; body: Record<string, unknown>; at: Date }>(
    'select seq::int, topic, body, at from event where seq > $1::bigint order by seq limit $2::int',
    [since, limit],
  );
  return rows;
}
