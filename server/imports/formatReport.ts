import { formatDivisionReport, type DivisionReport } from '../city/index.ts';
import { formatCaseReport, type CaseReport } from '../cases/index.ts';

/** Any import's report as lines for a terminal. */
export function formatReport(report: CaseReport | DivisionReport): string[] {
  return report.kind === 'cases' ? formatCaseReport(report) : formatDivisionReport(report);
}
