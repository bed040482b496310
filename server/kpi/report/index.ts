export { makeReport, reportName, reportTables } from './report.ts';
export type { ReportOf } from './reportData.ts';
export * from './reportFolder.ts';
export { dailyReport, monthlyReport } from './which.ts';
