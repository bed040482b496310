import { actWithin, type CaseStatus } from '../../cases/index.ts';
import type { Clock, Database, Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { listOutlets, type Outlet } from '../outlet.ts';
import type { Platform } from './platform.ts';
import type { Update } from './readUpdate.ts';
import { planActions, roleOf } from './steps.ts';
import { findCase, lastSequence, lockUpdates, settle, type OpenUpdate } from './updates.ts';

/** Cases in one pass. */
const BATCH = 200;
/** A conflict that ends by itself when what is missing comes. */
const MISSING = /^(gap|unknown_case): /;

export type FederatedOutlet = Outlet & { config: { platform: Platform } };
export const isFederated = (outlet: Outlet): outlet is FederatedOutlet => outlet.config.platform !== undefined;

/** Where an update stands in the order of its case. Pure. */
export function placeOf(platform: Platform, sequence: number, last: number | null): 'next' | 'early' | 'passed' {
  if (platform.mapping.sequence === undefined) return last !== null && sequence < last ? 'passed' : 'next';
  const next = last === null ? platform.firstSequence : last + 1;
  return sequence === next ? 'next' : sequence > next ? 'early' : 'passed';
}

/** The platform itself as a department, for a case that the city's duty matrix gives to nobody. */
async function departmentOf(client: Queryable, { key, nameZh, nameEn }: Outlet): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into department (key, name_zh, name_en) values ($1::text, $2::text, $3::text)
     on conflict (key) do update set name_zh = excluded.name_zh returning id`,
    [key, nameZh, nameEn],
  );
  return rows[0]!.id;
}

export async function readStatus(client: Queryable, caseId: number) {
  const { rows } = await client.query<{ status: CaseStatus; departmentId: number | null; merged: boolean }>(
    `select status, department_id as "departmentId", duplicate_of is not null as merged from cases where id = $1::bigint for update`,
    [caseId],
  );
  return rows[0]!;
}

/** Takes the steps that an update makes of a case, in the caller's transaction. @param more goes into the log with them.
 * @throws HekanError where the workflow, or the update, does not allow them: then all of it must be rolled back. */
export async function takeSteps(
  client: Queryable,
  clock: Clock,
  outlet: FederatedOutlet,
  caseId: number,
  update: Update,
  actions: (status: CaseStatus) => readonly Parameters<typeof roleOf>[1][],
  more: Record<string, unknown> = {},
): Promise<void> {
  const { status: from, departmentId } = await readStatus(client, caseId);
  const { sequence, at, person, satisfied, action: word, status: said, note, photos } = update;
  const told = { sequence, at, person, word: word ?? said, photos: photos.length, ...more };
  const planned = actions(from);
  let status = from;
  for (const [i, action] of planned.entries()) {
    const data = {
      ...told,
      ...(action === 'call_back' && satisfied !== null ? { satisfied } : {}),
      ...(action === 'dispatch' ? { departmentId: departmentId ?? (await departmentOf(client, outlet)) } : {}),
    };
    const act = { action, role: roleOf(status, action), actor: outlet.key, byPlatform: true, data } as const;
    status = await actWithin(client, clock, caseId, { ...act, note: i === planned.length - 1 ? note : null });
  }
}

/** Leaves what an update shows to be fetched. */
export async function wantPhotos(client: Queryable, outletId: number, caseId: number, { photos }: Update, now: Date) {
  if (photos.length === 0) return;
  await client.query(
    `insert into case_photo (case_id, outlet_id, url, kind, next_at)
     select $1::bigint, $2::int, url, kind, $3::timestamptz from unnest($4::text[], $5::text[]) as p (url, kind)`,
    [caseId, outletId, now, photos.map(({ url }) => url), photos.map(({ kind }) => kind)],
  );
}

/** Runs work that the workflow may refuse; what it did until then is undone. @returns why it was refused; null: it was done. */
export async function attempt(client: Queryable, work: () => Promise<void>): Promise<HekanError | null> {
  await client.query('savepoint attempt');
  try {
    await work();
    await client.query('release savepoint attempt');
    return null;
  } catch (error) {
    await client.query('rollback to savepoint attempt');
    if (error instanceof HekanError && error.status < 500) return error;
    throw error;
  }
}

/** What lacks its predecessor, or its case, waits for it, and for so long only. */
async function waitFor(client: Queryable, outlet: FederatedOutlet, update: OpenUpdate, missing: string, now: Date) {
  if (update.state === 'conflict') return;
  const until = new Date(update.receivedAt.getTime() + outlet.config.platform.gapS * 1000);
  if (now >= until) await settle(client, update.id, 'conflict', { reason: missing, at: now });
  else await client.query('update case_update set next_at = $2::timestamptz where id = $1::bigint', [update.id, until]);
}

/** Those of a case that wait are looked at again when somebody has answered the conflict before them. */
async function block(client: Queryable, outletId: number, caseRef: string): Promise<void> {
  await client.query(
    `update case_update set next_at = 'infinity' where outlet_id = $1::int and case_ref = $2::text and state = 'waiting'`,
    [outletId, caseRef],
  );
}

/** Why an update that is next cannot be taken; null: it was. */
async function applyNext(
  client: Queryable,
  clock: Clock,
  outlet: FederatedOutlet,
  caseId: number,
  { body }: OpenUpdate,
) {
  const plan = (from: CaseStatus) => planActions(outlet.config.platform, from, body);
  const refusal = await attempt(client, () => takeSteps(client, clock, outlet, caseId, body, plan));
  return refusal?.message ?? null;
}

/** All that is due of one case. What stands behind a conflict waits until somebody has answered it. */
async function applyToCase(client: Queryable, clock: Clock, outlet: FederatedOutlet, caseRef: string, now: Date) {
  const { platform } = outlet.config;
  const updates = await lockUpdates(client, outlet.id, caseRef);
  const caseId = await findCase(client, outlet, caseRef);
  let last = await lastSequence(client, outlet.id, caseRef);
  for (const update of updates) {
    const { sequence, body } = update;
    if (sequence === null) continue;
    if (caseId === null) {
      await waitFor(client, outlet, update, `unknown_case: there is no case ${caseRef} that this platform runs`, now);
      continue;
    }
    const place = placeOf(platform, sequence, last);
    if (place === 'early') {
      await waitFor(
        client,
        outlet,
        update,
        `gap: ${sequence} came, what follows ${last ?? 'the dispatch'} did not`,
        now,
      );
      continue;
    }
    const answered = update.state === 'waiting' || MISSING.test(update.reason ?? '');
    if (place === 'passed') {
      const reason = `passed: ${sequence} came when ${last ?? 0} was taken already`;
      if (answered) await settle(client, update.id, 'conflict', { caseId, reason, at: now });
      continue;
    }
    const reason = answered ? await applyNext(client, clock, outlet, caseId, update) : update.reason;
    if (reason !== null) {
      if (answered) await settle(client, update.id, 'conflict', { caseId, reason, at: now });
      await block(client, outlet.id, caseRef);
      return;
    }
    await wantPhotos(client, outlet.id, caseId, body, now);
    await settle(client, update.id, 'applied', { caseId, at: now });
    last = sequence;
  }
}

/**
 * Takes what platforms said of their cases into the log: each case's updates in order, each once. What comes early waits for what is
 * before it; what cannot be taken waits for an operator.
 * @param now of the wall: the order of things that came in has nothing to do with where a demonstration stands.
 * @returns how many cases were looked at; BATCH at most, then there may be more.
 */
export async function applyUpdates(db: Database, clock: Clock, now: Date): Promise<number> {
  const { rows } = await db.query<{ outletId: number; caseRef: string }>(
    `select distinct outlet_id as "outletId", case_ref as "caseRef" from case_update
     where state = 'waiting' and next_at <= $1::timestamptz order by 1, 2 limit ${BATCH}`,
    [now],
  );
  if (rows.length === 0) return 0;
  const outlets = new Map((await listOutlets(db)).filter(isFederated).map((outlet) => [outlet.id, outlet]));
  let cases = 0;
  for (const { outletId, caseRef } of rows) {
    const outlet = outlets.get(outletId);
    if (!outlet) continue;
    await db.transaction((client) => applyToCase(client, clock, outlet, caseRef, now));
    cases++;
  }
  return cases;
}
