export * from './counts.ts';
export * from './density.ts';
export * from './fold.ts';
export * from './generations.ts';
export * from './places.ts';
export * from './read.ts';
export * from './rebuild.ts';
export * from './slices.ts';
