import type { Light } from '../api/shapes.ts';
import { OPEN_STATUSES, type CaseStatus } from './words.ts';

/**
 * The light of a case: green with under 80 % of its limit used, yellow to 100 %, red over. A suspended case's clock stands
 * still, and a case without a limit cannot be late: both are green.
 * @returns null for a case that is not open.
 */
export function lightOf(status: CaseStatus, yellowAt: Date | null, dueAt: Date | null, now: Date): Light | null {
  if (!OPEN_STATUSES.includes(status)) return null;
  if (status === 'suspended' || !dueAt) return 'green';
  if (dueAt < now) return 'red';
  return yellowAt && yellowAt <= now ? 'yellow' : 'green';
}

/** The same as conditions on columns of `cases`; `now` is a parameter such as '$1::timestamptz'. */
export const isOverdue = (now: string) => `(open and ${isLate(now)})`;
export const isYellow = (now: string) => `(open and ${isNearlyLate(now)})`;

/** The same of a case that is open: without that column, which no index of open cases has in it. */
export const isLate = (now: string) => `status <> 'suspended' and due_at < ${now}`;
export const isNearlyLate = (now: string) => `status <> 'suspended' and yellow_at <= ${now} and due_at >= ${now}`;
