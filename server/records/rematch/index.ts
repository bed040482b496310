export { rematchRecords, touchStale } from './rematch.ts';
export { dropTexts, writeLostTexts } from './texts.ts';
