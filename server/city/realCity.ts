import type { Queryable } from '../db/index.ts';
import { readCity, type Bbox, type City } from './city.ts';

/** A real city of which nothing is known yet. */
export const NEUTRAL_CITY: City = {
  nameZh: '城市',
  nameEn: 'City',
  kind: 'real',
  timeZone: 'UTC',
  extent: [-180, -85, 180, 85],
  defaultCrs: 'wgs84',
  standardRef: 'GB/T 47678.5-2026',
  caseNoPrefix: '',
  demoSeed: null,
  demoScale: null,
  demoUntil: null,
  frozenAt: null,
  ready: true,
};

/** The city as it stands, or a neutral one. */
export async function readOrNeutral(client: Queryable): Promise<City> {
  return (await readCity(client)) ?? NEUTRAL_CITY;
}

/** Whether nobody has named the city yet. */
export function isUnnamed(city: City): boolean {
  return city.nameZh === NEUTRAL_CITY.nameZh && city.nameEn === NEUTRAL_CITY.nameEn;
}

/** Whether nobody has said the city's time zone yet. */
export function isUnzoned(city: City): boolean {
  return city.timeZone === NEUTRAL_CITY.timeZone;
}

const EDGE = 0.01;
const PADDING = 0.05;

/**
 * What the map shows at first: the box of the divisions, or, where there are none, of the cases without the outermost
 * hundredth each way. @returns null where there is neither.
 */
export async function readExtent(client: Queryable): Promise<Bbox | null> {
  const { rows } = await client.query<{ west: number | null; south: number; east: number; north: number }>(
    `select st_xmin(box) as west, st_ymin(box) as south, st_xmax(box) as east, st_ymax(box) as north
     from (select st_extent(geom) as box from division where valid_to is null) as d`,
  );
  const box = rows[0];
  if (box && box.west !== null) return [box.west, box.south, box.east, box.north];
  const found = await client.query<{ west: number | null; south: number; east: number; north: number }>(
    `select percentile_cont(${EDGE}) within group (order by st_x(geom)) as west,
       percentile_cont(${EDGE}) within group (order by st_y(geom)) as south,
       percentile_cont(${1 - EDGE}) within group (order by st_x(geom)) as east,
       percentile_cont(${1 - EDGE}) within group (order by st_y(geom)) as north
     from cases where geom is not null`,
  );
  const cases = found.rows[0];
  if (!cases || cases.west === null) return null;
  const [dx, dy] = [cases.east - cases.west, cases.north - cases.south].map((side) => Math.max(side * PADDING, 0.002));
  return [cases.west - (dx ?? 0), cases.south - (dy ?? 0), cases.east + (dx ?? 0), cases.north + (dy ?? 0)];
}
