import type { Bbox } from './types.ts';

/** Web Mercator, y down, the world one unit wide. */
export const lngToX = (lng: number): number => (lng + 180) / 360;
export function latToY(lat: number): number {
  const sin = Math.sin((Math.min(85.0511, Math.max(-85.0511, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}
export const xToLng = (x: number): number => x * 360 - 180;
export const yToLat = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** Square kilometres of a tile (or a cell) at zoom z whose middle is at world y. WGS 84 sphere of web maps. */
export function tileAreaKm2(z: number, y: number): number {
  const sideKm = (40_075.016686 / 2 ** z) * Math.cos((yToLat(y) * Math.PI) / 180);
  return sideKm * sideKm;
}

export interface TileIndex {
  z: number;
  x: number;
  y: number;
}

/** The tiles of one zoom that a view touches, west to east, north to south. */
export function tilesOf(bbox: Bbox, z: number): TileIndex[] {
  const n = 2 ** z;
  const clamp = (v: number): number => Math.min(n - 1, Math.max(0, Math.floor(v * n)));
  const [west, south, east, north] = bbox;
  const tiles: TileIndex[] = [];
  for (let y = clamp(latToY(north)); y <= clamp(latToY(south)); y++) {
    for (let x = clamp(lngToX(west)); x <= clamp(lngToX(east)); x++) tiles.push({ z, x, y });
  }
  return tiles;
}
