import type { DemoCity, DemoDivision } from '../../demo/types.ts';
import type { Bbox } from '../city/index.ts';
import { chunked, type Database } from '../db/index.ts';
import { addDataset, type Progress } from './dataset.ts';

/** The box around the city's own division. */
export function extentOf(divisions: DemoDivision[]): Bbox {
  const extent: Bbox = [180, 90, -180, -90];
  for (const division of divisions) {
    if (division.level !== 1) continue;
    for (const [lng = 0, lat = 0] of division.geometry.coordinates.flat(2)) {
      extent[0] = Math.min(extent[0], lng);
      extent[1] = Math.min(extent[1], lat);
      extent[2] = Math.max(extent[2], lng);
      extent[3] = Math.max(extent[3], lat);
    }
  }
  return extent;
}

/** Inserts divisions, outermost first. @returns id by code. */
export async function loadDivisions(
  db: Database,
  divisions: DemoDivision[],
  onProgress: Progress,
): Promise<Map<string, number>> {
  const datasetId = await addDataset(db, [
    'demo-divisions',
    '演示区划',
    'Demonstration divisions',
    'divisions',
    null,
    null,
  ]);
  const ids = new Map<string, number>();
  const paths = new Map<string, (number | null)[]>();
  const sorted = [...divisions].sort((a, b) => a.level - b.level || (a.code < b.code ? -1 : 1));
  const rows = sorted.map((division, i) => {
    const id = i + 1;
    const path = [...(paths.get(division.parentCode ?? '') ?? []), id];
    ids.set(division.code, id);
    paths.set(division.code, path);
    return [
      id,
      datasetId,
      ids.get(division.parentCode ?? '') ?? null,
      division.level,
      `{${path.join(',')}}`,
      division.code,
      division.nameZh,
      division.nameEn,
      JSON.stringify(division.geometry),
      division.labelLng,
      division.labelLat,
      division.population,
    ];
  });
  const types = [
    'int[]',
    'int[]',
    'int[]',
    'smallint[]',
    'text[]',
    'text[]',
    'text[]',
    'text[]',
    'text[]',
    'float8[]',
    'float8[]',
    'int[]',
  ];
  let done = 0;
  for (const chunk of chunked(rows, 400)) {
    await db.query(
      `insert into division (id, dataset_id, parent_id, level, path, code, name_zh, name_en, geom, label, area_km2, population)
       select id, dataset_id, parent_id, level, path::int[], code, name_zh, name_en, geom,
         st_setsrid(st_makepoint(lng, lat), 4326), st_area(geom::geography) / 1e6, population
       from (select t.*, st_setsrid(st_geomfromgeojson(geojson), 4326) as geom
             from unnest(${types.map((type, i) => `$${i + 1}::${type}`).join(', ')})
               as t (id, dataset_id, parent_id, level, path, code, name_zh, name_en, geojson, lng, lat, population)) as u`,
      types.map((_, i) => chunk.map((row) => row[i])),
    );
    onProgress('divisions', (done += chunk.length), rows.length);
  }
  await db.query(`select setval(pg_get_serial_sequence('division', 'id'), $1::bigint)`, [rows.length]);
  return ids;
}

/** Inserts the base map. */
export async function loadBase(db: Database, city: DemoCity): Promise<void> {
  const datasetId = await addDataset(db, ['demo-base', '演示底图', 'Demonstration base map', 'base', null, null]);
  const columns = ['kind', 'rank', 'nameZh', 'nameEn', 'minZoom'] as const;
  await db.query(
    `insert into base_feature (dataset_id, kind, rank, name_zh, name_en, min_zoom, geom)
     select $7::int, kind, rank, zh, en, z, st_setsrid(st_geomfromgeojson(g), 4326)
     from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::smallint[], $6::text[]) as t (kind, rank, zh, en, z, g)`,
    [
      ...columns.map((name) => city.base.map((f) => f[name])),
      city.base.map((f) => JSON.stringify(f.geometry)),
      datasetId,
    ],
  );
}
