/**
 * What a case adds to the counts: one row a measure. An instant says when it counts, a condition whether; both are over the
 * columns of `cases`. The tally, a recount and the list of cases behind a figure are all made of these.
 */
export interface Measure {
  /** Column of the tally. */
  name: string;
  /** Column of cases whose instant it counts at. */
  at: string;
  when: string;
  /** Counts from a deadline on: only once that has passed. */
  pending?: true;
}

/** An upheld appeal takes a case out; so does its end as void. */
const FAIR = `not excluded and status <> 'void'`;
/** Whoever suspended a case has stopped its clock too. */
const LIVE = `${FAIR} and status <> 'suspended'`;
const CLOSED = `${LIVE} and status = 'closed'`;
/** They are all open, which is said too: it leads to the index of open cases. */
const UNHANDLED = `${LIVE} and open and status in ('to_file', 'to_dispatch', 'handling')`;
const HANDLED = `${LIVE} and status not in ('to_file', 'to_dispatch', 'handling')`;

/** Their order is the number that a delta carries: append only. */
export const MEASURES = [
  { name: 'reported', at: 'reported_at', when: 'true' },
  { name: 'filed', at: 'reported_at', when: 'filed_at is not null' },
  { name: 'duplicates', at: 'reported_at', when: 'duplicate_of is not null' },
  { name: 'accepted', at: 'accepted_at', when: 'true' },
  { name: 'closed', at: 'accepted_at', when: `status = 'closed'` },
  { name: 'ended', at: 'accepted_at', when: `status in ('not_filed', 'void')` },
  { name: 'closed_on', at: 'closed_at', when: `accepted_at is not null and status = 'closed'` },
  { name: 'closed_live', at: 'closed_at', when: CLOSED },
  { name: 'closed_in_time', at: 'closed_at', when: `${CLOSED} and (due_at is null or closed_at <= due_at)` },
  { name: 'closed_dispatched', at: 'closed_at', when: `${CLOSED} and dispatched_at is not null` },
  { name: 'closed_accurate', at: 'closed_at', when: `${CLOSED} and dispatched_at is not null and redispatches = 0` },
  { name: 'open_due', at: 'due_at', when: `${LIVE} and open`, pending: true },
  { name: 'handled', at: 'handled_at', when: HANDLED },
  { name: 'handled_in_time', at: 'handled_at', when: `${HANDLED} and (due_at is null or handled_at <= due_at)` },
  { name: 'handled_late', at: 'handled_at', when: `${HANDLED} and handled_at > due_at` },
  { name: 'handled_reworked', at: 'handled_at', when: `${HANDLED} and reworks > 0` },
  { name: 'unhandled_due', at: 'due_at', when: UNHANDLED, pending: true },
  { name: 'unhandled_reworked', at: 'due_at', when: `${UNHANDLED} and reworks > 0`, pending: true },
  { name: 'verify_ended', at: 'verified_at', when: `${FAIR} and status <> 'verifying'` },
  { name: 'verify_in_time', at: 'verified_at', when: `${FAIR} and status <> 'verifying' and late_stages & 1 = 0` },
  { name: 'verify_due', at: 'stage_due_at', when: `${FAIR} and status = 'verifying'`, pending: true },
  { name: 'filing_ended', at: 'filed_at', when: `${FAIR} and status <> 'to_file'` },
  { name: 'filing_in_time', at: 'filed_at', when: `${FAIR} and status <> 'to_file' and late_stages & 2 = 0` },
  { name: 'filing_due', at: 'stage_due_at', when: `${FAIR} and status = 'to_file'`, pending: true },
  { name: 'dispatched', at: 'dispatched_at', when: FAIR },
  { name: 'returned', at: 'dispatched_at', when: `${FAIR} and returns > 0` },
  { name: 'dispatch_ended', at: 'dispatched_at', when: `${FAIR} and status <> 'to_dispatch'` },
  {
    name: 'dispatch_in_time',
    at: 'dispatched_at',
    when: `${FAIR} and status <> 'to_dispatch' and late_stages & 4 = 0`,
  },
  { name: 'dispatch_due', at: 'stage_due_at', when: `${FAIR} and status = 'to_dispatch'`, pending: true },
  { name: 'check_ended', at: 'checked_at', when: `${FAIR} and status <> 'checking'` },
  { name: 'check_in_time', at: 'checked_at', when: `${FAIR} and status <> 'checking' and late_stages & 8 = 0` },
  { name: 'check_due', at: 'stage_due_at', when: `${FAIR} and status = 'checking'`, pending: true },
  { name: 'called_back', at: 'called_back_at', when: 'not excluded' },
  { name: 'satisfied', at: 'called_back_at', when: 'not excluded and satisfied' },
] as const satisfies readonly Measure[];

export type MeasureName = (typeof MEASURES)[number]['name'];
const BY_NAME = new Map<string, Measure>(MEASURES.map((measure) => [measure.name, measure]));
export const MEASURE_NAMES: readonly MeasureName[] = MEASURES.map(({ name }) => name);

export const measureOf = (name: MeasureName): Measure => BY_NAME.get(name)!;
export const measureNumber = (name: MeasureName): number => MEASURE_NAMES.indexOf(name);

/** An indicator is a sum of measures over a sum of measures; within one sum no case counts twice. */
export interface Indicator {
  numerator: readonly MeasureName[];
  denominator: readonly MeasureName[];
  /** Whose work it is: the actor of the last of these steps. */
  actions: readonly string[];
}

const TO_CLOSE = ['closed_live', 'open_due'] as const;
const TO_HANDLE = ['handled', 'unhandled_due'] as const;
const CLOSING = ['close', 'force_close', 'handle_on_spot'];
const HANDLING = ['feed_back', 'handle_on_spot'];
const VERIFYING = ['verify_exists', 'verify_absent', 'verify_unclear'];
const CHECKING = ['check_passed', 'check_failed', 'check_unclear'];

export const INDICATORS = {
  completion: {
    numerator: ['closed'],
    denominator: ['accepted'],
    actions: ['accept', 'verify_exists', 'handle_on_spot'],
  },
  filing: { numerator: ['filed'], denominator: ['reported'], actions: ['report'] },
  closure: { numerator: ['closed_live'], denominator: TO_CLOSE, actions: CLOSING },
  on_time_closure: { numerator: ['closed_in_time'], denominator: TO_CLOSE, actions: CLOSING },
  disposal: { numerator: ['handled'], denominator: TO_HANDLE, actions: HANDLING },
  on_time_disposal: { numerator: ['handled_in_time'], denominator: TO_HANDLE, actions: HANDLING },
  overdue: { numerator: ['handled_late', 'unhandled_due'], denominator: TO_HANDLE, actions: HANDLING },
  rework: { numerator: ['handled_reworked', 'unhandled_reworked'], denominator: TO_HANDLE, actions: HANDLING },
  accurate_dispatch: { numerator: ['closed_accurate'], denominator: ['closed_dispatched'], actions: ['dispatch'] },
  on_time_verify: { numerator: ['verify_in_time'], denominator: ['verify_ended', 'verify_due'], actions: VERIFYING },
  on_time_filing: { numerator: ['filing_in_time'], denominator: ['filing_ended', 'filing_due'], actions: ['file'] },
  on_time_dispatch: {
    numerator: ['dispatch_in_time'],
    denominator: ['dispatch_ended', 'dispatch_due'],
    actions: ['dispatch'],
  },
  on_time_check: { numerator: ['check_in_time'], denominator: ['check_ended', 'check_due'], actions: CHECKING },
  return: { numerator: ['returned'], denominator: ['dispatched'], actions: ['dispatch'] },
  duplicate: { numerator: ['duplicates'], denominator: ['reported'], actions: ['report'] },
  satisfaction: { numerator: ['satisfied'], denominator: ['called_back'], actions: ['call_back'] },
} as const satisfies Record<string, Indicator>;

export type IndicatorId = keyof typeof INDICATORS;
export const INDICATOR_IDS = Object.keys(INDICATORS) as [IndicatorId, ...IndicatorId[]];
export const indicatorOf = (id: IndicatorId): Indicator => INDICATORS[id];

/** Who did an indicator's work on case c, as SQL; '': nobody yet. */
export function personOf(id: IndicatorId): string {
  const actions = INDICATORS[id].actions.map((action) => `'${action}'`).join(', ');
  return `coalesce((select actor from step where step.case_id = c.id and step.action in (${actions}) order by seq desc limit 1), '')`;
}
