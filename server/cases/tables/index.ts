export * from './calendarFile.ts';
export * from './categoryImport.ts';
export * from './dutyImport.ts';
export type { TableReport } from './table.ts';
