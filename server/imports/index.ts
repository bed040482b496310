export * from './formatReport.ts';
export * from './importAddresses.ts';
export * from './importCases.ts';
export * from './importComponents.ts';
export * from './importDivisions.ts';
export * from './importGrids.ts';
export * from './importRecords.ts';
