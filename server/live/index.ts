export * from './hub.ts';
export * from './routes.ts';
export * from './webhooks/index.ts';
