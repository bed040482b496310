export * from './hub.ts';
export * from './routes.ts';
