export { runComponentImport, type ComponentImportOptions } from './componentImport.ts';
export { formatComponentReport, type ComponentReport } from './report.ts';
