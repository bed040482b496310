export * from './csvRecords.ts';
export * from './findings.ts';
export * from './lines.ts';
export * from './output.ts';
export * from './rejects.ts';
export * from './seen.ts';
export * from './sniff.ts';
