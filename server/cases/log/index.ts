export { canonicalJson, GENESIS } from './chain.ts';
export * from './seal.ts';
export * from './verifyLog.ts';
