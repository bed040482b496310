export * from './subscribe.ts';
export * from './subscriber.ts';
