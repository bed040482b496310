export * from './adjustments.ts';
export * from './encode.ts';
export * from './key.ts';
export * from './months.ts';
export * from './readSnapshots.ts';
export * from './take.ts';
export * from './verifySnapshots.ts';
