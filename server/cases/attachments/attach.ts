import type { Clock, Database, Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { cleanFile, type CleanFile } from './clean.ts';
import { sha256Of, type AttachmentStore } from './store.ts';

export const ATTACHMENT_KINDS = ['before', 'after', 'other'] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/** In one case: a log is no picture book. */
const MAX_OF_CASE = 100;

export interface Attachment {
  sha256: string;
  kind: AttachmentKind;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  actor: string;
  at: string;
}

/**
 * Keeps a file with a case. The bytes are kept before the row: what is listed is there. The same file again changes nothing.
 * @returns also where the camera stood, if the picture said so.
 * @throws HekanError: bad_request (no such kind of file, broken), not_found, conflict (too many).
 */
export async function attachFile(
  db: Database,
  store: AttachmentStore,
  clock: Clock,
  caseId: number,
  given: { bytes: Uint8Array<ArrayBuffer>; kind: AttachmentKind; actor: string },
): Promise<Attachment & Pick<CleanFile, 'position'>> {
  await checkCase(db, caseId);
  const { position, ...file } = await cleanFile(given.bytes);
  const sha256 = sha256Of(file.bytes);
  await store.put(sha256, file.bytes, file.type);
  await db.query(
    `insert into attachment (case_id, sha256, kind, type, bytes, width, height, actor, at)
     values ($1::bigint, $2::text, $3::text, $4::text, $5::int, $6::int, $7::int, $8::text, $9::timestamptz)
     on conflict (case_id, sha256) do nothing`,
    [caseId, sha256, given.kind, file.type, file.bytes.length, file.width, file.height, given.actor, clock.now()],
  );
  const kept = (await listAttachments(db, caseId)).find((one) => one.sha256 === sha256);
  if (!kept) throw new HekanError('not_found', `no case with id ${caseId}`, { field: 'id', given: String(caseId) });
  return { ...kept, position };
}

async function checkCase(db: Database, caseId: number): Promise<void> {
  const { rows } = await db.query<{ n: number }>(
    `select (select count(*)::int from attachment where case_id = c.id) as n from cases c where c.id = $1::bigint`,
    [caseId],
  );
  if (!rows[0]) throw new HekanError('not_found', `no case with id ${caseId}`, { field: 'id', given: String(caseId) });
  if (rows[0].n >= MAX_OF_CASE)
    throw new HekanError('conflict', `a case has at most ${MAX_OF_CASE} attachments`, { field: 'file' });
}

/** Files of a case, oldest first. */
export async function listAttachments(client: Queryable, caseId: number): Promise<Attachment[]> {
  const { rows } = await client.query<Omit<Attachment, 'at'> & { at: Date }>(
    `select sha256, kind, type, bytes, width, height, actor, at from attachment where case_id = $1::bigint order by at, sha256`,
    [caseId],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/**
 * The bytes of a file of a case, checked against their hash.
 * @throws HekanError: not_found; internal where the store gives something else than was kept.
 */
export async function readAttachment(
  client: Queryable,
  store: AttachmentStore,
  caseId: number,
  sha256: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; type: string }> {
  const found = (await listAttachments(client, caseId)).find((one) => one.sha256 === sha256);
  const bytes = found ? await store.get(sha256) : null;
  if (!found || !bytes)
    throw new HekanError('not_found', `case ${caseId} has no such file`, {
      field: 'sha256',
      given: sha256.slice(0, 80),
    });
  if (sha256Of(bytes) !== sha256)
    throw new HekanError('internal', `attachment ${sha256} of case ${caseId} is not what was kept`);
  return { bytes, type: found.type };
}
