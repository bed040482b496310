import type { DemoCity, DemoPlace } from '../../demo/types.ts';
import { cellOf } from '../../tiles/morton.ts';
import { chunked, insertRows, type Database } from '../db/index.ts';
import { CLASS_COLUMNS, rebuildDensity } from '../records/index.ts';
import { addDataset, type Progress } from './dataset.ts';

const PLACE_CHUNK = 2000;

const PLACE_COLUMNS = [
  ['cell', 'bigint'],
  ['n', 'int'],
  ['dataset_id', 'int'],
  ['division_id', 'int'],
  ['geom', 'geometry'],
  ['address', 'text'],
  ['government', 'int'],
  ['industry', 'int'],
  ['supply_chain', 'int'],
  ['governance', 'int'],
  ['sensing', 'int'],
  ['rank', 'real'],
  ['level', 'text'],
  ['confidence', 'real'],
] as const;

/** Places, then their records by class and dataset (made from the places' counts inside the database), then density. */
export async function loadRecords(
  db: Database,
  city: DemoCity,
  ids: Map<string, number>,
  until: Date,
  onProgress: Progress,
) {
  const datasetId = await addDataset(db, [
    'demo-places',
    '演示标准地址',
    'Demonstration addresses',
    'base',
    null,
    0,
    0,
  ]);
  const places: DemoPlace[] = [...city.places()];
  const taken = new Map<string, number>();
  let done = 0;
  for (const chunk of chunked(places, PLACE_CHUNK)) {
    const rows = chunk.map((place) => {
      const cell = cellOf(place.lng, place.lat).toString();
      const n = taken.get(cell) ?? 1;
      taken.set(cell, n + 1);
      const total = place.counts.reduce((sum, count) => sum + count, 0);
      return [
        cell,
        n,
        datasetId,
        ids.get(place.gridCode) ?? 0,
        `SRID=4326;POINT(${place.lng} ${place.lat})`,
        place.addressZh,
        ...place.counts,
        1 / (1 + total),
        'number',
        1,
      ];
    });
    await insertRows(db, 'place', PLACE_COLUMNS, rows);
    onProgress('places', (done += chunk.length), places.length);
  }
  await loadRecordRows(db, city, until, onProgress);
  await rebuildDensity(db);
}

/** A dataset takes its share of each place's count of its class; the last of a class takes what is left. */
async function loadRecordRows(db: Database, city: DemoCity, until: Date, onProgress: Progress) {
  for (const [i, dataset] of city.datasets.entries()) {
    const ofClass = city.datasets.filter((d) => d.classIndex === dataset.classIndex);
    const before = ofClass.slice(0, ofClass.indexOf(dataset)).reduce((sum, d) => sum + d.share, 0);
    const isLast = ofClass.at(-1) === dataset;
    const unlocated = city.unlocatedRecords.get(dataset.key) ?? 0;
    const id = await addDataset(db, [dataset.key, dataset.nameZh, dataset.nameEn, 'records', dataset.classIndex, 0, 0]);
    const column = CLASS_COLUMNS[dataset.classIndex] ?? CLASS_COLUMNS[0];
    await db.query(
      `with made as (
         insert into record (dataset_id, cell, n, class, day, key, batch)
         select $1::int, p.cell, p.n, $2::smallint, $3::date - (hashint8(p.cell + k) & 1023), p.cell || '.' || p.n || '.' || k, 0
         from place p cross join lateral generate_series(floor(p.${column} * $4::float8)::int + 1, floor(p.${column} * $5::float8)::int) as k
         order by p.cell, p.n, k returning 1
       ), lost as (
         insert into record (dataset_id, class, day, key, batch)
         select $1::int, $2::smallint, $3::date - (hashint8(k) & 1023), '-.' || k, 0 from generate_series(1, $6::int) as k returning 1
       )
       update dataset set located = (select count(*) from made), total = (select count(*) from made) + (select count(*) from lost)
       where id = $1::int`,
      [id, dataset.classIndex, until, before, isLast ? 1 : before + dataset.share, unlocated],
    );
    onProgress('records', i + 1, city.datasets.length);
  }
}
