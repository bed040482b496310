import type { CaseChange, StoredCase } from '../update.ts';
import type { CaseStatus } from '../words.ts';
import type { CaseValues, NewStep } from '../columns.ts';
import type { NewCase } from '../write.ts';
import type { ReadCase } from './readCase.ts';
import type { CaseWords } from './vocabulary.ts';

const YELLOW_SHARE = 0.8;
const ACTOR = 'import';
/** A case in one of these has not been filed (立案). */
const NOT_FILED: readonly CaseStatus[] = ['reported', 'verifying', 'to_file', 'rejected', 'not_filed'];

function step(
  at: Date,
  action: NewStep['action'],
  from: CaseStatus | null,
  to: CaseStatus,
  note: string | null,
): NewStep {
  return { at, action, from, to, role: 'system', actor: ACTOR, note };
}

/** Yellow at four fifths of the time from filing to the deadline; a deadline already past at filing has no yellow before it. */
export function yellowAt(filedAt: Date | null, dueAt: Date | null): Date | null {
  if (filedAt === null || dueAt === null) return null;
  const limitMs = Math.max(0, dueAt.getTime() - filedAt.getTime());
  return new Date(dueAt.getTime() - Math.round(limitMs * (1 - YELLOW_SHARE)));
}

/** What a row says, in the database's terms. */
export function toValues(read: ReadCase, words: CaseWords, divisionId: number): CaseValues {
  const filedAt = NOT_FILED.includes(read.status) ? null : read.acceptedAt;
  return {
    ...words,
    divisionId,
    lng: read.position?.[0] ?? null,
    lat: read.position?.[1] ?? null,
    address: read.address,
    description: read.description,
    status: read.status,
    reportedAt: read.reportedAt,
    acceptedAt: read.acceptedAt,
    filedAt,
    yellowAt: yellowAt(filedAt, read.dueAt),
    dueAt: read.dueAt,
    closedAt: read.closedAt,
  };
}

/** A case that is new here. Its log begins with the import; the closing that the file tells of is a step of its own. */
export function toNewCase(read: ReadCase, values: CaseValues, now: Date): NewCase {
  const { status, reportedAt, closedAt } = values;
  const steps =
    status === 'closed' && closedAt
      ? [step(reportedAt, 'import', null, 'handling', null), step(closedAt, 'close', 'handling', 'closed', null)]
      : [step(reportedAt, 'import', null, status, null)];
  const last = closedAt ?? reportedAt;
  return {
    ...values,
    id: null,
    externalId: read.externalId,
    caseNo: read.externalId,
    dispatchedAt: null,
    handledAt: null,
    reworks: 0,
    updatedAt: last < now ? last : now,
    steps,
  };
}

const COMPARED: readonly (keyof CaseValues)[] = [
  'sourceId',
  'categoryId',
  'departmentId',
  'lng',
  'lat',
  'address',
  'description',
  'status',
  'reportedAt',
  'acceptedAt',
  'filedAt',
  'yellowAt',
  'dueAt',
  'closedAt',
];

/** Names of what a file says otherwise than the database. The division is no such thing: a case keeps the one it was filed under. */
export function changedFields(stored: CaseValues, values: CaseValues): (keyof CaseValues)[] {
  const plain = (value: unknown) => (value instanceof Date ? value.getTime() : value);
  return COMPARED.filter((key) => plain(stored[key]) !== plain(values[key]));
}

function actionOf(from: CaseStatus, to: CaseStatus): NewStep['action'] {
  if (to === 'closed') return 'close';
  return from === 'closed' && to === 'handling' ? 'reopen' : 'import';
}

/** The change of a stored case. A new status is a step; so are times that the source corrected, which the log must tell. */
export function toChange(stored: StoredCase, values: CaseValues, changed: (keyof CaseValues)[], now: Date): CaseChange {
  const steps: NewStep[] = [];
  if (stored.status !== values.status) {
    const at = values.status === 'closed' && values.closedAt && values.closedAt < now ? values.closedAt : now;
    steps.push(step(at, actionOf(stored.status, values.status), stored.status, values.status, null));
  } else if (changed.includes('closedAt') || changed.includes('reportedAt')) {
    const note = changed.filter((key) => key === 'closedAt' || key === 'reportedAt').join(', ');
    steps.push(step(now, 'import', stored.status, values.status, `corrected by the source: ${note}`));
  }
  return { ...values, id: stored.id, updatedAt: now, steps };
}
