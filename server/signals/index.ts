export { sign } from './auth.ts';
export * from './federated/index.ts';
export * from './folder/index.ts';
export * from './mapping.ts';
export * from './mqtt/index.ts';
export * from './outlet.ts';
export * from './queue.ts';
export * from './routes.ts';
export * from './worker.ts';
