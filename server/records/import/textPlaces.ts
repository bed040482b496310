import type { Geocoder, Unmatched } from '../../geocode/index.ts';
import type { PlaceIndex } from './placeIndex.ts';
import { NO_PLACE } from './rows.ts';

/** Places of records whose place is an address as a clerk wrote it. */
export interface TextPlaces {
  /** @returns a number in the PlaceIndex, or NO_PLACE where the address names no door, or none surely enough. */
  find(text: string): number;
  /** What was not found since the last time. */
  takeUnmatched(): Unmatched[];
}

/** @param minConfidence matches below it are none: a wrong place is worse than no place. */
export async function openTextPlaces(
  geocoder: Geocoder,
  places: PlaceIndex,
  minConfidence: number,
): Promise<TextPlaces> {
  const { addUnmatched, atBuilding, unmatchedOf } = await import('../../geocode/index.ts');
  let unmatched = new Map<string, Unmatched>();
  return {
    find(text) {
      const { code, level, confidence, reason } = geocoder.match(text);
      if (code !== null && confidence >= minConfidence && atBuilding(level)) {
        const bytes = Buffer.from(code);
        const place = places.findCode(bytes, 0, bytes.length);
        return place >= 0 ? place : places.findId(bytes, 0, bytes.length);
      }
      addUnmatched(unmatched, unmatchedOf(geocoder.base.parser, text, reason ?? 'no_door'));
      return NO_PLACE;
    },
    takeUnmatched() {
      const taken = [...unmatched.values()];
      unmatched = new Map();
      return taken;
    },
  };
}
