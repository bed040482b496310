export { applyUpdates } from './applyUpdates.ts';
export * from './deliverLetters.ts';
export * from './fetchPhotos.ts';
export { readUpdate } from './readUpdate.ts';
export * from './routes.ts';
export * from './takeUpdates.ts';
