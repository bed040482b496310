import type { Queryable } from '../db/index.ts';
import { MATCH_LEVELS, SURE, type Geocoder, type Match } from '../geocode/index.ts';
import type { Reading } from './reading.ts';

/** A match is a place, not the middle of a road or a division. */
export const isSure = ({ level, confidence, reason }: Match) =>
  confidence >= SURE && reason === null && MATCH_LEVELS.indexOf(level) >= MATCH_LEVELS.indexOf('intersection');

/** Positions of standard addresses by code. */
async function findCodes(client: Queryable, codes: readonly string[]): Promise<Map<string, [number, number]>> {
  if (codes.length === 0) return new Map();
  const { rows } = await client.query<{ code: string; lng: number; lat: number }>(
    'select code, st_x(geom) as lng, st_y(geom) as lat from place where code = any($1::text[])',
    [codes],
  );
  return new Map(rows.map(({ code, lng, lat }) => [code, [lng, lat]]));
}

/** Signals that say where they are by an address alone: by its code, or by its text where the city's geocoder is sure. Else they go on
 * waiting, with the reason. */
export async function placeByAddress(
  client: Queryable,
  geocoder: Geocoder | null,
  readings: readonly Reading[],
): Promise<Reading[]> {
  const lost = readings.filter(({ reason }) => reason === 'no_position');
  const codes = await findCodes(
    client,
    lost.flatMap(({ addressId }) => addressId ?? []),
  );
  return readings.map((reading) => {
    if (reading.reason !== 'no_position') return reading;
    const known = codes.get(reading.addressId ?? '');
    if (known) return { ...reading, position: known, reason: null };
    if (reading.address === null || !geocoder)
      return reading.addressId === null ? reading : { ...reading, reason: `unknown_address_id: ${reading.addressId}` };
    const match = geocoder.match(reading.address);
    return isSure(match) && match.lng !== null && match.lat !== null
      ? { ...reading, position: [match.lng, match.lat], reason: null }
      : { ...reading, reason: `address_not_sure: ${match.reason ?? match.level}` };
  });
}
