export * from './dropFolder.ts';
