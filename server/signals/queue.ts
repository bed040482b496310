import { z } from 'zod';
import type { Database, Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';

/** An outlet is suspected of sending GCJ-02 where so many of its newest signals look like it. Most outlets name a place now and then only,
 * so a fifth is much. */
const GCJ02_SAMPLE = 1000;
const GCJ02_MIN = 10;
const GCJ02_SHARE = 0.2;

/** How many of a queue are asked for. @throws HekanError('bad_request'). */
export function parseLimit(text = '100'): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw badRequest('limit', text, 'a number 1 to 1000');
  return limit;
}

/** Signals that wait for an operator, oldest first. */
export async function listWaiting(client: Queryable, limit: number) {
  const { rows } = await client.query<{
    outlet: string;
    externalId: string;
    receipt: string;
    reason: string | null;
    flags: string[];
    receivedAt: Date;
    attempts: number;
  }>(
    `select o.key as outlet, s.external_id as "externalId", s.receipt, s.reason, s.flags, s.received_at as "receivedAt", s.attempts
     from signal s join outlet o on o.id = s.outlet_id where s.state = 'waiting'
     order by s.received_at, s.outlet_id, s.external_id limit $1::int`,
    [limit],
  );
  return rows;
}

const MEND = z
  .strictObject({
    category: z.string().min(1).max(200),
    lng: z.number().min(-180).max(180),
    lat: z.number().min(-90).max(90),
    address: z.string().max(400),
    description: z.string().max(4000),
    at: z.iso.datetime({ offset: true }),
  })
  .partial()
  .refine((m) => (m.lng === undefined) === (m.lat === undefined), {
    path: ['lng'],
    error: 'both lng and lat, in WGS 84',
  });

/** Sets what a waiting signal lacks and sends it through again; with {} only again, e.g. after a mapping was changed.
 * @throws HekanError: bad_request; not_found; conflict where it does not wait. */
export async function mendSignal(db: Database, outletId: number, externalId: string, given: unknown): Promise<void> {
  const parsed = MEND.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new HekanError('bad_request', `${field}: ${issue?.message ?? 'wrong'}`, { field });
  }
  const { rows } = await db.query<{ state: string; mended: boolean }>(
    `with put as (
       update signal set state = 'received', reason = null, flags = '{}', mended = coalesce(mended, '{}') || $3::jsonb
       where outlet_id = $1::int and external_id = $2::text and state = 'waiting' returning 1
     )
     select state, exists (select 1 from put) as mended from signal where outlet_id = $1::int and external_id = $2::text`,
    [outletId, externalId, JSON.stringify(parsed.data)],
  );
  const found = rows[0];
  if (!found) throw new HekanError('not_found', `no signal ${externalId}`, { field: 'externalId', given: externalId });
  if (!found.mended)
    throw new HekanError('conflict', `signal ${externalId} does not wait: it is ${found.state}`, {
      field: 'externalId',
      given: externalId,
    });
}

/** How each outlet does. Rates are of the last hour before `now`. */
export async function readHealth(client: Queryable, now: Date) {
  const { rows } = await client.query<{
    outlet: string;
    enabled: boolean;
    lastSeen: Date | null;
    lastHour: number;
    waiting: number;
    lagS: number;
    silent: boolean | null;
    /** Signals of all time by what looks wrong in them. */
    flags: Record<string, number>;
    /** Of the newest signals of the last day that have a position: how many look as if they were GCJ-02. */
    gcj02: { flagged: number; located: number };
  }>(
    `select o.key as outlet, o.enabled, seen.at as "lastSeen", hour.n as "lastHour", queue.n as waiting, lag.s as "lagS", flagged.n as flags,
       jsonb_build_object('flagged', moved.flagged, 'located', moved.located) as gcj02,
       o.enabled and seen.at < $1::timestamptz - make_interval(secs => (o.config->>'silentAfterS')::float8) as silent
     from outlet o
       cross join lateral (select max(received_at) as at from signal where outlet_id = o.id) as seen
       cross join lateral (
         select count(*)::int as n from signal where outlet_id = o.id and received_at > $1::timestamptz - interval '1 hour') as hour
       cross join lateral (select count(*)::int as n from signal where outlet_id = o.id and state = 'waiting') as queue
       cross join lateral (
         select coalesce(extract(epoch from $1::timestamptz - min(received_at)), 0)::float8 as s
         from signal where outlet_id = o.id and state = 'received') as lag
       cross join lateral (
         select coalesce(jsonb_object_agg(flag, n order by flag), '{}') as n from (
           select flag, count(*) as n from signal s, unnest(s.flags) as flag
           where s.outlet_id = o.id and s.flags <> '{}' group by flag) as f) as flagged
       cross join lateral (
         select count(*)::int as located, (count(*) filter (where 'looks_gcj02' = any(flags)))::int as flagged from (
           select flags, state from signal where outlet_id = o.id and received_at > $1::timestamptz - interval '1 day'
           order by received_at desc limit ${GCJ02_SAMPLE}) as newest
         where state in ('cased', 'duplicate')) as moved
     order by o.key`,
    [now],
  );
  return rows.map(({ gcj02: { flagged, located }, ...row }) => {
    const suspect = flagged >= GCJ02_MIN && flagged >= located * GCJ02_SHARE;
    const value = located === 0 ? null : flagged / located;
    return { ...row, silent: row.silent ?? false, gcj02: { flagged, located, value, suspect } };
  });
}
