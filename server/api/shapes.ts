/**
 * What the API answers, as schemas: they validate in tests, make /openapi.json, and give the pages their types.
 * Times are ISO 8601 with zone; days are YYYY-MM-DD in the city's time zone; lengths and areas carry their unit.
 */
export * from './baseShapes.ts';
export * from './caseShapes.ts';
export * from './kpiShapes.ts';
export * from './liveShapes.ts';
