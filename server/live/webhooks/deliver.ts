import { createHmac } from 'node:crypto';
import { currentSeq, readEvents, type Database, type OutEvent } from '../../db/index.ts';

/** Events in one pass over a webhook. */
const BATCH = 100;
const TIMEOUT_MS = 10_000;
/** Waits after each failure; then the event is dead and the next one is tried. About eight hours in all. */
export const RETRY_MS = [1000, 5000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000] as const;

/** Who a letter goes to, and the secret that both have. */
export interface Addressee {
  key: string;
  url: string;
  secret: Buffer;
}

export interface Webhook extends Addressee {
  id: number;
  topics: string[];
  seq: number;
  attempts: number;
}

/** An event as it goes out. Source: CloudEvents 1.0, structured mode. */
export interface Letter {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time: string;
  datacontenttype: 'application/json';
  data: Record<string, unknown>;
}

function toLetter({ seq, topic, body, at }: OutEvent): Letter {
  return letter(seq, topic, body, new Date(at));
}

const letter = (seq: number, topic: string, data: Record<string, unknown>, at: Date): Letter => ({
  specversion: '1.0',
  id: String(seq),
  source: '/api/live',
  type: `city.hekan.${topic}`,
  time: at.toISOString(),
  datacontenttype: 'application/json',
  data: { seq, ...data },
});

/** The signature header of a letter. Source: Standard Webhooks, symmetric signatures (v1). */
export function signLetter(secret: Buffer, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/** Why a letter was not taken; the status where there was an answer. */
export interface Refusal {
  status: number | null;
  error: string;
}

/** @returns null: taken. A redirect is not followed: it would take the letter to somebody who was not named. */
export async function sendLetter({ key, url, secret }: Addressee, letter: Letter, now: Date): Promise<Refusal | null> {
  const body = JSON.stringify(letter);
  const id = `${key}-${letter.id}`;
  const seconds = Math.floor(now.getTime() / 1000);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'Content-Type': 'application/cloudevents+json',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signLetter(secret, id, seconds, body),
      },
    });
    await answer.body?.cancel();
    return answer.ok ? null : { status: answer.status, error: `it answered ${answer.status}` };
  } catch (error) {
    const { message, cause } = error as Error;
    return { status: null, error: cause instanceof Error ? `${message}: ${cause.message}` : message };
  }
}

/** Letters that wait for a webhook, oldest first. Where events are no longer kept it is told to start anew. */
async function nextLetters(db: Database, webhook: Webhook, now: Date): Promise<{ seq: number; sent: Letter | null }[]> {
  const events = await readEvents(db, webhook.seq, BATCH);
  if (events === null) {
    const seq = await currentSeq(db);
    return [{ seq, sent: letter(seq, 'reset', {}, now) }];
  }
  return events.map((event) => ({
    seq: event.seq,
    sent: webhook.topics.includes(event.topic) ? toLetter(event) : null,
  }));
}

/** Notes how far a webhook has come. It must still stand where it stood: only one process delivers. */
async function advance(db: Database, { id, seq }: Webhook, to: number): Promise<void> {
  await db.query(
    `update webhook set seq = $3::bigint, attempts = 0, last_error = null where id = $1::int and seq = $2::bigint`,
    [id, seq, to],
  );
}

async function fail(
  db: Database,
  webhook: Webhook,
  seq: number,
  sent: Letter,
  error: string,
  now: Date,
): Promise<void> {
  const waitMs = RETRY_MS[webhook.attempts];
  if (waitMs === undefined) {
    await db.transaction(async (client) => {
      await client.query(
        `insert into webhook_dead (webhook_id, seq, body, error, at)
         values ($1::int, $2::bigint, $3::jsonb, $4::text, $5::timestamptz) on conflict (webhook_id, seq) do nothing`,
        [webhook.id, seq, JSON.stringify(sent), error, now],
      );
      await client.query(
        'update webhook set seq = $2::bigint, attempts = 0, last_error = $3::text, next_at = $4::timestamptz where id = $1::int',
        [webhook.id, seq, error, now],
      );
    });
    return;
  }
  await db.query(
    `update webhook set attempts = attempts + 1, last_error = $2::text, next_at = $3::timestamptz where id = $1::int`,
    [webhook.id, error, new Date(now.getTime() + waitMs)],
  );
}

/** Delivers to one webhook what waits for it, in order, until something fails. @returns how many went out. */
async function deliverTo(db: Database, webhook: Webhook, now: () => Date): Promise<number> {
  let delivered = 0;
  let passed = webhook.seq;
  for (const { seq, sent } of await nextLetters(db, webhook, now())) {
    const refusal = sent ? await sendLetter(webhook, sent, now()) : null;
    if (sent && refusal) {
      if (passed !== webhook.seq) await advance(db, webhook, passed);
      const at = { ...webhook, seq: passed, attempts: passed === webhook.seq ? webhook.attempts : 0 };
      await fail(db, at, seq, sent, refusal.error, now());
      return delivered;
    }
    passed = seq;
    if (sent) delivered++;
  }
  if (passed !== webhook.seq) await advance(db, webhook, passed);
  return delivered;
}

/**
 * One pass over all webhooks that may be tried now, each at its own pace: one that hangs keeps nobody else waiting.
 * An event arrives at least once, in order; its number is its id.
 * @returns how many letters went out.
 */
export async function deliverOnce(db: Database, now: () => Date): Promise<number> {
  const { rows } = await db.query<Omit<Webhook, 'seq'> & { seq: string }>(
    `select id, key, url, secret, topics, seq::text as seq, attempts from webhook where next_at <= $1::timestamptz order by id`,
    [now()],
  );
  const counts = await Promise.all(rows.map((row) => deliverTo(db, { ...row, seq: Number(row.seq) }, now)));
  return counts.reduce((sum, n) => sum + n, 0);
}
