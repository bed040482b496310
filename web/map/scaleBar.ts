import { distance } from '@turf/turf';
import type { Camera } from './basemap.ts';

/** Side of a tile in CSS pixels at a whole zoom, as mapbox-gl and deck.gl count it. */
const TILE_PIXELS = 512;
/** Measured over this many pixels: one alone is lost in rounding. */
const SPAN = 100;

/** Kilometres on the ground that a pixel spans, west to east at the middle of the map. */
export function kmPerPixel({ longitude, latitude, zoom }: Camera): number {
  const degrees = (SPAN * 360) / (TILE_PIXELS * 2 ** zoom);
  return distance([longitude, latitude], [longitude + degrees, latitude], { units: 'kilometers' }) / SPAN;
}

/** The longest round length (1, 2 or 5 times a power of ten) that fits.
 * @returns its width in pixels and its length in metres. */
export function scaleBar(perPixelKm: number, maxPixels: number): { pixels: number; metres: number } {
  const most = perPixelKm * maxPixels * 1000;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [5, 2, 1].find((digit) => digit * power <= most) ?? 1;
  const metres = step * power;
  return { pixels: metres / 1000 / perPixelKm, metres };
}
