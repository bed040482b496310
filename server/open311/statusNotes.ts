import type { CaseStatus } from '../cases/index.ts';

/** What each state of a case is called for those who filed it. */
const NOTES: Record<CaseStatus, { zh: string; en: string }> = {
  reported: { zh: '已上报，待受理', en: 'Reported, not yet accepted' },
  verifying: { zh: '核实中', en: 'Being verified on the spot' },
  to_file: { zh: '已受理，待立案', en: 'Accepted, waiting to be filed' },
  to_dispatch: { zh: '已立案，待派遣', en: 'Filed, waiting to be dispatched' },
  handling: { zh: '处置中', en: 'Being handled' },
  suspended: { zh: '挂账', en: 'Suspended' },
  to_check: { zh: '已处置，待核查', en: 'Handled, waiting for the check' },
  checking: { zh: '核查中', en: 'Being checked on the spot' },
  to_close: { zh: '核查通过，待结案', en: 'Check passed, waiting to be closed' },
  closed: { zh: '已结案', en: 'Handled, checked and closed' },
  rejected: { zh: '核实不存在，不予受理', en: 'Not found on the spot, not accepted' },
  not_filed: { zh: '不予立案', en: 'Not filed' },
  void: { zh: '作废', en: 'Void' },
};

/** Why the status is what it is. @param duplicateOf the request that this one was merged into. */
export function statusNotes(status: CaseStatus, duplicateOf: string | null, language: 'zh' | 'en'): string {
  const note = NOTES[status][language];
  if (duplicateOf === null) return note;
  return language === 'zh' ? `${note}；与 ${duplicateOf} 重复` : `${note}; duplicate of ${duplicateOf}`;
}
