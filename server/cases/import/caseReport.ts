import { formatFindings, type Finding } from '../../files/index.ts';

/** What an import of cases did, in figures. */
export interface CaseReport {
  kind: 'cases';
  file: string;
  sha256: string;
  dataset: string;
  dryRun: boolean;
  rows: { read: number; inserted: number; updated: number; unchanged: number; rejected: number };
  rejects: { path: string | null; byReason: Record<string, number> };
  /** Of the rows that were taken. */
  positions: {
    located: number;
    notLocated: number;
    notLocatedByReason: Record<string, number>;
    outsideEveryDivision: number;
  };
  /** Of the rows that were taken. */
  byStatus: Record<string, number>;
  warnings: Record<string, Finding>;
  /** Different ones that the file names. */
  words: { categories: number; sources: number; departments: number };
  /** Columns of the mapping that this file lacks, all of them optional. */
  lackingColumns: string[];
  /** What was done besides, and what is worth knowing. */
  notes: string[];
  /** Cases of the dataset after the import. */
  datasetTotal: number;
  seconds: number;
  rowsPerSecond: number;
}

const n = (value: number) => value.toLocaleString('en-US');

function listed(counts: Record<string, number>): string {
  const parts = Object.entries(counts).map(([key, count]) => `${n(count)} ${key.replaceAll('_', ' ')}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** The report for a terminal, a line each. */
export function formatCaseReport(report: CaseReport): string[] {
  const { rows, rejects, positions, words } = report;
  const lines = [
    `${report.dryRun ? 'Dry run, nothing was written: ' : ''}cases 案卷 from ${report.file} → dataset ${report.dataset}`,
    `  rows read ${n(rows.read)}: ${n(rows.inserted)} inserted, ${n(rows.updated)} updated, ${n(rows.unchanged)} unchanged, ` +
      `${n(rows.rejected)} rejected${listed(rejects.byReason)}`,
    `  of those taken: ${n(positions.located)} located, ${n(positions.notLocated)} not located 未定位${listed(positions.notLocatedByReason)}, ` +
      `${n(positions.outsideEveryDivision)} located but outside every division`,
    `  status:${listed(report.byStatus) || ' none'}`,
    `  categories ${n(words.categories)}, sources ${n(words.sources)}, departments ${n(words.departments)}`,
  ];
  const warnings = formatFindings(report.warnings);
  if (warnings.length > 0) lines.push('  noticed, and taken all the same:', ...warnings.map((line) => `  ${line}`));
  if (report.lackingColumns.length > 0) lines.push(`  columns this file lacks: ${report.lackingColumns.join(', ')}`);
  lines.push(...report.notes.map((note) => `  ${note}`));
  if (rejects.path) lines.push(`  rejects, with line and reason: ${rejects.path}`);
  lines.push(
    `  the dataset holds ${n(report.datasetTotal)} cases; ${report.seconds.toFixed(1)} s, ${n(Math.round(report.rowsPerSecond))} rows/s`,
  );
  return lines;
}
