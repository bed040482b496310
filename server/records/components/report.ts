import { formatFindings, type Finding } from '../../files/index.ts';

/** What an import of components did, in figures. */
export interface ComponentReport {
  kind: 'components';
  file: string;
  sha256: string;
  dataset: string;
  rows: { read: number; inserted: number; updated: number; unchanged: number; ended: number; rejected: number };
  byMajor: Record<string, number>;
  rejects: { path: string | null; byReason: Record<string, number> };
  warnings: Record<string, Finding>;
  notes: string[];
  seconds: number;
}

const n = (value: number) => value.toLocaleString('en-US');
const listed = (counts: Record<string, number>) =>
  Object.entries(counts).map(([key, count]) => `${n(count)} ${key.replaceAll('_', ' ')}`);

/** The report for a terminal, a line each. */
export function formatComponentReport({ rows, rejects, ...report }: ComponentReport): string[] {
  const reasons = listed(rejects.byReason);
  const warnings = formatFindings(report.warnings);
  return [
    `components 部件 from ${report.file} → dataset ${report.dataset}; by major: ${listed(report.byMajor).join(', ') || 'none'}`,
    `  rows read ${n(rows.read)}: ${n(rows.inserted)} inserted, ${n(rows.updated)} updated, ${n(rows.unchanged)} unchanged, ` +
      `${n(rows.ended)} ended, ${n(rows.rejected)} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(warnings.length > 0 ? ['  noticed, and taken all the same:', ...warnings.map((line) => `  ${line}`)] : []),
    ...(rejects.path === null ? [] : [`  rejects: ${rejects.path}`]),
    ...report.notes.map((note) => `  ${note}`),
    `  ${report.seconds.toFixed(1)} s`,
  ];
}
