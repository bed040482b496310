/** What an import of addresses did, in figures. */
export interface AddressReport {
  kind: 'addresses';
  file: string;
  sha256: string;
  dataset: string;
  rows: { read: number; inserted: number; updated: number; moved: number; unchanged: number; rejected: number };
  rejects: { path: string | null; byReason: Record<string, number> };
  notes: string[];
  seconds: number;
}

const n = (value: number) => value.toLocaleString('en-US');

/** The report for a terminal, a line each. */
export function formatAddressReport({ rows, rejects, ...report }: AddressReport): string[] {
  const reasons = Object.entries(rejects.byReason).map(([key, count]) => `${n(count)} ${key.replaceAll('_', ' ')}`);
  return [
    `addresses 地址 from ${report.file} → dataset ${report.dataset}`,
    `  rows read ${n(rows.read)}: ${n(rows.inserted)} inserted, ${n(rows.updated)} updated, ${n(rows.moved)} moved, ` +
      `${n(rows.unchanged)} unchanged, ${n(rows.rejected)} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(rejects.path === null ? [] : [`  rejects: ${rejects.path}`]),
    ...report.notes.map((note) => `  ${note}`),
    `  ${report.seconds.toFixed(1)} s`,
  ];
}
