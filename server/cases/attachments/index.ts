export * from './attach.ts';
export * from './clean.ts';
export * from './store.ts';
