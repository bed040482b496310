export type { TileLayer } from './layers.ts';
export * from './routes.ts';
export * from './service.ts';
export * from './versions.ts';
