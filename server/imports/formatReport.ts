import { formatDivisionReport, type DivisionReport } from '../city/index.ts';
import { formatCaseReport, type CaseReport } from '../cases/index.ts';
import { formatRecordReport, type RecordReport } from '../records/index.ts';

/** Any import's report as lines for a terminal. */
export function formatReport(report: CaseReport | DivisionReport | RecordReport): string[] {
  switch (report.kind) {
    case 'cases':
      return formatCaseReport(report);
    case 'divisions':
      return formatDivisionReport(report);
    case 'records':
      return formatRecordReport(report);
  }
}
