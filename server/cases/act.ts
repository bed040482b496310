import type { Clock, Database, Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { announceCases } from './announce.ts';
import { correctCase } from './correct.ts';
import type { NewStep } from './columns.ts';
import { applyAction, type StepData } from './effects.ts';
import { postLetters } from './letters.ts';
import { appendSteps } from './log/append.ts';
import { allowedActions, takeAction } from './machine.ts';
import { lockCase, writeState, type LockedCase } from './state.ts';
import { ENDED_LIST, type CaseAction, type CaseRole, type CaseStatus } from './words.ts';

export interface Act {
  action: CaseAction;
  role: CaseRole;
  actor: string;
  note: string | null;
  data?: StepData;
  /** The last step that the actor knew of: where somebody else was quicker, he is told. */
  seq?: number;
  /** The platform that runs the case says so. */
  byPlatform?: true;
}

/** What we do with any case, whoever runs it; its platform is told. */
const OURS: ReadonlySet<CaseAction> = new Set(['urge', 'escalate', 'merge', 'release']);

/** A case in one of these has ended without being closed: what was merged into it goes on by itself. */
const ENDED_OTHERWISE: readonly CaseStatus[] = ['rejected', 'not_filed', 'void'];

/**
 * Takes a case one step on: checks the machine, writes case, step, counts and outbox in one transaction. Cases that were merged into
 * it are closed with it.
 * @returns the new status.
 * @throws HekanError: not_found; conflict where the workflow does not allow it, or another step came first; bad_request where the
 * action needs data that it has not.
 */
export function actOnCase(db: Database, clock: Clock, caseId: number, act: Act): Promise<CaseStatus> {
  return db.transaction((client) => actWithin(client, clock, caseId, act));
}

/** The same in the caller's transaction. */
export async function actWithin(client: Queryable, clock: Clock, caseId: number, act: Act): Promise<CaseStatus> {
  if (act.action === 'merge') await lockParent(client, caseId, act.data?.duplicateOf);
  const locked = await lockCase(client, caseId);
  checkSeq(act.seq, locked);
  checkRunner(act, locked);
  const at = clock.now();
  const to = await takeStep(client, caseId, locked, act, at);
  if (to === 'closed' && locked.state.status !== 'closed') await closeMerged(client, caseId, at);
  else if (ENDED_OTHERWISE.includes(to)) await releaseMerged(client, caseId, at);
  return to;
}

function checkRunner({ action, byPlatform }: Act, { platform, state }: LockedCase): void {
  if (platform === null || byPlatform || OURS.has(action)) return;
  throw new HekanError('conflict', `the case is run by ${platform}: action ${action} is taken there`, {
    field: 'action',
    given: action,
    allowed: oursOf(allowedActions(state)),
  });
}

/** Of what is possible, what is ours to do with a case that a platform runs. */
export function oursOf<Allowed extends { action: CaseAction }>(allowed: readonly Allowed[]): Allowed[] {
  return allowed.filter(({ action }) => OURS.has(action));
}

function checkSeq(seq: number | undefined, { head, state }: LockedCase): void {
  if (seq === undefined || seq === head.seq) return;
  throw new HekanError('conflict', `the case has moved on: it stands at step ${head.seq}, ${state.status}`, {
    field: 'seq',
    given: String(seq),
  });
}

/** One step of a locked case. */
async function takeStep(
  client: Queryable,
  caseId: number,
  locked: LockedCase,
  act: Act,
  now: Date,
): Promise<CaseStatus> {
  const { state: before, head, rules } = locked;
  const transition = takeAction(before, act.action, act.role);
  const { state, usedMs, late } = applyAction(before, transition, now, act.data ?? {}, rules);
  await writeState(client, caseId, now, state);
  if (act.action === 'correct') await correctCase(client, caseId, act.data);
  const { action, role, actor, note } = act;
  const step: NewStep = { at: now, action, from: before.status, to: state.status, role, actor, note, usedMs, late };
  await appendSteps(client, [{ caseId, head, steps: [act.data ? { ...step, data: act.data } : step] }]);
  await announceCases(client, [caseId], action, now);
  if (locked.platform !== null && !act.byPlatform)
    await postLetters(client, [caseId], { type: action, note, data: act.data }, now);
  return state.status;
}

/** Locks both in the order of their ids, and checks that the other one can take this one in. */
async function lockParent(client: Queryable, caseId: number, parentId: number | undefined): Promise<void> {
  if (parentId === undefined) return;
  const wrong = (why: string) =>
    new HekanError('conflict', `duplicateOf: ${why}`, { field: 'duplicateOf', given: String(parentId) });
  if (parentId === caseId) throw wrong('a case is no duplicate of itself');
  const { rows } = await client.query<{ id: string; ended: boolean; merged: boolean; parent: boolean }>(
    `select id::text, status in (${ENDED_LIST}) as ended, duplicate_of is not null as merged,
       exists (select 1 from cases x where x.duplicate_of = c.id) as parent
     from cases c where id in ($1::bigint, $2::bigint) order by c.id for update`,
    [caseId, parentId],
  );
  const parent = rows.find(({ id }) => id === String(parentId));
  if (!parent) throw wrong('there is no such case');
  if (parent.ended) throw wrong('that case has ended');
  if (parent.merged) throw wrong('that case was merged into another itself');
  if (rows.find(({ id }) => id === String(caseId))?.parent) throw wrong('others were merged into this case');
}

async function mergedInto(client: Queryable, caseId: number): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id::text from cases where duplicate_of = $1::bigint and status in ('reported', 'verifying', 'to_file', 'to_dispatch')
     order by cases.id`,
    [caseId],
  );
  return rows.map(({ id }) => Number(id));
}

const BY_SYSTEM = { role: 'system', actor: 'system' } as const;

async function closeMerged(client: Queryable, caseId: number, at: Date): Promise<void> {
  for (const id of await mergedInto(client, caseId)) {
    const act: Act = { ...BY_SYSTEM, action: 'close', note: null, data: { duplicateOf: caseId } };
    await takeStep(client, id, await lockCase(client, id), act, at);
  }
}

async function releaseMerged(client: Queryable, caseId: number, at: Date): Promise<void> {
  for (const id of await mergedInto(client, caseId)) {
    const act: Act = { ...BY_SYSTEM, action: 'release', note: null, data: { duplicateOf: caseId } };
    await takeStep(client, id, await lockCase(client, id), act, at);
  }
}
