export * from './load.ts';
export * from './player.ts';
export * from './retire.ts';
export type { Progress } from './dataset.ts';
