import { densityColor, densityShare } from '../charts/densityScale.ts';
import { tileAreaKm2, type TileIndex } from './mercator.ts';
import { forEachPoint } from './fetchTile.ts';

/** Cells on a side of a density tile. */
const SIDE = 64;

/** Records per square kilometre in each cell of a tile, row by row from the north-west. */
export interface DensityTile {
  perKm2: Float32Array;
  peak: number;
}

/** null: nothing is on it. */
export function decodeDensity({ z, y }: TileIndex, bytes: Uint8Array): DensityTile | null {
  if (bytes.length === 0) return null;
  const perKm2 = new Float32Array(SIDE * SIDE);
  const cellKm2 = tileAreaKm2(z + 6, (y + 0.5) / 2 ** z);
  let peak = 0;
  forEachPoint(bytes, 'density', (px, py, properties) => {
    const at = Math.min(SIDE - 1, Math.floor(py * SIDE)) * SIDE + Math.min(SIDE - 1, Math.floor(px * SIDE));
    const density = Number(properties['total'] ?? 0) / cellKm2;
    perKm2[at] = density;
    if (density > peak) peak = density;
  });
  return { perKm2, peak };
}

/** Pixels on a cell's side in the picture, and how much of its light each of them gets: a soft dot that stays within its
 * cell, so that no tile needs to know its neighbour. */
const DOT = 4;
const SOFT = [0.18, 0.72, 0.72, 0.18, 0.72, 1, 1, 0.72, 0.72, 1, 1, 0.72, 0.18, 0.72, 0.72, 0.18] as const;

/** A tile as a picture of 256 × 256 pixels: a dot a cell. Dark pixels have the lowest colour, not black: they are blended
 * with their neighbours on the screen, and black would draw a dark rim around every light. */
export function paintDensity(tile: DensityTile, top: number): ImageData {
  const size = SIDE * DOT;
  const image = new ImageData(size, size);
  const [red, green, blue] = densityColor(0);
  for (let i = 0; i < image.data.length; i += 4) image.data.set([red, green, blue, 0], i);
  tile.perKm2.forEach((density, cell) => {
    const [r, g, b, a] = densityColor(densityShare(density, top));
    if (a === 0) return;
    const corner = Math.floor(cell / SIDE) * DOT * size + (cell % SIDE) * DOT;
    SOFT.forEach((share, k) => image.data.set([r, g, b, a * share], (corner + (k >> 2) * size + (k & 3)) * 4));
  });
  return image;
}

/** The part of a tile's picture that lies in a tile below it; at most four zooms down anything is left to be seen. */
export function cropPicture(picture: ImageData, from: TileIndex, to: TileIndex): ImageData {
  const side = picture.width >> (to.z - from.z);
  const left = (to.x - (from.x << (to.z - from.z))) * side;
  const top = (to.y - (from.y << (to.z - from.z))) * side;
  const part = new ImageData(side, side);
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * picture.width + left) * 4;
    part.data.set(picture.data.subarray(start, start + side * 4), row * side * 4);
  }
  return part;
}
