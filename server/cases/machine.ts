import { HekanError } from '../errors.ts';
import type { CaseAction, CaseRole, CaseStatus } from './words.ts';

interface Transition {
  from: CaseStatus | null;
  action: CaseAction;
  roles: readonly CaseRole[];
  to: CaseStatus;
}

/** The workflow of grid management, one row an arrow. Source: GB/T 30428, seven stages. */
export const TRANSITIONS: readonly Transition[] = [
  { from: null, action: 'report', roles: ['collector', 'operator', 'system'], to: 'reported' },
  { from: 'reported', action: 'send_to_verify', roles: ['operator'], to: 'verifying' },
  { from: 'reported', action: 'accept', roles: ['operator'], to: 'to_file' },
  { from: 'reported', action: 'handle_on_spot', roles: ['collector'], to: 'closed' },
  { from: 'verifying', action: 'verify_exists', roles: ['collector'], to: 'to_file' },
  { from: 'verifying', action: 'verify_absent', roles: ['collector'], to: 'rejected' },
  { from: 'verifying', action: 'verify_unclear', roles: ['collector'], to: 'reported' },
  { from: 'to_file', action: 'file', roles: ['shift_lead'], to: 'to_dispatch' },
  { from: 'to_file', action: 'decline', roles: ['shift_lead'], to: 'not_filed' },
  { from: 'to_dispatch', action: 'dispatch', roles: ['dispatcher'], to: 'handling' },
  { from: 'to_dispatch', action: 'void', roles: ['dispatcher'], to: 'void' },
  { from: 'handling', action: 'extend', roles: ['department'], to: 'handling' },
  { from: 'handling', action: 'return', roles: ['department'], to: 'to_dispatch' },
  { from: 'handling', action: 'suspend', roles: ['department'], to: 'suspended' },
  { from: 'suspended', action: 'resume', roles: ['department'], to: 'handling' },
  { from: 'handling', action: 'feed_back', roles: ['department'], to: 'to_check' },
  { from: 'to_check', action: 'send_to_check', roles: ['operator'], to: 'checking' },
  { from: 'checking', action: 'check_passed', roles: ['collector'], to: 'to_close' },
  { from: 'checking', action: 'check_failed', roles: ['collector'], to: 'handling' },
  { from: 'checking', action: 'check_unclear', roles: ['collector'], to: 'to_check' },
  { from: 'to_close', action: 'close', roles: ['shift_lead'], to: 'closed' },
  { from: 'closed', action: 'reopen', roles: ['operator'], to: 'handling' },
];

const BY_STEP = new Map(TRANSITIONS.map((t) => [`${t.from ?? ''}:${t.action}`, t]));

/** Where an action leads.
 * @throws HekanError('conflict') where the status does not allow it, or not to this role. */
export function nextStatus(from: CaseStatus | null, action: CaseAction, role: CaseRole): CaseStatus {
  const transition = BY_STEP.get(`${from ?? ''}:${action}`);
  if (!transition) {
    throw new HekanError('conflict', `action ${action} is not possible from status ${from ?? '(none)'}`, {
      field: 'action',
      given: action,
    });
  }
  if (!transition.roles.includes(role)) {
    throw new HekanError('conflict', `action ${action} is done by ${transition.roles.join(' or ')}, not by ${role}`, {
      field: 'role',
      given: role,
    });
  }
  return transition.to;
}

/** What a step writes on the case, beside its status. */
export interface StepEffects {
  acceptedAt?: Date;
  filedAt?: Date;
  dispatchedAt?: Date;
  handledAt?: Date;
  closedAt?: Date;
  yellowAt?: Date;
  dueAt?: Date;
  addRework?: boolean;
}

const HOUR_MS = 3_600_000;
/** A light turns yellow when this share of the limit is used. */
export const YELLOW_SHARE = 0.8;

/** The two instants of a limit that begins to run. @param limitHours of the 24 x 7 clock; null: no limit. */
export function deadline(from: Date, limitHours: number | null): { yellowAt: Date; dueAt: Date } | null {
  if (limitHours === null) return null;
  return {
    yellowAt: new Date(from.getTime() + limitHours * HOUR_MS * YELLOW_SHARE),
    dueAt: new Date(from.getTime() + limitHours * HOUR_MS),
  };
}

/** The instants that an action sets. A resumed case's deadline moves by the pause. */
export function stepEffects(
  action: CaseAction,
  at: Date,
  is: { limitHours: number | null; yellowAt: Date | null; dueAt: Date | null; lastStepAt: Date },
): StepEffects {
  switch (action) {
    case 'accept':
    case 'verify_exists':
      return { acceptedAt: at };
    case 'handle_on_spot':
      return { acceptedAt: at, handledAt: at, closedAt: at };
    case 'file':
      return { filedAt: at, ...deadline(at, is.limitHours) };
    case 'dispatch':
      return { dispatchedAt: at };
    case 'feed_back':
      return { handledAt: at };
    case 'close':
      return { closedAt: at };
    case 'check_failed':
      return { addRework: true };
    case 'extend':
      return is.dueAt ? { ...deadline(is.dueAt, is.limitHours) } : {};
    case 'resume': {
      const pauseMs = at.getTime() - is.lastStepAt.getTime();
      if (!is.dueAt || !is.yellowAt) return {};
      return { yellowAt: new Date(is.yellowAt.getTime() + pauseMs), dueAt: new Date(is.dueAt.getTime() + pauseMs) };
    }
    default:
      return {};
  }
}
