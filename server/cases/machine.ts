import { HekanError } from '../errors.ts';
import { ENDED_STATUSES, OPEN_STATUSES, type CaseAction, type CaseRole, type CaseStatus } from './words.ts';

/** What waits for somebody's yes or no. handle_on_spot: its audit. */
export const ASKED = ['extend', 'return', 'suspend', 'void', 'handle_on_spot', 'appeal'] as const;
export type Asked = (typeof ASKED)[number];

/** What of a case decides which actions are possible. */
export interface CaseFacts {
  status: CaseStatus;
  asked: Asked | null;
  extensions: number;
  reworks: number;
  appealed: boolean;
  satisfied: boolean | null;
  duplicateOf: number | null;
}

/** What must hold beside the status, in words for whoever is refused. */
const NEEDS = {
  extendable: ['a case is extended once', (c) => c.extensions === 0],
  dissatisfied: ['only after a call-back that found somebody dissatisfied', (c) => c.satisfied === false],
  judged: [
    'only a case that was closed or sent back as rework, and only once',
    (c) => !c.appealed && (c.status === 'closed' || c.reworks > 0),
  ],
  merged: ['only a case that was merged into another', (c) => c.duplicateOf !== null],
} as const satisfies Record<string, readonly [string, (facts: CaseFacts) => boolean]>;
export type Need = keyof typeof NEEDS;

export interface Transition {
  from: CaseStatus | null;
  action: CaseAction;
  roles: readonly CaseRole[];
  to: CaseStatus;
  /** It asks for this, and somebody else must answer. */
  asks?: Asked;
  /** It answers a request for one of these. */
  answers?: readonly Asked[];
  needs?: Need;
  /** It lies over the workflow: drawn beside it, and possible while something is asked for. */
  over?: true;
}

const UNFINISHED: readonly CaseStatus[] = ['reported', 'verifying', ...OPEN_STATUSES];
const BEFORE_HANDLING: readonly CaseStatus[] = ['reported', 'verifying', 'to_file', 'to_dispatch'];
const AT_WORK: readonly CaseStatus[] = ['handling', 'suspended', 'to_check', 'checking', 'to_close'];

/** The same action from several statuses; without `to` it stays where it is. */
function each(
  statuses: readonly CaseStatus[],
  rest: Omit<Transition, 'from' | 'to'> & { to?: CaseStatus },
): Transition[] {
  return statuses.map((from) => ({ ...rest, from, to: rest.to ?? from }));
}

/** The workflow of grid management, one row an arrow. Source: GB/T 30428, seven stages; shared words of the field. */
export const TRANSITIONS: readonly Transition[] = [
  { from: null, action: 'report', roles: ['collector', 'operator', 'system'], to: 'reported' },
  { from: 'reported', action: 'send_to_verify', roles: ['operator'], to: 'verifying' },
  { from: 'reported', action: 'accept', roles: ['operator'], to: 'to_file' },
  { from: 'reported', action: 'handle_on_spot', roles: ['collector'], to: 'closed', asks: 'handle_on_spot' },
  { from: 'closed', action: 'audit_pass', roles: ['operator'], to: 'closed', answers: ['handle_on_spot'] },
  { from: 'closed', action: 'audit_fail', roles: ['operator'], to: 'void', answers: ['handle_on_spot'] },
  { from: 'verifying', action: 'verify_exists', roles: ['collector'], to: 'to_file' },
  { from: 'verifying', action: 'verify_absent', roles: ['collector'], to: 'rejected' },
  { from: 'verifying', action: 'verify_unclear', roles: ['collector'], to: 'reported' },
  { from: 'to_file', action: 'file', roles: ['shift_lead'], to: 'to_dispatch' },
  { from: 'to_file', action: 'decline', roles: ['shift_lead'], to: 'not_filed' },
  { from: 'to_dispatch', action: 'dispatch', roles: ['dispatcher'], to: 'handling' },
  { from: 'to_dispatch', action: 'ask_void', roles: ['dispatcher'], to: 'to_dispatch', asks: 'void' },
  { from: 'to_dispatch', action: 'void', roles: ['shift_lead'], to: 'void', answers: ['void'] },
  {
    from: 'handling',
    action: 'ask_extend',
    roles: ['department'],
    to: 'handling',
    asks: 'extend',
    needs: 'extendable',
  },
  { from: 'handling', action: 'extend', roles: ['shift_lead'], to: 'handling', answers: ['extend'] },
  { from: 'handling', action: 'ask_return', roles: ['department'], to: 'handling', asks: 'return' },
  { from: 'handling', action: 'return', roles: ['shift_lead'], to: 'to_dispatch', answers: ['return'] },
  { from: 'handling', action: 'ask_suspend', roles: ['department'], to: 'handling', asks: 'suspend' },
  { from: 'handling', action: 'suspend', roles: ['shift_lead'], to: 'suspended', answers: ['suspend'] },
  { from: 'suspended', action: 'resume', roles: ['department', 'shift_lead'], to: 'handling' },
  { from: 'handling', action: 'feed_back', roles: ['department'], to: 'to_check' },
  { from: 'to_check', action: 'send_to_check', roles: ['operator'], to: 'checking' },
  { from: 'checking', action: 'check_passed', roles: ['collector'], to: 'to_close' },
  { from: 'checking', action: 'check_failed', roles: ['collector'], to: 'handling' },
  { from: 'checking', action: 'check_unclear', roles: ['collector'], to: 'to_check' },
  { from: 'to_close', action: 'close', roles: ['shift_lead'], to: 'closed' },
  { from: 'closed', action: 'reopen', roles: ['operator'], to: 'handling', needs: 'dissatisfied' },
  ...each(AT_WORK, { action: 'force_close', roles: ['shift_lead'], to: 'closed', over: true }),
  ...each(['to_dispatch', 'handling'], {
    action: 'refuse',
    roles: ['shift_lead'],
    answers: ['extend', 'return', 'suspend', 'void'],
    over: true,
  }),
  ...each(['closed'], { action: 'call_back', roles: ['operator'], over: true }),
  ...each(['handling', 'to_close', 'closed'], {
    action: 'appeal',
    roles: ['department'],
    asks: 'appeal',
    needs: 'judged',
    over: true,
  }),
  ...(['uphold_appeal', 'dismiss_appeal'] as const).flatMap((action) =>
    each([...UNFINISHED, ...ENDED_STATUSES], { action, roles: ['supervisor'], answers: ['appeal'], over: true }),
  ),
  ...each(UNFINISHED, { action: 'urge', roles: ['supervisor'], over: true }),
  ...each(UNFINISHED, { action: 'escalate', roles: ['system', 'supervisor'], over: true }),
  ...each(BEFORE_HANDLING, { action: 'correct', roles: ['operator', 'dispatcher'], over: true }),
  ...each(BEFORE_HANDLING, { action: 'merge', roles: ['operator', 'system'], over: true }),
  ...each(BEFORE_HANDLING, { action: 'release', roles: ['system'], needs: 'merged', over: true }),
  ...each(BEFORE_HANDLING, { action: 'close', roles: ['system'], to: 'closed', needs: 'merged', over: true }),
];

const BY_STEP = new Map(TRANSITIONS.map((t) => [`${t.from ?? ''}:${t.action}`, t]));

/** Why an arrow cannot be taken now, or null where it can. */
function obstacle(transition: Transition, facts: CaseFacts): string | null {
  const { asks, answers, needs, action } = transition;
  if (facts.duplicateOf !== null && needs !== 'merged')
    return `the case was merged into case ${facts.duplicateOf} and follows it`;
  if (asks && facts.asked !== null) return `${facts.asked} is asked for already and not answered`;
  if (answers && (facts.asked === null || !answers.includes(facts.asked)))
    return `nobody asked for ${answers.join(' or ')}`;
  if (facts.asked === 'handle_on_spot' && action === 'call_back') return 'the audit comes first';
  if (needs && !NEEDS[needs][1](facts)) return NEEDS[needs][0];
  return null;
}

/** The actions that are possible now, and by whom. */
export function allowedActions(facts: CaseFacts): { action: CaseAction; roles: readonly CaseRole[]; to: CaseStatus }[] {
  return TRANSITIONS.filter((t) => t.from === facts.status && obstacle(t, facts) === null).map(
    ({ action, roles, to }) => ({ action, roles, to }),
  );
}

function refuse(why: string, facts: CaseFacts, field: string, given: string): HekanError {
  const allowed = allowedActions(facts);
  const told = allowed.map(({ action, roles }) => `${action} (${roles.join(', ')})`).join('; ');
  const now = told === '' ? 'nothing is possible any more' : `possible now: ${told}`;
  return new HekanError('conflict', `${why}; ${now}`, { field, given, allowed });
}

/** The arrow that an action takes.
 * @throws HekanError('conflict') where it is not possible now, or not for this role; the message says what is. */
export function takeAction(facts: CaseFacts, action: CaseAction, role: CaseRole): Transition {
  const transition = BY_STEP.get(`${facts.status}:${action}`);
  if (!transition)
    throw refuse(`action ${action} is not possible from status ${facts.status}`, facts, 'action', action);
  const { roles } = transition;
  if (!roles.includes(role))
    throw refuse(`action ${action} is done by ${roles.join(' or ')}, not by ${role}`, facts, 'role', role);
  const why = obstacle(transition, facts);
  if (why !== null) throw refuse(`action ${action} is not possible: ${why}`, facts, 'action', action);
  return transition;
}

/** Who may report a case. @throws HekanError('conflict'). */
export function checkReporter(role: CaseRole): void {
  const { roles } = BY_STEP.get(':report')!;
  if (!roles.includes(role))
    throw new HekanError('conflict', `a case is reported by ${roles.join(' or ')}, not by ${role}`, {
      field: 'role',
      given: role,
    });
}
