import type { Geocoder, UnmatchedText } from '../../geocode/index.ts';
import type { PlaceIndex } from './placeIndex.ts';
import { NO_PLACE } from './rows.ts';

/** A record whose text did not give a place, with what was found of it. */
export interface LostText extends UnmatchedText {
  /** Of the record. */
  recordKey: string;
  level: string;
  /** The finest division that the text names; 0: none that is one only. */
  divisionId: number;
  baseVersion: number;
  minConfidence: number;
}

/** Places of records whose place is an address as a clerk wrote it. */
export interface TextPlaces {
  /** @returns a number in the PlaceIndex, or NO_PLACE where the address names no door, or none surely enough. */
  find(text: string, recordKey: string): number;
  /** What was not found since the last time. */
  takeLost(): LostText[];
}

/** The code of the door that a text names surely enough, or what is known of the text. */
export type TextMatcher = (
  text: string,
  minConfidence: number,
) => string | Omit<LostText, 'recordKey' | 'minConfidence'>;

export async function openTextMatcher(geocoder: Geocoder): Promise<TextMatcher> {
  const { atBuilding, namedDivision, unmatchedOf } = await import('../../geocode/index.ts');
  return (text, minConfidence) => {
    const { code, level, confidence, reason } = geocoder.match(text);
    if (code !== null && confidence >= minConfidence && atBuilding(level)) return code;
    const found = { level, divisionId: namedDivision(geocoder.base, text), baseVersion: geocoder.version };
    return { ...unmatchedOf(geocoder.base.parser, text, reason ?? 'no_door'), ...found };
  };
}

/** @param minConfidence matches below it are none: a wrong place is worse than no place. */
export async function openTextPlaces(
  geocoder: Geocoder,
  places: PlaceIndex,
  minConfidence: number,
): Promise<TextPlaces> {
  const match = await openTextMatcher(geocoder);
  let lost: LostText[] = [];
  return {
    find(text, recordKey) {
      const found = match(text, minConfidence);
      if (typeof found === 'string') {
        const bytes = Buffer.from(found);
        const place = places.findCode(bytes, 0, bytes.length);
        return place >= 0 ? place : places.findId(bytes, 0, bytes.length);
      }
      lost.push({ ...found, recordKey, minConfidence });
      return NO_PLACE;
    },
    takeLost() {
      const taken = lost;
      lost = [];
      return taken;
    },
  };
}
