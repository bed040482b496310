export * from './seal.ts';
export * from './verifyLog.ts';
