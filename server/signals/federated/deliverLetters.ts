import type { Database } from '../../db/index.ts';
import { RETRY_MS, sendLetter, type Letter } from '../../live/index.ts';
import { listOutlets, readOutlet } from '../outlet.ts';
import { isFederated, type FederatedOutlet } from './applyUpdates.ts';

/** Letters to one platform in one pass. */
const BATCH = 100;
/** The platform read the letter and does not want it: it would not want it the next time either. */
const REFUSED: readonly (number | null)[] = [400, 409, 410, 413, 415, 422];

interface WaitingLetter {
  id: string;
  type: string;
  at: Date;
  attempts: number;
  due: boolean;
  data: Record<string, unknown>;
}

/** Letters that wait for a platform, oldest first, with the case as it is now. */
async function nextLetters(db: Database, { key }: FederatedOutlet, now: Date): Promise<WaitingLetter[]> {
  const { rows } = await db.query<WaitingLetter>(
    `select l.id::text as id, l.type, l.at, l.attempts, l.next_at <= $2::timestamptz as due, jsonb_build_object(
         'caseId', c.id, 'caseNo', c.case_no, 'externalId', substr(c.external_id, length($1::text) + 2), 'status', c.status,
         'category', jsonb_build_object('code', g.code, 'nameZh', g.name_zh, 'nameEn', g.name_en),
         'division', case when d.id is not null then jsonb_build_object('code', d.code, 'nameZh', d.name_zh, 'nameEn', d.name_en) end,
         'department', case when t.id is not null then jsonb_build_object('code', t.key, 'nameZh', t.name_zh, 'nameEn', t.name_en) end,
         'lng', st_x(c.geom), 'lat', st_y(c.geom), 'address', c.address, 'description', c.description, 'priority', c.priority,
         'reportedAt', c.reported_at, 'dueAt', c.due_at, 'urges', c.urges, 'escalation', c.escalation,
         'duplicateOf', (select case_no from cases p where p.id = c.duplicate_of), 'note', l.note, 'data', l.data) as data
     from case_letter l join cases c on c.id = l.case_id join category g on g.id = c.category_id
       left join division d on d.id = c.division_id left join department t on t.id = c.department_id
     where l.source_id = (select id from source where key = $1::text) and l.sent_at is null and l.dead_at is null
     order by l.id limit ${BATCH}`,
    [key, now],
  );
  return rows;
}

const toLetter = (outlet: FederatedOutlet, { id, type, at, data }: WaitingLetter): Letter => ({
  specversion: '1.0',
  id,
  source: `/api/signals/${outlet.key}`,
  type: `city.hekan.case.${type}`,
  time: at.toISOString(),
  datacontenttype: 'application/json',
  data,
});

async function note(db: Database, letter: WaitingLetter, refusal: Awaited<ReturnType<typeof sendLetter>>, now: Date) {
  if (!refusal) {
    await db.query('update case_letter set sent_at = $2::timestamptz, error = null where id = $1::bigint', [
      letter.id,
      now,
    ]);
    return;
  }
  const waitMs = REFUSED.includes(refusal.status) ? undefined : RETRY_MS[letter.attempts];
  await db.query(
    `update case_letter set attempts = attempts + 1, error = $2::text, next_at = coalesce($3::timestamptz, next_at),
       dead_at = case when $3::timestamptz is null then $4::timestamptz end where id = $1::bigint`,
    [letter.id, refusal.error, waitMs === undefined ? null : new Date(now.getTime() + waitMs), now],
  );
}

/** Delivers to one platform, in order; behind a letter that is to be tried again the others wait. @returns how many went out. */
async function deliverTo(db: Database, outlet: FederatedOutlet, now: () => Date): Promise<number> {
  const { url, secret } = outlet.config.platform;
  const addressee = { key: outlet.key, url, secret: Buffer.from(secret.slice('whsec_'.length), 'base64') };
  let delivered = 0;
  for (const letter of await nextLetters(db, outlet, now())) {
    if (!letter.due) break;
    const refusal = await sendLetter(addressee, toLetter(outlet, letter), now());
    await note(db, letter, refusal, now());
    if (!refusal) delivered++;
    else if (!REFUSED.includes(refusal.status)) break;
  }
  return delivered;
}

/**
 * One pass over all platforms, each at its own pace. A letter goes out at least once, in order; its number is its id. One that the
 * platform refuses, or that could not be delivered for some eight hours, is dead, and the next one is tried.
 * @returns how many letters went out.
 */
export async function deliverLetters(db: Database, now: () => Date): Promise<number> {
  const outlets = (await listOutlets(db)).filter(isFederated).filter(({ enabled }) => enabled);
  const counts = await Promise.all(outlets.map((outlet) => deliverTo(db, outlet, now)));
  return counts.reduce((sum, n) => sum + n, 0);
}

/** Tries an outlet's letters again, the dead ones too, and its photos. @returns how many were dead. @throws HekanError('not_found'). */
export async function retryLetters(db: Database, key: string, now: Date): Promise<number> {
  const { id } = await readOutlet(db, key);
  const { rows } = await db.query<{ dead: number }>(
    `with tried as (
       update case_letter l set dead_at = null, attempts = 0, next_at = $3::timestamptz
       from case_letter before
       where before.id = l.id and l.sent_at is null and l.source_id = (select id from source where key = $2::text)
       returning before.dead_at
     ), photos as (
       update case_photo p set dead_at = null, attempts = 0, next_at = $3::timestamptz
       from case_photo before where before.id = p.id and p.outlet_id = $1::int returning before.dead_at
     )
     select count(dead_at)::int as dead from (select dead_at from tried union all select dead_at from photos) as t`,
    [id, key, now],
  );
  return rows[0]?.dead ?? 0;
}
