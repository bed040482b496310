import type { Database, Queryable } from './database.ts';
import { tryLock } from './locks.ts';

/** case: one case took a step (body: LiveCase without seq). data: much changed at once (body: {reason}). */
export type Topic = 'case' | 'data';

/** What a transaction did, for screens, caches and whoever keeps a copy. */
export interface Change {
  topic: Topic;
  /** What the live stream tells. */
  body: Record<string, unknown>;
  /** Tile layers that changed. */
  layers: readonly string[];
  /** Locational codes (tiles/codes.ts) that together hold all that changed; null: the whole layer. */
  dirty: readonly number[] | null;
  /** Cases to read again. null: none; or all, where the layers name cases and dirty is null. */
  caseIds: readonly number[] | null;
}

export interface OutEvent extends Change {
  seq: number;
  at: Date;
}

const BATCH = 1000;
/** Events kept for readers that come back; older ones are told to fetch everything anew. */
const KEPT = 20_000;
const LOCK = 4_731_902_116;
export const SEQ_TOPIC = 'seq';
/** Tile versions kept as finely as they were told. Beyond, those of events no longer kept are taken together. */
const MAX_VERSIONS = 300_000;
const COARSE_LEVEL = 14;

/** Says what a transaction did, inside that transaction. */
export async function appendOutbox(client: Queryable, change: Change): Promise<void> {
  const { topic, body, layers, dirty, caseIds } = change;
  await client.query(
    `insert into outbox (topic, body, layers, dirty, case_ids)
     values ($1::text, $2::jsonb, $3::text[], $4::bigint[], $5::bigint[])`,
    [topic, JSON.stringify(body), layers, dirty, caseIds],
  );
}

/** Much changed at once: readers fetch what is dirty again (without `more`, everything of the layers named). */
export async function appendDataEvent(
  client: Queryable,
  reason: string,
  layers: readonly string[],
  more: Partial<Pick<Change, 'dirty' | 'caseIds'>> = {},
): Promise<void> {
  await appendOutbox(client, { topic: 'data', body: { reason }, layers, dirty: null, caseIds: null, ...more });
}

/**
 * Gives committed outbox rows their gapless seq, in one statement. Reading by "id > last" would lose rows that commit late;
 * here whatever is committed and still in the outbox is taken. Only one relay runs: PostgreSQL locks for it, on the embedded
 * engine statements run one at a time.
 */
const RELAY = `
  with taken as (
    delete from outbox where id in (select id from outbox order by id limit ${BATCH}) returning *
  ), numbered as (
    select coalesce((select max(seq) from event), 0) + row_number() over (order by id) as seq, topic, body, layers, dirty,
      case_ids, at
    from taken
  ), versions as (
    insert into tile_version (layer, code, seq)
    select layer, code, max(seq) from numbered, unnest(layers) as layer, unnest(coalesce(dirty, '{1}')) as code
    group by layer, code order by layer, code
    on conflict (layer, code) do update set seq = excluded.seq
  )
  insert into event (seq, topic, body, layers, dirty, case_ids, at)
  select seq, topic, body, layers, dirty, case_ids, at from numbered returning seq::int`;

/** Takes old versions together at a coarser level, so that there are never many: a tile made anew once is the price. */
const COARSEN = `
  with level as (select $1::bigint as oldest), old as (
    delete from tile_version where seq < (select oldest from level) and code >= 4::bigint ^ ${COARSE_LEVEL + 1} returning *
  )
  insert into tile_version (layer, code, seq)
  select layer, code >> (2 * (floor(log(2, code) / 2)::int - ${COARSE_LEVEL})) as coarse, max(seq) from old group by 1, 2
  on conflict (layer, code) do update set seq = greatest(tile_version.seq, excluded.seq)`;

/** Relays what is there. @returns the newest seq, or null where nothing was. */
export async function relayOnce(db: Database): Promise<number | null> {
  return db.transaction(async (client) => {
    if (!(await tryLock(db, client, LOCK))) return null;
    const { rows } = await client.query<{ seq: number }>(RELAY);
    if (rows.length === 0) return null;
    const newest = Math.max(...rows.map((row) => row.seq));
    await client.query('delete from event where seq <= $1::bigint', [newest - KEPT]);
    return newest;
  });
}

/** Keeps the table of tile versions bounded. Run now and then by whoever relays. */
export async function coarsenVersions(db: Database): Promise<void> {
  const { rows } = await db.query<{ n: number; newest: number }>(
    'select (select count(*) from tile_version)::int as n, coalesce(max(seq), 0)::int as newest from event',
  );
  const { n = 0, newest = 0 } = rows[0] ?? {};
  if (n > MAX_VERSIONS) await db.query(COARSEN, [newest - KEPT]);
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

interface EventRow {
  seq: number;
  topic: Topic;
  body: Record<string, unknown>;
  layers: string[];
  dirty: string[] | null;
  caseIds: string[] | null;
  at: Date;
}

/** Events after `since`, oldest first; null where some of them are no longer kept, or `since` is ahead of the city. */
export async function readEvents(db: Queryable, since: number, limit = 500): Promise<OutEvent[] | null> {
  const bounds = await db.query<{ oldest: number; newest: number }>(
    'select coalesce(min(seq), 1)::int as oldest, coalesce(max(seq), 0)::int as newest from event',
  );
  const { oldest = 1, newest = 0 } = bounds.rows[0] ?? {};
  if (since > newest || since < oldest - 1) return null;
  const { rows } = await db.query<EventRow>(
    `select seq::int, topic, body, layers, dirty, case_ids as "caseIds", at from event where seq > $1::bigint
     order by seq limit $2::int`,
    [since, limit],
  );
  const numbers = (texts: string[] | null) => texts?.map(Number) ?? null;
  return rows.map((row) => ({ ...row, dirty: numbers(row.dirty), caseIds: numbers(row.caseIds) }));
}
