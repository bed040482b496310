import { randomBytes } from 'node:crypto';
import { currentSeq, type Database } from '../../db/index.ts';
import { badRequest, HekanError } from '../../errors.ts';

export const WEBHOOK_TOPICS = ['case', 'data'] as const;

/** A webhook as it is listed. */
export interface WebhookStatus {
  key: string;
  url: string;
  topics: string[];
  seq: number;
  /** Events after it that there are. */
  behind: number;
  attempts: number;
  nextAt: string;
  lastError: string | null;
  dead: number;
}

const noSuch = (key: string) =>
  new HekanError('not_found', `there is no webhook ${JSON.stringify(key)}`, { field: 'key', given: key });

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw badRequest('url', text, 'an http:// or https:// URL without a password in it');
  return url.href;
}

/**
 * Adds a webhook; it hears of what happens from now on.
 * @returns its secret, which is shown only once: whsec_ and base64, as Standard Webhooks writes it.
 * @throws HekanError: bad_request; conflict where there is one of this key.
 */
export async function addWebhook(
  db: Database,
  given: { key: string; url: string; topics: readonly string[] },
  now: Date,
): Promise<string> {
  const { key, topics } = given;
  if (!/^[a-z0-9][a-z0-9._-]{0,60}$/.test(key)) throw badRequest('key', key, 'lower-case letters, digits, and . _ -');
  const strange = topics.find((topic) => !WEBHOOK_TOPICS.some((known) => known === topic));
  if (topics.length === 0 || strange !== undefined)
    throw badRequest('topics', strange ?? '', `some of ${WEBHOOK_TOPICS.join(', ')}`);
  const secret = randomBytes(32);
  const { rows } = await db.query(
    `insert into webhook (key, url, secret, topics, seq, next_at)
     values ($1::text, $2::text, $3::bytea, $4::text[], $5::bigint, $6::timestamptz) on conflict (key) do nothing returning id`,
    [key, checkUrl(given.url), secret, topics, await currentSeq(db), now],
  );
  if (rows.length === 0)
    throw new HekanError('conflict', `there is a webhook ${key} already`, { field: 'key', given: key });
  return `whsec_${secret.toString('base64')}`;
}

/** Takes a webhook away, its dead letters too. @throws HekanError('not_found'). */
export async function removeWebhook(db: Database, key: string): Promise<void> {
  const { rows } = await db.query(
    `with gone as (delete from webhook where key = $1::text returning id),
       letters as (delete from webhook_dead where webhook_id in (select id from gone))
     select id from gone`,
    [key],
  );
  if (rows.length === 0) throw noSuch(key);
}

export async function listWebhooks(db: Database): Promise<WebhookStatus[]> {
  const { rows } = await db.query<Omit<WebhookStatus, 'nextAt'> & { nextAt: Date }>(
    `select key, url, topics, w.seq::int as seq, greatest(0, (select coalesce(max(seq), 0) from event) - w.seq)::int as behind, attempts,
       next_at as "nextAt", last_error as "lastError", (select count(*)::int from webhook_dead where webhook_id = w.id) as dead
     from webhook w order by key`,
  );
  return rows.map((row) => ({ ...row, nextAt: row.nextAt.toISOString() }));
}

/** Tries a webhook again from where it stands, and its dead letters after it. @returns the dead letters that will be tried. */
export async function retryWebhook(db: Database, key: string, now: Date): Promise<number> {
  const { rows } = await db.query<{ id: number; first: number | null; dead: number }>(
    `select w.id, min(d.seq)::int as first, count(d.seq)::int as dead
     from webhook w left join webhook_dead d on d.webhook_id = w.id where key = $1::text group by w.id`,
    [key],
  );
  const found = rows[0];
  if (!found) throw noSuch(key);
  await db.transaction(async (client) => {
    await client.query('delete from webhook_dead where webhook_id = $1::int', [found.id]);
    await client.query(
      `update webhook set seq = least(seq, coalesce($2::bigint - 1, seq)), attempts = 0, next_at = $3::timestamptz where id = $1::int`,
      [found.id, found.first, now],
    );
  });
  return found.dead;
}
