export * from './act.ts';
export * from './filter.ts';
export * from './light.ts';
export * from './machine.ts';
export * from './read.ts';
export * from './tally.ts';
export * from './words.ts';
export * from './write.ts';
