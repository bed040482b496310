import type { MultiPolygon } from 'geojson';
import { chunked, type Queryable } from '../db/index.ts';

/** What PostGIS says of a shape. */
export interface CheckedShape {
  /** Extended well-known binary, hex: a valid MultiPolygon in EPSG:4326. null: nothing with an area is left of it. */
  ewkb: string | null;
  /** Why it was not valid; null: it was. */
  invalidReason: string | null;
  areaKm2: number;
  /** Of the shape as given; not reliable where that crosses itself. */
  givenAreaKm2: number;
}

const POSITIONS_A_CHUNK = 10_000;

const CHECK = `
  select i, case when st_isempty(fixed) then null else encode(st_asewkb(fixed), 'hex') end as ewkb,
    case when valid then null else st_isvalidreason(given) end as "invalidReason",
    st_area(fixed::geography) / 1e6 as "areaKm2", abs(st_area(given::geography)) / 1e6 as "givenAreaKm2"
  from (
    select i, given, valid,
      case when valid then given else st_multi(st_collectionextract(st_makevalid(given), 3)) end as fixed
    from (
      select i, given, st_isvalid(given) as valid
      from unnest($1::int[], $2::text[]) as input (i, geojson)
        cross join lateral (select st_setsrid(st_geomfromgeojson(geojson), 4326) as given) as g
    ) as checked
  ) as mended order by i`;

function positionsOf(geometry: MultiPolygon): number {
  return geometry.coordinates.reduce((sum, rings) => sum + rings.reduce((n, ring) => n + ring.length, 0), 0);
}

/** Cuts into chunks by the number of positions: one big shape costs as much as many small ones. */
function* bySize(geometries: readonly MultiPolygon[]): Generator<[number, MultiPolygon][]> {
  let chunk: [number, MultiPolygon][] = [];
  let positions = 0;
  for (const [i, geometry] of geometries.entries()) {
    chunk.push([i, geometry]);
    positions += positionsOf(geometry);
    if (positions < POSITIONS_A_CHUNK) continue;
    yield chunk;
    chunk = [];
    positions = 0;
  }
  yield* chunked(chunk, Math.max(1, chunk.length));
}

/** Has PostGIS check shapes and repair what ST_MakeValid can, without writing anything. @returns one a geometry, in order. */
export async function checkShapes(
  client: Queryable,
  geometries: readonly MultiPolygon[],
  progress: (done: number) => void,
): Promise<CheckedShape[]> {
  const checked: CheckedShape[] = [];
  for (const chunk of bySize(geometries)) {
    const { rows } = await client.query<CheckedShape & { i: number }>(CHECK, [
      chunk.map(([i]) => i),
      chunk.map(([, geometry]) => JSON.stringify(geometry)),
    ]);
    for (const { i, ...shape } of rows) checked[i] = shape;
    progress(checked.length);
  }
  return checked;
}
