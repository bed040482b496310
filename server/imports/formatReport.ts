import { formatDivisionReport, formatOverlayReport, type DivisionReport, type OverlayReport } from '../city/index.ts';
import { formatCaseReport, type CaseReport } from '../cases/index.ts';
import {
  formatAddressReport,
  formatComponentReport,
  formatRecordReport,
  type AddressReport,
  type ComponentReport,
  type RecordReport,
} from '../records/index.ts';

/** Any import's report as lines for a terminal. */
export function formatReport(
  report: AddressReport | CaseReport | ComponentReport | DivisionReport | OverlayReport | RecordReport,
): string[] {
  switch (report.kind) {
    case 'addresses':
      return formatAddressReport(report);
    case 'cases':
      return formatCaseReport(report);
    case 'components':
      return formatComponentReport(report);
    case 'divisions':
      return formatDivisionReport(report);
    case 'grids':
      return formatOverlayReport(report);
    case 'records':
      return formatRecordReport(report);
  }
}
