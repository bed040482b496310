import { readDivision, locateDivisions, overlaysAt, type OverlaysAt } from '../../city/index.ts';
import type { DivisionRef } from '../../api/shapes.ts';
import type { Database, Queryable } from '../../db/index.ts';

/** The address next to a point. */
export interface NearestAddress {
  code: string;
  text: string;
  lng: number;
  lat: number;
  distanceM: number;
}

export interface Reversed extends OverlaysAt {
  nearest: NearestAddress | null;
  /** From the city down to the finest that covers the point; empty outside of the city. */
  divisions: DivisionRef[];
  /** The unit grid among them. */
  grid: DivisionRef | null;
}

/** What three-real-one-standard (三实一标) counted at an address; null: not counted. Never who. */
export interface AddressCounts {
  people: number | null;
  houses: number | null;
  units: number | null;
}

/** The counts at an address. @param code of it, or the id of a place without one. @returns null where there is none. */
export async function readAddressCounts(client: Queryable, code: string): Promise<AddressCounts | null> {
  const id = /^(\d{1,19})-(\d{1,9})$/.exec(code);
  const { rows } = await client.query<AddressCounts>(
    `select people, houses, units from place where code = $1::text
     union all select people, houses, units from place where $2::numeric <= 4611686018427387903 and cell = $2::bigint and n = $3::int and code is null`,
    [code, id?.[1] ?? null, id?.[2] ?? null],
  );
  return rows[0] ?? null;
}

/** The index orders by degrees, which lie unlike metres: the nearest by metres is among the first of them. */
const LOOKED_AT = 32;

/** What lies at a point. @param lng @param lat in WGS 84. */
export async function reverseGeocode(db: Database, lng: number, lat: number): Promise<Reversed> {
  const { rows } = await db.query<NearestAddress>(
    `with point as (select st_setsrid(st_makepoint($1::float8, $2::float8), 4326) as geom),
       near as (
         select p.cell, p.n, p.code, p.address, p.geom from place p
         where p.retired_at is null order by p.geom <-> (select geom from point) limit ${LOOKED_AT}
       )
     select coalesce(near.code, near.cell || '-' || near.n) as code, near.address as text,
       st_x(near.geom) as lng, st_y(near.geom) as lat,
       st_distance(near.geom::geography, point.geom::geography) as "distanceM"
     from near, point order by "distanceM", near.cell, near.n limit 1`,
    [lng, lat],
  );
  const [id = 0] = await locateDivisions(db, [[lng, lat]]);
  const divisions = id === 0 ? [] : (await readDivision(db, id)).ancestors;
  return {
    nearest: rows[0] ?? null,
    divisions,
    grid: divisions.find(({ level }) => level === 'grid') ?? null,
    ...(await overlaysAt(db, lng, lat)),
  };
}
