export { runRecordImport } from './load.ts';
export type { DemoGuard, RecordImportOptions } from './options.ts';
export { formatRecordReport, type RecordReport } from './report.ts';
