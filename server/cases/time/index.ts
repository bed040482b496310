export * from './workCalendar.ts';
export * from './zones.ts';
