import { z } from 'zod';
import { actWithin, postLetters, type CaseAction, type CaseStatus } from '../../cases/index.ts';
import type { Clock, Database, Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { checkJson } from '../../files/index.ts';
import { listOutlets } from '../outlet.ts';
import { attempt, isFederated, readStatus, takeSteps, wantPhotos, type FederatedOutlet } from './applyUpdates.ts';
import { pathTo, planActions, targetOf } from './steps.ts';
import { findCase, lockUpdates, settle, type OpenUpdate } from './updates.ts';

/** Updates that wait for an operator, oldest first. */
export async function listConflicts(client: Queryable, limit: number) {
  const { rows } = await client.query<{ id: number; outlet: string; case: string; reason: string; receivedAt: Date }>(
    `select u.id::float8 as id, o.key as outlet, u.case_ref as case, u.case_id::float8 as "caseId", c.case_no as "caseNo",
       c.status, u.sequence::float8 as sequence, u.body->>'action' as "theirAction", u.body->>'status' as "theirStatus",
       u.body->>'at' as at, u.body->>'note' as note, u.reason, u.received_at as "receivedAt"
     from case_update u join outlet o on o.id = u.outlet_id left join cases c on c.id = u.case_id
     where u.state = 'conflict' order by u.id limit $1::int`,
    [limit],
  );
  return rows;
}

const ANSWER = z.strictObject({
  take: z.enum(['theirs', 'ours']),
  /** Who says so. */
  actor: z.string().trim().min(1).max(100).default('operator'),
});

async function findConflict(client: Queryable, id: number) {
  const { rows } = await client.query<{ outletId: number; caseRef: string }>(
    `select outlet_id as "outletId", case_ref as "caseRef" from case_update where id = $1::bigint`,
    [id],
  );
  const outlet = (await listOutlets(client)).filter(isFederated).find((one) => one.id === rows[0]?.outletId);
  if (!rows[0] || !outlet) throw new HekanError('not_found', `no update ${id}`, { field: 'id', given: String(id) });
  const { caseRef } = rows[0];
  const update = (await lockUpdates(client, outlet.id, caseRef)).find(
    (one) => one.id === id && one.state === 'conflict',
  );
  if (!update) throw new HekanError('conflict', `update ${id} waits for no answer`, { field: 'id', given: String(id) });
  return { outlet, caseRef, update };
}

/** Brings a case where its platform has it, by whatever plain steps lead there; one that was merged goes its own way again. */
async function follow(
  client: Queryable,
  clock: Clock,
  outlet: FederatedOutlet,
  caseId: number,
  { body }: OpenUpdate,
  more: Record<string, unknown>,
  refusal: HekanError,
): Promise<void> {
  const to = targetOf(outlet.config.platform, body);
  const { merged } = await readStatus(client, caseId);
  if (to === null) throw refusal;
  if (merged) {
    const { actor, ...data } = { actor: 'system', ...more };
    await actWithin(client, clock, caseId, { action: 'release', role: 'system', actor, note: null, data });
  }
  const way = (from: CaseStatus): readonly CaseAction[] => {
    const found = pathTo(from, to);
    if (!found) throw refusal;
    return found;
  };
  await takeSteps(client, clock, outlet, caseId, body, way, more);
}

async function takeTheirs(
  client: Queryable,
  clock: Clock,
  outlet: FederatedOutlet,
  caseId: number | null,
  update: OpenUpdate,
  actor: string,
  now: Date,
): Promise<void> {
  const { id, body, sequence } = update;
  if (caseId === null || sequence === null)
    throw new HekanError('conflict', `there is nothing to take: ${update.reason ?? ''}`, { field: 'take' });
  const more = { resolved: 'theirs', resolvedBy: actor };
  const plan = (from: CaseStatus) => planActions(outlet.config.platform, from, body);
  const refusal = await attempt(client, () => takeSteps(client, clock, outlet, caseId, body, plan, more));
  if (refusal) await follow(client, clock, outlet, caseId, update, more, refusal);
  await wantPhotos(client, outlet.id, caseId, body, now);
  await settle(client, id, 'applied', { caseId, at: now });
}

/**
 * Answers a conflict. `theirs`: the case goes where its platform has it, though the order, or the workflow's next step, would be
 * another. `ours`: the update is dropped, and the platform is told. What waited behind it goes on.
 * @throws HekanError: bad_request; not_found; conflict where it waits for no answer, or no steps lead to where the platform has the case.
 */
export async function resolveConflict(db: Database, clock: Clock, id: number, given: unknown, now: Date) {
  const { take, actor } = checkJson(given, ANSWER, 'body', 'answer', 'of the request');
  await db.transaction(async (client) => {
    const { outlet, caseRef, update } = await findConflict(client, id);
    const caseId = await findCase(client, outlet, caseRef);
    if (take === 'theirs') await takeTheirs(client, clock, outlet, caseId, update, actor, now);
    else {
      await settle(client, id, 'dropped', { caseId, at: now });
      const data = { sequence: update.sequence, reason: update.reason, actor };
      if (caseId !== null) await postLetters(client, [caseId], { type: 'keep', data }, now);
    }
    await client.query(
      `update case_update set next_at = '-infinity' where outlet_id = $1::int and case_ref = $2::text and state = 'waiting'`,
      [outlet.id, caseRef],
    );
  });
}
