export * from './calendarFile.ts';
export * from './categoryImport.ts';
