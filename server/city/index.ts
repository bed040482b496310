export * from './city.ts';
export * from './divisions.ts';
export * from './locate.ts';
