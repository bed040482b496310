import { HekanError } from '../errors.ts';
import type { Asked, CaseFacts, Transition } from './machine.ts';
import type { Limit, WorkCalendar } from './time/workCalendar.ts';
import type { CaseAction, CaseStatus } from './words.ts';

/** Stages with a limit of their own, and their bit in late_stages. */
export const STAGES = { verify: 1, filing: 2, dispatch: 4, check: 8 } as const;
export type Stage = keyof typeof STAGES;

const STAGE_OF: ReadonlyMap<CaseStatus, Stage> = new Map([
  ['verifying', 'verify'],
  ['to_file', 'filing'],
  ['to_dispatch', 'dispatch'],
  ['checking', 'check'],
]);

/** A light turns yellow when this share of the limit is used. */
export const YELLOW_SHARE = 0.8;

/** All of a case that its steps change. Instants are null until they came. */
export interface CaseState extends CaseFacts {
  departmentId: number | null;
  assisting: readonly number[];
  acceptedAt: Date | null;
  filedAt: Date | null;
  dispatchedAt: Date | null;
  handledAt: Date | null;
  closedAt: Date | null;
  verifiedAt: Date | null;
  checkedAt: Date | null;
  yellowAt: Date | null;
  dueAt: Date | null;
  limit: Limit | null;
  askedAt: Date | null;
  suspendedAt: Date | null;
  stageSince: Date | null;
  stageDueAt: Date | null;
  lateStages: number;
  returns: number;
  dispatches: number;
  redispatches: number;
  urges: number;
  escalation: number;
  forced: boolean;
  excluded: boolean;
  calledBackAt: Date | null;
}

/** What an action may bring along, beside who and when. */
export interface StepData {
  /** dispatch: the lead department (主办), and those that assist it (协办). */
  departmentId?: number;
  assisting?: readonly number[];
  /** call_back. */
  satisfied?: boolean;
  /** merge: the case that this one is a duplicate of. */
  duplicateOf?: number;
  /** correct, attachments and the like: kept in the log. */
  [more: string]: unknown;
}

/** The city's limits, as they are when a step is taken. */
export interface Rules {
  calendar: WorkCalendar;
  /** Of this case's category, condition and area; null: it has none. */
  limit: Limit | null;
  stages: ReadonlyMap<Stage, Limit>;
}

export interface Outcome {
  state: CaseState;
  /** ms since the stage, or the status before it, began. */
  usedMs: number | null;
  /** Whether a limit was passed: of the stage that ends, or of the handling. null: no limit ends with this step. */
  late: boolean | null;
}

/** The two instants of a limit that begins to run. */
export function deadline(calendar: WorkCalendar, from: Date, limit: Limit): { yellowAt: Date; dueAt: Date } {
  const { value, unit } = limit;
  return {
    yellowAt: calendar.add(from, { value: value * YELLOW_SHARE, unit }),
    dueAt: calendar.add(from, limit),
  };
}

function need<T>(value: T | undefined, action: CaseAction, field: string, what: string): T {
  if (value === undefined)
    throw new HekanError('bad_request', `${field}: ${action} needs ${what}`, { field, given: 'nothing' });
  return value;
}

/** What was left of an instant's way when the clock stopped, from now on. One that had passed already stays. */
function moved(
  calendar: WorkCalendar,
  at: Date | null,
  stopped: Date | null,
  now: Date,
  limit: Limit | null,
): Date | null {
  if (!at || !stopped || at <= stopped) return at;
  const unit = limit?.unit ?? 'urgent_hour';
  return calendar.add(now, { value: calendar.between(stopped, at, unit), unit });
}

type Change = (c: CaseState, at: Date, data: StepData, rules: Rules) => Partial<CaseState>;

/** What each action does beside moving the case. */
const CHANGES: Partial<Record<CaseAction, Change>> = {
  accept: (c, at) => ({ acceptedAt: c.acceptedAt ?? at }),
  verify_exists: (c, at) => ({ acceptedAt: c.acceptedAt ?? at, verifiedAt: at }),
  verify_absent: (_c, at) => ({ verifiedAt: at }),
  verify_unclear: (_c, at) => ({ verifiedAt: at }),
  handle_on_spot: (c, at) => ({ acceptedAt: c.acceptedAt ?? at, handledAt: at, closedAt: at }),
  audit_fail: () => ({ closedAt: null }),
  file: (_c, at, _data, { calendar, limit }) => ({
    filedAt: at,
    limit,
    ...(limit ? deadline(calendar, at, limit) : {}),
  }),
  dispatch: (c, at, data) => {
    const to = need(data.departmentId ?? c.departmentId ?? undefined, 'dispatch', 'departmentId', 'a department');
    return {
      dispatchedAt: at,
      departmentId: to,
      // The duty matrix named them together with the lead department: they do not come along to another.
      assisting: data.assisting ?? (to === c.departmentId ? c.assisting : []),
      dispatches: c.dispatches + 1,
      redispatches: c.redispatches + (c.dispatches > 0 && to !== c.departmentId ? 1 : 0),
    };
  },
  extend: (c, _at, _data, { calendar }) => ({
    extensions: c.extensions + 1,
    ...(c.dueAt && c.limit ? deadline(calendar, c.dueAt, c.limit) : {}),
  }),
  return: (c) => ({ returns: c.returns + 1 }),
  suspend: (_c, at) => ({ suspendedAt: at }),
  resume: (c, at, _data, { calendar }) => ({
    suspendedAt: null,
    yellowAt: moved(calendar, c.yellowAt, c.suspendedAt, at, c.limit),
    dueAt: moved(calendar, c.dueAt, c.suspendedAt, at, c.limit),
  }),
  feed_back: (_c, at) => ({ handledAt: at }),
  check_passed: (_c, at) => ({ checkedAt: at }),
  check_failed: (c, at) => ({ checkedAt: at, reworks: c.reworks + 1 }),
  check_unclear: (_c, at) => ({ checkedAt: at }),
  close: (c, at) => ({ acceptedAt: c.acceptedAt ?? at, closedAt: at }),
  force_close: (_c, at) => ({ closedAt: at, forced: true, suspendedAt: null }),
  reopen: (c) => ({ closedAt: null, satisfied: null, forced: false, reworks: c.reworks + 1 }),
  call_back: (_c, at, data) => ({
    satisfied: need(data.satisfied, 'call_back', 'satisfied', 'true or false'),
    calledBackAt: at,
  }),
  appeal: () => ({ appealed: true }),
  uphold_appeal: () => ({ excluded: true }),
  urge: (c) => ({ urges: c.urges + 1 }),
  escalate: (c) => ({ escalation: c.escalation + 1 }),
  release: () => ({ duplicateOf: null }),
  merge: (_c, _at, data) => ({
    duplicateOf: need(data.duplicateOf, 'merge', 'duplicateOf', 'the id of the case it doubles'),
  }),
};

/** A request ends when it is answered, and when the case moves on without an answer; an appeal is heard wherever the case goes. */
function askedAfter(c: CaseState, t: Transition, at: Date): { asked: Asked | null; askedAt: Date | null } {
  if (t.asks) return { asked: t.asks, askedAt: at };
  const over = t.answers !== undefined || (t.to !== c.status && c.asked !== 'appeal');
  return over ? { asked: null, askedAt: null } : { asked: c.asked, askedAt: c.askedAt };
}

/** The stage's clock: it starts on entering, and what ended late stays late. */
function stageAfter(c: CaseState, t: Transition, at: Date, rules: Rules): Partial<CaseState> {
  if (t.to === c.status) return {};
  const left = STAGE_OF.get(c.status);
  const late = left && c.stageDueAt && at > c.stageDueAt ? STAGES[left] : 0;
  const entered = STAGE_OF.get(t.to);
  const limit = entered && rules.stages.get(entered);
  return {
    lateStages: c.lateStages | late,
    stageSince: at,
    stageDueAt: limit ? rules.calendar.add(at, limit) : null,
  };
}

/** Whether the step ends a limit, and how. */
function lateness(c: CaseState, t: Transition, at: Date): boolean | null {
  if (t.action === 'feed_back') return c.dueAt ? at > c.dueAt : null;
  if (t.to === c.status || !STAGE_OF.has(c.status)) return null;
  return c.stageDueAt ? at > c.stageDueAt : null;
}

/**
 * What a case is after an arrow was taken. Pure: the database and the model in the tests both go by it.
 * @throws HekanError: bad_request where the action needs data that it does not have; conflict where the calendar ends too early.
 */
export function applyAction(c: CaseState, t: Transition, at: Date, data: StepData, rules: Rules): Outcome {
  const state: CaseState = {
    ...c,
    ...stageAfter(c, t, at, rules),
    ...CHANGES[t.action]?.(c, at, data, rules),
    ...askedAfter(c, t, at),
    status: t.to,
  };
  const usedMs = c.stageSince && t.to !== c.status ? at.getTime() - c.stageSince.getTime() : null;
  return { state, usedMs, late: lateness(c, t, at) };
}

/** A case as it is when it has just been reported. */
export function reportedState(at: Date, departmentId: number | null): CaseState {
  return {
    status: 'reported',
    asked: null,
    askedAt: null,
    departmentId,
    assisting: [],
    acceptedAt: null,
    filedAt: null,
    dispatchedAt: null,
    handledAt: null,
    closedAt: null,
    verifiedAt: null,
    checkedAt: null,
    yellowAt: null,
    dueAt: null,
    limit: null,
    suspendedAt: null,
    stageSince: at,
    stageDueAt: null,
    lateStages: 0,
    extensions: 0,
    reworks: 0,
    returns: 0,
    dispatches: 0,
    redispatches: 0,
    urges: 0,
    escalation: 0,
    forced: false,
    appealed: false,
    excluded: false,
    satisfied: null,
    calledBackAt: null,
    duplicateOf: null,
  };
}
