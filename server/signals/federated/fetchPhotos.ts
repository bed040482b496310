import { attachFile, type AttachmentKind, type AttachmentStore } from '../../cases/index.ts';
import type { Clock, Database } from '../../db/index.ts';
import { badRequest, HekanError } from '../../errors.ts';
import { RETRY_MS } from '../../live/index.ts';
import { readBytes } from '../bodies.ts';
import { listOutlets } from '../outlet.ts';
import { isFederated, type FederatedOutlet } from './applyUpdates.ts';

/** Photos of one pass. */
const BATCH = 20;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 20 * 1024 * 1024;

interface Wanted {
  id: string;
  caseId: number;
  outletId: number;
  url: string;
  kind: AttachmentKind;
  attempts: number;
}

/** The file itself, or where it may be fetched: a platform must not send us to whatever else our network can reach.
 * @throws HekanError('bad_request') where nothing can be fetched there; any other error: perhaps later. */
async function fetchPhoto({ platform }: FederatedOutlet['config'], url: string): Promise<Uint8Array<ArrayBuffer>> {
  const embedded = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
  if (embedded !== undefined) return new Uint8Array(Buffer.from(embedded, 'base64'));
  const hosts = [new URL(platform.url).host, ...platform.photoHosts];
  if (!URL.canParse(url) || !hosts.includes(new URL(url).host))
    throw badRequest('photos', url, `a URL of ${hosts.join(', ')}, or data:…;base64`);
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.ok) return readBytes(answer, MAX_BYTES);
  await answer.body?.cancel();
  throw new Error(`it answered ${answer.status}`);
}

async function fail(db: Database, { id, attempts }: Wanted, error: unknown, now: Date): Promise<void> {
  const final = error instanceof HekanError && error.status < 500;
  const waitMs = final ? undefined : RETRY_MS[attempts];
  await db.query(
    `update case_photo set attempts = attempts + 1, error = $2::text, next_at = coalesce($3::timestamptz, next_at),
       dead_at = case when $3::timestamptz is null then $4::timestamptz end where id = $1::bigint`,
    [id, (error as Error).message.slice(0, 400), waitMs === undefined ? null : new Date(now.getTime() + waitMs), now],
  );
}

/** Fetches files that updates named, and keeps them with their cases. @returns how many were tried. */
export async function fetchPhotos(db: Database, store: AttachmentStore, clock: Clock, now: Date): Promise<number> {
  const { rows } = await db.query<Wanted>(
    `select id::text as id, case_id::float8 as "caseId", outlet_id as "outletId", url, kind, attempts from case_photo
     where dead_at is null and next_at <= $1::timestamptz order by case_photo.id limit ${BATCH}`,
    [now],
  );
  if (rows.length === 0) return 0;
  const outlets = new Map((await listOutlets(db)).filter(isFederated).map((outlet) => [outlet.id, outlet]));
  for (const wanted of rows) {
    try {
      const outlet = outlets.get(wanted.outletId);
      if (!outlet) throw badRequest('outlet', String(wanted.outletId), 'one that a platform stands behind');
      const bytes = await fetchPhoto(outlet.config, wanted.url);
      await attachFile(db, store, clock, wanted.caseId, { bytes, kind: wanted.kind, actor: outlet.key });
      await db.query('delete from case_photo where id = $1::bigint', [wanted.id]);
    } catch (error) {
      await fail(db, wanted, error, now);
    }
  }
  return rows.length;
}
