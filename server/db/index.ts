export * from './bulk.ts';
export * from './clock.ts';
export * from './database.ts';
export * from './migrate.ts';
export * from './notices.ts';
export * from './outbox.ts';
export * from './repeat.ts';
