export * from './heldCases.ts';
export type { OpenCase } from './openCases.ts';
export { HELD_LEVEL } from './groups.ts';
export { lightOfOpen, type CaseGroup } from './tileGroups.ts';
