import { densityColor, densityShare } from '../charts/densityScale.ts';
import { tileAreaKm2, type TileIndex } from './mercator.ts';
import { densityTile } from './plan.ts';
import { forEachPoint, readTile } from './readTile.ts';

/** Cells on a side of a density tile. */
const SIDE = 64;

/** Records per square kilometre in each cell of a tile, row by row from the north-west. */
export interface DensityTile {
  perKm2: Float32Array;
  peak: number;
}

export async function loadDensity({ z, x, y }: TileIndex, signal?: AbortSignal): Promise<DensityTile | null> {
  const tile = await readTile(densityTile(z, x, y), signal, true);
  if (!tile) return null;
  const perKm2 = new Float32Array(SIDE * SIDE);
  const cellKm2 = tileAreaKm2(z + 6, (y + 0.5) / 2 ** z);
  let peak = 0;
  forEachPoint(tile.layers['density'], (px, py, properties) => {
    const at = Math.min(SIDE - 1, Math.floor(py * SIDE)) * SIDE + Math.min(SIDE - 1, Math.floor(px * SIDE));
    const density = Number(properties['total'] ?? 0) / cellKm2;
    perKm2[at] = density;
    if (density > peak) peak = density;
  });
  return { perKm2, peak };
}

/** A tile as a picture of 64 × 64 pixels. */
export function paintDensity(tile: DensityTile, top: number): ImageData {
  const image = new ImageData(SIDE, SIDE);
  tile.perKm2.forEach((density, i) => {
    if (density > 0) image.data.set(densityColor(densityShare(density, top)), i * 4);
  });
  return image;
}
