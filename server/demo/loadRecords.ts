import type { DemoCity, DemoPlace } from '../../demo/types.ts';
import { cellOf } from '../../tiles/morton.ts';
import { chunked, insertRows, type Database } from '../db/index.ts';
import { addGeneration, PLACE_COLUMNS, rankPlaces, rebuildDensity, UNRANKED } from '../records/index.ts';
import { collectedAt, loadCollection } from './loadCollection.ts';
import { addDataset, type Progress } from './dataset.ts';

const PLACE_CHUNK = 2000;

/** A place of the demonstration with its key, as the tables have it. */
interface KeyedPlace {
  cell: string;
  n: number;
  counts: readonly number[];
}

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
    null,
  ]);
  const places: DemoPlace[] = [...city.places()];
  const keyed = await loadPlaces(db, places, datasetId, ids, until, onProgress);
  await loadCollection(db, places, ids, onProgress);
  await rankPlaces(db, null);
  await loadRecordRows(db, city, keyed, until, onProgress);
  await db.transaction(rebuildDensity);
}

async function loadPlaces(
  db: Database,
  places: readonly DemoPlace[],
  datasetId: number,
  ids: Map<string, number>,
  until: Date,
  onProgress: Progress,
): Promise<KeyedPlace[]> {
  const taken = new Map<string, number>();
  const inGrid = new Map<string, number>();
  const keyed: KeyedPlace[] = [];
  for (const chunk of chunked(places, PLACE_CHUNK)) {
    const rows = chunk.map((place) => {
      const cell = cellOf(place.lng, place.lat).toString();
      const n = next(taken, cell);
      const total = place.counts.reduce((sum, count) => sum + count, 0);
      keyed.push({ cell, n, counts: place.counts });
      const code = `${place.gridCode}${String(next(inGrid, place.gridCode)).padStart(4, '0')}`;
      const { level, confidence, people, houses, units, visitedAt } = collectedAt(code, until);
      return [
        cell,
        n,
        datasetId,
        ids.get(place.gridCode) ?? 0,
        `SRID=4326;POINT(${place.lng} ${place.lat})`,
        place.addressZh,
        code,
        1 / (1 + total),
        level,
        confidence,
        UNRANKED,
        null,
        null,
        people,
        houses,
        units,
        visitedAt,
      ];
    });
    await insertRows(db, 'place', PLACE_COLUMNS, rows);
    onProgress('places', keyed.length, places.length);
  }
  return keyed;
}

function next(counters: Map<string, number>, key: string): number {
  const n = (counters.get(key) ?? 0) + 1;
  counters.set(key, n);
  return n;
}

/** Records k of `first` < k ≤ `last` of each place. */
const INSERT_PLACED = `
  insert into record (generation_id, cell, n, class, day, key, batch)
  select $1::int, p.cell, p.n, $2::smallint, $3::date - (hashint8(p.cell + k) & 1023), p.cell || '.' || p.n || '.' || k, 0
  from unnest($4::bigint[], $5::int[], $6::int[], $7::int[]) as p (cell, n, first, last)
    cross join lateral generate_series(p.first + 1, p.last) as k`;
const INSERT_LOST = `
  insert into record (generation_id, class, day, key, batch)
  select $1::int, $2::smallint, $3::date - (hashint8(k) & 1023), '-.' || k, 0 from generate_series(1, $4::int) as k`;

/** A dataset takes its share of each place's count of its class; the last of a class takes what is left. */
async function loadRecordRows(
  db: Database,
  city: DemoCity,
  places: readonly KeyedPlace[],
  until: Date,
  onProgress: Progress,
) {
  for (const [i, dataset] of city.datasets.entries()) {
    const { key, nameZh, nameEn, classIndex, theme } = dataset;
    const ofClass = city.datasets.filter((d) => d.classIndex === classIndex);
    const before = ofClass.slice(0, ofClass.indexOf(dataset)).reduce((sum, d) => sum + d.share, 0);
    const after = ofClass.at(-1) === dataset ? 1 : before + dataset.share;
    const id = await addDataset(db, [key, nameZh, nameEn, 'records', classIndex, theme]);
    const generation = await db.transaction((client) => addGeneration(client, id, 'live'));
    for (const chunk of chunked(places, PLACE_CHUNK * 5)) {
      const of = (share: number) => chunk.map(({ counts }) => Math.floor((counts[classIndex] ?? 0) * share));
      const cells = chunk.map((p) => p.cell);
      const ns = chunk.map((p) => p.n);
      await db.query(INSERT_PLACED, [generation, classIndex, until, cells, ns, of(before), of(after)]);
    }
    await db.query(INSERT_LOST, [generation, classIndex, until, city.unlocatedRecords.get(key) ?? 0]);
    onProgress('records', i + 1, city.datasets.length);
  }
}
