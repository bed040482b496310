export { formatCaseReport, type CaseReport } from './caseReport.ts';
export { runCaseImport, type CaseImportOptions, type DemoInTheWay } from './caseImport.ts';
export { builtInMappings } from './mapping.ts';
export { isTimeZone } from '../time/zones.ts';
