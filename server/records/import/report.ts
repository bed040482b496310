/** One of the files of an import. */
export interface FileReport {
  name: string;
  sha256: string;
  encoding: string;
  /** Where rejects are; null: there are none, or it was a dry run. */
  rejects: string | null;
  chunks: number;
  /** Of those, in already. */
  chunksBefore: number;
}

/** What an import of records did, in figures. */
export interface RecordReport {
  kind: 'records';
  dataset: string;
  dryRun: boolean;
  /** The dataset was loaded anew and took the place of what it was. */
  replaced: boolean;
  /** Ended before the end of the files: run again to go on. */
  stopped: boolean;
  files: FileReport[];
  rows: {
    /** In chunks that this run loaded. */
    read: number;
    inserted: number;
    rejected: number;
    /** In chunks that an earlier run had loaded. */
    before: number;
  };
  /** Of those inserted. */
  notLocated: { total: number; noCode: number; unknownCode: number; commonest: { code: string; count: number }[] };
  rejectedByReason: Record<string, number>;
  notes: string[];
  /** Of the dataset, after the import. */
  total: number;
  located: number;
  /** Until the last chunk was in. */
  seconds: number;
  rowsPerSecond: number;
  /** Afterwards: replacing, folding counts. */
  settleSeconds: number;
}

const n = (value: number) => value.toLocaleString('en-US');

function listed(counts: Record<string, number>): string {
  const parts = Object.entries(counts).map(([key, count]) => `${n(count)} ${key.replaceAll('_', ' ')}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** The report for a terminal, a line each. */
export function formatRecordReport(report: RecordReport): string[] {
  const { rows, notLocated, files } = report;
  const from = files.map(({ name }) => name).join(', ');
  const lines = [
    `${report.dryRun ? 'Dry run, nothing was written: ' : ''}records 记录 from ${from} → dataset ${report.dataset}` +
      (report.replaced ? ', which was replaced' : ''),
    `  rows read ${n(rows.read)}: ${n(rows.inserted)} inserted, ${n(rows.rejected)} rejected${listed(report.rejectedByReason)}` +
      (rows.before > 0 ? `; ${n(rows.before)} more were in already` : ''),
    `  of those inserted: ${n(notLocated.total)} not located 未定位 (${n(notLocated.noCode)} without a code or address, ` +
      `${n(notLocated.unknownCode)} whose is not known, or not surely)`,
  ];
  if (notLocated.commonest.length > 0)
    lines.push(
      `  commonest unknown: ${notLocated.commonest.map(({ code, count }) => `${JSON.stringify(code)} ${n(count)}`).join(', ')}`,
    );
  for (const { name, rejects } of files) if (rejects !== null) lines.push(`  rejects of ${name}: ${rejects}`);
  lines.push(...report.notes.map((note) => `  ${note}`));
  if (report.stopped) lines.push('  stopped: run it again to go on from here; nothing is doubled');
  if (!report.dryRun)
    lines.push(`  the dataset now has ${n(report.total)} records, ${n(report.located)} of them located 已标注`);
  lines.push(
    `  ${report.seconds.toFixed(1)} s, ${n(report.rowsPerSecond)} rows/s${report.settleSeconds >= 0.1 ? `; then ${report.settleSeconds.toFixed(1)} s of counting` : ''}`,
  );
  return lines;
}
