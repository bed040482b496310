export { sign } from './auth.ts';
export { findDuplicates, type Placed } from './decide.ts';
export * from './mapping.ts';
export * from './outlet.ts';
export * from './queue.ts';
export * from './routes.ts';
export * from './worker.ts';
