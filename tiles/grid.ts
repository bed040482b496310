/** The Web Mercator tile grid (OGC 17-083r4 WebMercatorQuad): x to the east, y to the south. */

/** A tile of the grid, 0 ≤ x, y < 2^z. */
export interface Tile {
  z: number;
  x: number;
  y: number;
}

export type Bbox = [west: number, south: number, east: number, north: number];

/** The level on which every position of this project is kept: 2^31 columns, 1.9 cm at the equator. */
export const POSITION_LEVEL = 31;

/** The latitude at which Web Mercator's square ends: atan(sinh(π)). */
export const MAX_LAT = 85.0511287798066;

const SIDE = 2 ** POSITION_LEVEL;
const DEGREE = Math.PI / 180;

/** What was asked for is not on the grid. Meant for the reader of a 400. */
export class TileError extends Error {
  readonly field: string;
  readonly value: unknown;

  constructor(field: string, value: unknown, expected: string) {
    super(`${field}: expected ${expected}, got ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`);
    this.name = 'TileError';
    this.field = field;
    this.value = value;
  }
}

/** A tile from the three parts of a URL.
 * @param maxZoom the deepest zoom that is served, ≤ 31.
 * @returns a tile on the grid. Digits only: '01', '1.0', '-0', '1e1' and ' 1' are refused, so that a tile has one URL.
 * @throws TileError naming the first part that is wrong. */
export function parseTile(z: string, x: string, y: string, maxZoom: number): Tile {
  const zoom = parsePart('z', z, maxZoom);
  const last = 2 ** zoom - 1;
  return { z: zoom, x: parsePart('x', x, last), y: parsePart('y', y, last) };
}

function parsePart(field: string, text: string, max: number): number {
  // ten digits hold 2^31 - 1; longer text is not read at all
  const value = /^(?:0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : NaN;
  if (!(value <= max)) throw new TileError(field, text.slice(0, 40), `an integer 0..${max}`);
  return value;
}

/** The level-31 column and row of a position.
 * @param lng degrees; outside ±180 it is clamped, so 180 is in the last column.
 * @param lat degrees; outside ±85.0511287798066 it is clamped.
 * @returns integers 0..2^31 - 1.
 * @throws TileError when either is not finite.
 * Checked against PostGIS in a database test; vectors in morton.test.ts. */
export function lngLatToTile31(lng: number, lat: number): [x: number, y: number] {
  if (!Number.isFinite(lng)) throw new TileError('lng', lng, 'degrees');
  if (!Number.isFinite(lat)) throw new TileError('lat', lat, 'degrees');
  const sin = Math.sin(Math.max(-MAX_LAT, Math.min(MAX_LAT, lat)) * DEGREE);
  const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
  return [clampCell((lng / 360 + 0.5) * SIDE), clampCell(y * SIDE)];
}

function clampCell(value: number): number {
  return Math.max(0, Math.min(SIDE - 1, Math.floor(value)));
}

/** The position of a level-31 coordinate.
 * @param x @param y real numbers 0..2^31. An integer is the cell's north-west corner; its centre is x + 0.5, y + 0.5.
 * @returns degrees. */
export function tile31ToLngLat(x: number, y: number): [lng: number, lat: number] {
  const lat = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / SIDE))) / DEGREE;
  return [(x / SIDE) * 360 - 180, lat];
}

/** The ground that a tile covers, without any buffer.
 * @param tile on the grid, z ≤ 31.
 * @returns degrees; the edges of neighbours are equal to the bit. */
export function tileBounds(tile: Tile): Bbox {
  const size = 2 ** (POSITION_LEVEL - tile.z);
  const [west, north] = tile31ToLngLat(tile.x * size, tile.y * size);
  const [east, south] = tile31ToLngLat((tile.x + 1) * size, (tile.y + 1) * size);
  return [west, south, east, north];
}

/** The tiles of a zoom that a box touches, both ends included (a box whose edge lies on a border touches both sides).
 * @param bbox degrees, west ≤ east: one that crosses the antimeridian is to be split by the caller.
 * @throws TileError when the box is turned round or not finite. */
export function bboxToTiles(bbox: Bbox, z: number): { minX: number; minY: number; maxX: number; maxY: number } {
  const [west, south, east, north] = bbox;
  if (west > east || south > north) throw new TileError('bbox', bbox.join(','), 'west ≤ east and south ≤ north');
  const size = 2 ** (POSITION_LEVEL - z);
  const [left, top] = lngLatToTile31(west, north);
  const [right, bottom] = lngLatToTile31(east, south);
  return {
    minX: Math.floor(left / size),
    minY: Math.floor(top / size),
    maxX: Math.floor(right / size),
    maxY: Math.floor(bottom / size),
  };
}
