/** The words of the workflow, as shared by the database's enums, the API and the screens. Source: GB/T 30428, seven stages. */

export const CASE_STATUSES = [
  'reported',
  'verifying',
  'to_file',
  'to_dispatch',
  'handling',
  'suspended',
  'to_check',
  'checking',
  'to_close',
  'closed',
  'rejected',
  'not_filed',
  'void',
] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** What each is called, in Chinese and English, where people read it in a file. */
export const STATUS_NAMES: Record<CaseStatus, readonly [zh: string, en: string]> = {
  reported: ['上报', 'Reported'],
  verifying: ['核实中', 'Verifying'],
  to_file: ['待立案', 'To file'],
  to_dispatch: ['待派遣', 'To dispatch'],
  handling: ['处置中', 'Handling'],
  suspended: ['挂账', 'Suspended'],
  to_check: ['待核查', 'To check'],
  checking: ['核查中', 'Checking'],
  to_close: ['待结案', 'To close'],
  closed: ['已结案', 'Closed'],
  rejected: ['不予受理', 'Rejected'],
  not_filed: ['不予立案', 'Not filed'],
  void: ['作废', 'Void'],
};

export const CASE_ACTIONS = [
  'report',
  'send_to_verify',
  'accept',
  'verify_exists',
  'verify_absent',
  'verify_unclear',
  'file',
  'decline',
  'dispatch',
  'void',
  'extend',
  'return',
  'suspend',
  'resume',
  'feed_back',
  'send_to_check',
  'check_passed',
  'check_failed',
  'check_unclear',
  'close',
  'handle_on_spot',
  'reopen',
  'appeal',
  'urge',
  'import',
  'ask_extend',
  'ask_return',
  'ask_suspend',
  'ask_void',
  'refuse',
  'force_close',
  'audit_pass',
  'audit_fail',
  'uphold_appeal',
  'dismiss_appeal',
  'call_back',
  'escalate',
  'merge',
  'release',
  'correct',
] as const;
export type CaseAction = (typeof CASE_ACTIONS)[number];

export const CASE_ROLES = [
  'collector',
  'operator',
  'shift_lead',
  'dispatcher',
  'department',
  'supervisor',
  'system',
] as const;
export type CaseRole = (typeof CASE_ROLES)[number];

/** Accepted (受理) and not finished. A case that is still reported or being verified has not been accepted. */
export const OPEN_STATUSES: readonly CaseStatus[] = [
  'to_file',
  'to_dispatch',
  'handling',
  'suspended',
  'to_check',
  'checking',
  'to_close',
];

/** Units of time limits: hours and days of the working calendar, days of the calendar, hours of the 24 x 7 clock. */
export const LIMIT_UNITS = ['working_hour', 'working_day', 'calendar_day', 'urgent_hour'] as const;
export type LimitUnit = (typeof LIMIT_UNITS)[number];

/** hosted: we run the case. federated: another platform does, and says how it goes. */
export const CASE_OWNERS = ['hosted', 'federated'] as const;
export type CaseOwner = (typeof CASE_OWNERS)[number];

/** In these nothing more happens to a case, but by an appeal or a reopening. The order is that of the index of unfinished cases. */
export const ENDED_STATUSES: readonly CaseStatus[] = ['closed', 'rejected', 'not_filed', 'void'];
/** The same as a list in SQL. */
export const ENDED_LIST = ENDED_STATUSES.map((status) => `'${status}'`).join(', ');
