export * from './kinds.ts';
export * from './linkOverlays.ts';
export * from './readOverlays.ts';
export * from './report.ts';
export * from './writeOverlays.ts';
