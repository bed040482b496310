import type { Finding } from '../../files/index.ts';
import { formatFindings } from '../../files/index.ts';
import type { OverlayKind } from './kinds.ts';

/** What an import of police or duty grids did, in figures. */
export interface OverlayReport {
  kind: 'grids';
  overlay: OverlayKind;
  file: string;
  sha256: string;
  crs: string;
  features: { read: number; inserted: number; updated: number; unchanged: number; ended: number; rejected: number };
  rejects: { path: string | null; byReason: Record<string, number> };
  repaired: number;
  warnings: Record<string, Finding>;
  notes: string[];
  seconds: number;
}

const NAMES = { police: '警格', duty: '责任网格' };
const n = (value: number) => value.toLocaleString('en-US');

/** The report for a terminal, a line each. */
export function formatOverlayReport({ features, rejects, ...report }: OverlayReport): string[] {
  const reasons = Object.entries(rejects.byReason).map(([key, count]) => `${n(count)} ${key.replaceAll('_', ' ')}`);
  return [
    `${report.overlay} grids ${NAMES[report.overlay]} from ${report.file} (${report.crs})`,
    `  features read ${n(features.read)}: ${n(features.inserted)} inserted, ${n(features.updated)} updated, ` +
      `${n(features.unchanged)} unchanged, ${n(features.ended)} ended, ${n(features.rejected)} rejected` +
      (reasons.length > 0 ? ` (${reasons.join(', ')})` : ''),
    ...(report.repaired > 0 ? [`  shapes repaired ${n(report.repaired)}`] : []),
    ...formatFindings(report.warnings, 'feature'),
    ...(rejects.path === null ? [] : [`  rejects, with feature number and reason: ${rejects.path}`]),
    ...report.notes.map((note) => `  ${note}`),
    `  ${report.seconds.toFixed(1)} s`,
  ];
}
