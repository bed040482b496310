export * from './cluster.ts';
export * from './countRows.ts';
export * from './meters.ts';
export * from './routeClass.ts';
