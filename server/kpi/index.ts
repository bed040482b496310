export * from './completion.ts';
export * from './days.ts';
export * from './definitions.ts';
export * from './overview.ts';
export * from './rate.ts';
