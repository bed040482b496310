import type { CrsName } from '../api/shapes.ts';
import { fixedClock, systemClock, type Clock, type Queryable } from '../db/index.ts';

/** [west, south, east, north] in degrees. */
export type Bbox = [number, number, number, number];

export interface City {
  nameZh: string;
  nameEn: string;
  kind: 'demo' | 'real';
  /** IANA name: "today" and the edges of months are this zone's. */
  timeZone: string;
  extent: Bbox;
  defaultCrs: CrsName;
  standardRef: string;
  caseNoPrefix: string;
  demoSeed: number | null;
  demoScale: number | null;
  demoUntil: Date | null;
  frozenAt: Date | null;
  ready: boolean;
}

interface CityRow extends Omit<City, 'extent'> {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** The one row that says what city this is; null in an empty database. */
export async function readCity(client: Queryable): Promise<City | null> {
  const { rows } = await client.query<CityRow>(`
    select name_zh as "nameZh", name_en as "nameEn", kind, time_zone as "timeZone", west, south, east, north,
      default_crs as "defaultCrs", standard_ref as "standardRef", case_no_prefix as "caseNoPrefix", demo_seed as "demoSeed",
      demo_scale as "demoScale", demo_until as "demoUntil", frozen_at as "frozenAt", ready
    from city`);
  const row = rows[0];
  if (!row) return null;
  const { west, south, east, north, ...rest } = row;
  return { ...rest, extent: [west, south, east, north] };
}

/** Writes the city's row, whole. */
export async function writeCity(client: Queryable, city: City): Promise<void> {
  await client.query(
    `insert into city (id, name_zh, name_en, kind, time_zone, west, south, east, north, default_crs, standard_ref,
       case_no_prefix, demo_seed, demo_scale, demo_until, frozen_at, ready)
     values (1, $1::text, $2::text, $3::text, $4::text, $5::float8, $6::float8, $7::float8, $8::float8, $9::text, $10::text,
       $11::text, $12::int, $13::float8, $14::timestamptz, $15::timestamptz, $16::boolean)
     on conflict (id) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, kind = excluded.kind,
       time_zone = excluded.time_zone, west = excluded.west, south = excluded.south, east = excluded.east,
       north = excluded.north, default_crs = excluded.default_crs, standard_ref = excluded.standard_ref,
       case_no_prefix = excluded.case_no_prefix, demo_seed = excluded.demo_seed, demo_scale = excluded.demo_scale,
       demo_until = excluded.demo_until, frozen_at = excluded.frozen_at, ready = excluded.ready, updated_at = now()`,
    [
      city.nameZh,
      city.nameEn,
      city.kind,
      city.timeZone,
      ...city.extent,
      city.defaultCrs,
      city.standardRef,
      city.caseNoPrefix,
      city.demoSeed,
      city.demoScale,
      city.demoUntil,
      city.frozenAt,
      city.ready,
    ],
  );
}

/** A frozen city's now is the instant it was frozen at. */
export function cityClock(city: Pick<City, 'frozenAt'>): Clock {
  return city.frozenAt ? fixedClock(city.frozenAt) : systemClock;
}
