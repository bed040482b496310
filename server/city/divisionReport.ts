import { LEVELS } from '../api/shapes.ts';
import { formatFindings, type Finding } from '../files/index.ts';

export interface Repair {
  /** The feature's number in the file. */
  feature: number;
  code: string;
  name: string;
  /** What was wrong, in PostGIS's words, or that rings were open. */
  reason: string;
  areaKm2: number;
  /** Change of the area by the repair; null where the shape had none that could be measured. */
  areaChangePercent: number | null;
}

/** What an import of divisions did, in figures. */
export interface DivisionReport {
  kind: 'divisions';
  file: string;
  sha256: string;
  crs: string;
  features: { read: number; inserted: number; updated: number; unchanged: number; rejected: number };
  byLevel: Record<string, number>;
  /** Property of the file that each value was read from. */
  properties: Record<string, string>;
  rejects: { path: string | null; byReason: Record<string, number> };
  repaired: Repair[];
  changed: { code: string; changed: string[] }[];
  warnings: Record<string, Finding>;
  /** Codes of cities made as the union of their districts. */
  madeCities: string[];
  parentsByPosition: number;
  /** Cases that found their division, or a finer one. */
  refiledCases: number;
  city: { nameZh: string; nameEn: string; timeZone: string };
  notes: string[];
  seconds: number;
}

const MAX_LISTED = 20;
const MAX_CHANGE_PERCENT = 1000;
const n = (value: number) => value.toLocaleString('en-US');

function formatRepair({ feature, code, name, reason, areaKm2, areaChangePercent }: Repair): string {
  // Where loops cancelled out there was no area to speak of, and a share of it says nothing.
  const comparable = areaChangePercent !== null && Math.abs(areaChangePercent) <= MAX_CHANGE_PERCENT;
  const change = comparable ? `, ${areaChangePercent >= 0 ? '+' : ''}${areaChangePercent.toFixed(3)} %` : '';
  return `    feature ${feature} ${code} ${name}: ${reason}; now ${areaKm2.toFixed(3)} km²${change}`;
}

/** Some lines, and how many more there are. */
function firstOf(lines: string[]): string[] {
  return lines.length > MAX_LISTED
    ? [...lines.slice(0, MAX_LISTED), `    … and ${n(lines.length - MAX_LISTED)} more`]
    : lines;
}

export function levelName(level: number): string {
  return LEVELS[level - 1] ?? String(level);
}

/** The report for a terminal, a line each. */
export function formatDivisionReport(report: DivisionReport): string[] {
  const { features, rejects } = report;
  const reasons = Object.entries(rejects.byReason).map(
    ([reason, count]) => `${n(count)} ${reason.replaceAll('_', ' ')}`,
  );
  const levels = Object.entries(report.byLevel).map(([level, count]) => `${n(count)} ${level}`);
  const read = Object.entries(report.properties).map(([key, name]) => `${key} from ${name}`);
  const lines = [
    `divisions 区划 from ${report.file} (${report.crs}): ${levels.join(', ') || 'none'}`,
    `  features read ${n(features.read)}: ${n(features.inserted)} inserted, ${n(features.updated)} updated, ` +
      `${n(features.unchanged)} unchanged, ${n(features.rejected)} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    `  ${read.join(', ')}`,
  ];
  if (report.repaired.length > 0) {
    lines.push(`  shapes repaired ${n(report.repaired.length)}:`, ...firstOf(report.repaired.map(formatRepair)));
  }
  if (report.changed.length > 0) {
    lines.push(
      '  updated:',
      ...firstOf(report.changed.map(({ code, changed }) => `    ${code}: ${changed.join(', ')}`)),
    );
  }
  const warnings = formatFindings(report.warnings, 'feature');
  if (warnings.length > 0) lines.push('  noticed, and taken all the same:', ...warnings.map((line) => `  ${line}`));
  for (const code of report.madeCities) lines.push(`  city ${code} was made: the union of its districts`);
  if (report.parentsByPosition > 0) lines.push(`  parents found by position: ${n(report.parentsByPosition)}`);
  if (report.refiledCases > 0)
    lines.push(`  cases filed under a division that covers them now: ${n(report.refiledCases)}`);
  lines.push(`  city: ${report.city.nameZh} (${report.city.nameEn}), ${report.city.timeZone}`);
  lines.push(...report.notes.map((note) => `  ${note}`));
  if (rejects.path) lines.push(`  rejects, with feature number and reason: ${rejects.path}`);
  return [...lines, `  ${report.seconds.toFixed(1)} s`];
}
