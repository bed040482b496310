import { formatDivisionReport, formatOverlayReport, type DivisionReport, type OverlayReport } from '../city/index.ts';
import { formatCaseReport, type CaseReport } from '../cases/index.ts';
import { formatAddressReport, formatRecordReport, type AddressReport, type RecordReport } from '../records/index.ts';

/** Any import's report as lines for a terminal. */
export function formatReport(
  report: AddressReport | CaseReport | DivisionReport | OverlayReport | RecordReport,
): string[] {
  switch (report.kind) {
    case 'addresses':
      return formatAddressReport(report);
    case 'cases':
      return formatCaseReport(report);
    case 'divisions':
      return formatDivisionReport(report);
    case 'grids':
      return formatOverlayReport(report);
    case 'records':
      return formatRecordReport(report);
  }
}
