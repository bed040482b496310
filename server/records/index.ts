export * from './density.ts';
export * from './read.ts';
