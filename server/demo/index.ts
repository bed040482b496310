export * from './load.ts';
export * from './player.ts';
