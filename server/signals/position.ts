import { toWgs84, type Bbox } from '../city/index.ts';
import type { CrsName } from '../api/shapes.ts';

export interface ReadPosition {
  /** WGS 84. */
  position: [lng: number, lat: number] | null;
  /** Why there is none. */
  problem: string | null;
}

const within = ([west, south, east, north]: Bbox, lng: number, lat: number) =>
  lng >= west && lng <= east && lat >= south && lat <= north;

function numberOf(value: string | number | undefined): number | null {
  if (value === undefined || value === '') return null;
  return Number(value);
}

/**
 * Where a signal says it is. What is plainly wrong is told, never put right: a guess would stand on the map as if it were known.
 * @param extent of the city. @returns a position in WGS 84 inside it, or the reason why not.
 */
export function readPosition(
  given: { lng?: string | number | undefined; lat?: string | number | undefined },
  crs: CrsName,
  extent: Bbox,
): ReadPosition {
  const [lng, lat] = [numberOf(given.lng), numberOf(given.lat)];
  const none = (problem: string): ReadPosition => ({ position: null, problem });
  if (lng === null || lat === null) return none('no_position');
  if (!Number.isFinite(lng) || !Number.isFinite(lat)) return none('position_not_a_number');
  if (lng === 0 && lat === 0) return none('position_zero');
  const valid = Math.abs(lng) <= 180 && Math.abs(lat) <= 90;
  const position = valid ? toWgs84(crs, lng, lat) : null;
  if (position && within(extent, ...position)) return { position, problem: null };
  const turned = Math.abs(lat) <= 180 && Math.abs(lng) <= 90 && within(extent, ...toWgs84(crs, lat, lng));
  if (turned) return none('position_swapped');
  return none(valid ? 'position_outside_the_city' : 'position_out_of_range');
}
