import { CASE_STATUSES, TRANSITIONS, type CaseAction, type CaseRole, type CaseStatus } from '../../cases/index.ts';
import { HekanError } from '../../errors.ts';
import { PLATFORM_ACTIONS, type Platform } from './platform.ts';
import type { Update } from './readUpdate.ts';

/** Arrows that somebody may take without having been asked for, or being answered. */
const PLAIN = TRANSITIONS.filter((t) => t.from !== null && !t.asks && !t.answers && !t.needs && !t.over);

/** The fewest plain arrows from one status to another; null: there is no such way. */
export function pathTo(from: CaseStatus, to: CaseStatus): CaseAction[] | null {
  const ways = new Map<CaseStatus, CaseAction[]>([[from, []]]);
  for (const [status, way] of ways) {
    if (status === to) return way;
    for (const arrow of PLAIN)
      if (arrow.from === status && !ways.has(arrow.to)) ways.set(arrow.to, [...way, arrow.action]);
  }
  return null;
}

/** As whom a platform takes an arrow: it has all roles of people. */
export function roleOf(from: CaseStatus, action: CaseAction): CaseRole {
  const arrow = TRANSITIONS.find((t) => t.from === from && t.action === action);
  return arrow?.roles.find((role) => role !== 'system') ?? 'operator';
}

/** A word as the platform's table has it: what every object has is no word of theirs. */
const lookUp = <Value>(words: Record<string, Value>, word: string): Value | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined;

const refuse = (field: string, why: string, given: string) =>
  new HekanError('conflict', `${field}: ${why}`, { field, given });

/** Where an update says that the case stands, in our words; null: it names what was done.
 * @throws HekanError('conflict') for a word that nobody knows. */
export function statusOf(platform: Platform, { action, status }: Update): CaseStatus | null {
  if (action !== null || status === null) return null;
  const ours = lookUp(platform.statuses, status) ?? CASE_STATUSES.find((known) => known === status);
  if (ours === undefined) throw refuse('status', `a word that is not in statuses: ${status}`, status);
  return ours;
}

/** The steps that an update makes of a case.
 * @throws HekanError('conflict') for a word that nobody knows, and a status that no steps lead to. */
export function planActions(platform: Platform, from: CaseStatus, update: Update): readonly CaseAction[] {
  const to = statusOf(platform, update);
  if (to === null) {
    const word = update.action ?? '';
    const own = PLATFORM_ACTIONS.find((known) => known === word);
    const steps = lookUp(platform.actions, word) ?? (own ? [own] : undefined);
    if (!steps) throw refuse('action', `a word that is not in actions: ${word}`, word);
    return steps;
  }
  if (to === from) throw refuse('status', `the case is ${from} already`, update.status ?? '');
  const way = pathTo(from, to);
  if (!way) throw refuse('status', `no steps lead from ${from} to ${to}`, update.status ?? '');
  return way;
}

/** Where an update wants the case to be, in whatever status it is; null: it says nothing of that. */
export function targetOf(platform: Platform, update: Update): CaseStatus | null {
  const to = statusOf(platform, update);
  if (to !== null) return to;
  const last = planActions(platform, 'reported', update).at(-1);
  const ends = new Set(TRANSITIONS.flatMap((t) => (t.action === last && t.to !== t.from ? [t.to] : [])));
  return ends.size === 1 ? [...ends][0]! : null;
}
