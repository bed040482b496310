import { randomUUID } from 'node:crypto';
import type { Database, Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { Item } from './bodies.ts';
import type { Outlet } from './outlet.ts';
import type { Incoming, RequestPart } from './receipts.ts';

/** What the bytes of a request with one signal are the JSON of, letter by letter; null: they are to be kept beside it. */
function exactlyOf(body: Uint8Array, { signal }: Item, raw: Buffer): Incoming['bytes'] | null {
  if (raw.equals(body)) return 'raw';
  const { data } = signal as { data?: unknown };
  return data !== undefined && Buffer.from(JSON.stringify(data)).equals(body) ? 'data' : null;
}

/**
 * Makes the bytes of a request to be had again: from its one signal where that gives them back, else kept beside its signals, once.
 * @returns the signals, and what is to be kept.
 */
export function keepBytes(
  outlet: Outlet,
  contentType: string,
  body: Uint8Array,
  items: readonly Item[],
  incoming: readonly Incoming[],
): { signals: Incoming[]; part: RequestPart | null } {
  const [item, only] = [items[0], incoming[0]];
  const bytes = item && only && incoming.length === 1 ? exactlyOf(body, item, only.raw) : null;
  if (bytes) return { signals: incoming.map((one) => ({ ...one, contentType, bytes })), part: null };
  const request = randomUUID();
  const { receivedAt } = only ?? { receivedAt: new Date() };
  return {
    signals: incoming.map((one) => ({ ...one, request })),
    part: { outletId: outlet.id, request, part: 0, contentType, receivedAt, body: Buffer.from(body), always: false },
  };
}

/** A request as it came: its content type, and its bytes in parts. */
export interface KeptRequest {
  contentType: string;
  parts: AsyncIterable<Uint8Array>;
}

async function* readParts(client: Queryable, outletId: number, request: string): AsyncGenerator<Uint8Array> {
  for (let last = -1; ;) {
    const { rows } = await client.query<{ part: number; body: Buffer }>(
      `select part, body from signal_request where outlet_id = $1::int and request = $2::uuid and part > $3::int
       order by signal_request.part limit 1`,
      [outletId, request, last],
    );
    if (!rows[0]) return;
    last = rows[0].part;
    yield rows[0].body;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** The bytes of the request that brought a signal. @throws HekanError('not_found') for a signal that is not there, or came otherwise. */
export async function readRequestOf(db: Database, outletId: number, externalId: string): Promise<KeptRequest> {
  const { rows } = await db.query<{
    raw: Buffer;
    bytes: 'raw' | 'data' | null;
    contentType: string;
    request: string | null;
    requestType: string | null;
  }>(
    `select s.raw, s.bytes, s.content_type as "contentType", s.request, r.content_type as "requestType"
     from signal s left join signal_request r on r.outlet_id = s.outlet_id and r.request = s.request and r.part = 0
     where s.outlet_id = $1::int and s.external_id = $2::text`,
    [outletId, externalId],
  );
  const found = rows[0];
  const missing = (what: string) =>
    new HekanError('not_found', what, { field: 'externalId', given: externalId.slice(0, 200) });
  if (!found) throw missing(`no signal ${externalId}`);
  const { raw, bytes, contentType, request, requestType } = found;
  if (request !== null && requestType !== null)
    return { contentType: requestType, parts: readParts(db, outletId, request) };
  if (bytes === null) throw missing(`signal ${externalId} came by no request whose bytes are kept`);
  if (bytes === 'raw') return { contentType, parts: once(raw) };
  const { data } = JSON.parse(raw.toString('utf8')) as { data: unknown };
  return { contentType, parts: once(Buffer.from(JSON.stringify(data))) };
}
