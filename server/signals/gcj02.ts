import { toWgs84 } from '../city/index.ts';
import { unnestInput, type Queryable } from '../db/index.ts';
import type { Geocoder } from '../geocode/index.ts';
import { isSure } from './address.ts';
import type { Outlet } from './outlet.ts';
import type { Reading } from './reading.ts';
import { distanceM } from './twins.ts';

/** GCJ-02 moves a point by 300 to 700 m: beyond FAR_M of its address it may be moved, within NEAR_M it stands there. */
const FAR_M = 200;
const NEAR_M = 80;

const INPUT = [
  ['i', 'int'],
  ['word', 'text'],
  ['lng', 'float8'],
  ['lat', 'float8'],
  ['moved_lng', 'float8'],
  ['moved_lat', 'float8'],
] as const;

/** Divisions of each word, by code or by name: each a join of its own, which an "or" between them would not be. */
const NAMED = ['code', 'name_zh', 'name_en'].map(
  (column) => `select w.word, d.id from (select distinct word from input) as w
     join division d on d.valid_to is null and d.${column} = w.word`,
);
const coveredBy = (point: 'given' | 'moved') => `
  select 1 from named n join division d on d.id = n.id where n.word = p.word and d.geom && p.${point} and st_covers(d.geom, p.${point})`;

/** By the division that a signal names: its point lies outside it, and would lie inside if it were GCJ-02. @returns which of them. */
async function outsideNamed(client: Queryable, readings: readonly Reading[]): Promise<Set<number>> {
  const named = readings.flatMap(({ position, division }, i) =>
    position && division !== null ? [[i, division, ...position, ...toWgs84('gcj02', ...position)] as const] : [],
  );
  if (named.length === 0) return new Set();
  const { rows } = await client.query<{ i: number }>(
    `with input as (select * from ${unnestInput(INPUT)}), named as materialized (${NAMED.join(' union ')}),
     points as (
       select i, word, st_setsrid(st_makepoint(lng, lat), 4326) as given, st_setsrid(st_makepoint(moved_lng, moved_lat), 4326) as moved
       from input
     )
     select i from points p where exists (${coveredBy('moved')}) and not exists (${coveredBy('given')})`,
    INPUT.map((_, column) => named.map((row) => row[column])),
  );
  return new Set(rows.map(({ i }) => i));
}

/** By the address that a signal gives, where the geocoder is sure of the place: its point is far from it, and would be near if it were
 * GCJ-02. */
function farFromAddress({ position, address }: Reading, geocoder: Geocoder): boolean {
  if (position === null || address === null) return false;
  const match = geocoder.match(address);
  if (!isSure(match) || match.lng === null || match.lat === null) return false;
  const place = [match.lng, match.lat] as const;
  return distanceM(position, place) > FAR_M && distanceM(toWgs84('gcj02', ...position), place) < NEAR_M;
}

/**
 * Flags positions that look as if they were GCJ-02, of an outlet that promised another system.
 * @param geocoder null: the outlet gives no addresses. @returns the readings, in order.
 */
export async function flagGcj02(
  client: Queryable,
  outlet: Outlet,
  geocoder: Geocoder | null,
  readings: readonly Reading[],
): Promise<Reading[]> {
  const { crs } = outlet.config;
  if (crs !== 'wgs84' && crs !== 'cgcs2000') return [...readings];
  const outside = await outsideNamed(client, readings);
  return readings.map((reading, i) =>
    outside.has(i) || (geocoder && farFromAddress(reading, geocoder))
      ? { ...reading, flags: [...reading.flags, 'looks_gcj02'] }
      : reading,
  );
}
