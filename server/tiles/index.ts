export * from './knownTiles.ts';
export type { TileLayer } from './layers.ts';
export * from './negotiate.ts';
export * from './routes.ts';
export * from './sendTile.ts';
export * from './service.ts';
export * from './versions.ts';
