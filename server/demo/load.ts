import type { DemoCase, DemoCity, DemoDivision, DemoPlace } from '../../demo/types.ts';
import { cellOf } from '../../tiles/morton.ts';
import { insertCases, rebuildTally, type NewCase } from '../cases/index.ts';
import { writeCity, type Bbox, type City } from '../city/index.ts';
import { appendDataEvent, chunked, drainOutbox, insertRows, type Database, type Queryable } from '../db/index.ts';
import { CLASS_COLUMNS, rebuildDensity } from '../records/index.ts';

export interface LoadOptions {
  seed: number;
  scale: number;
  until: Date;
  /** The clock stands at `until`; no player. */
  frozen: boolean;
}

export type Progress = (stage: string, done: number, total: number) => void;

const CASE_CHUNK = 2000;
const PLACE_CHUNK = 2000;
const ALL_LAYERS = ['divisions', 'grids', 'base', 'density', 'places', 'cases'];
const CASE_PREFIX = 'DEMO-';

async function addDataset(
  client: Queryable,
  row: [key: string, zh: string, en: string, kind: string, classIndex: number | null, total: number, located: number],
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, class, origin, total, located)
     values ($1::text, $2::text, $3::text, $4::text, $5::smallint, 'demo', $6::bigint, $7::bigint) returning id`,
    row,
  );
  return rows[0]!.id;
}

function extentOf(divisions: DemoDivision[]): Bbox {
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
async function loadDivisions(
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
    divisions.length,
    divisions.length,
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

async function loadBase(db: Database, city: DemoCity): Promise<void> {
  const datasetId = await addDataset(db, [
    'demo-base',
    '演示底图',
    'Demonstration base map',
    'base',
    null,
    city.base.length,
    city.base.length,
  ]);
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

/** Registers a small table of words. @returns id by key. */
async function loadNames(
  db: Database,
  table: 'department' | 'source',
  items: { key: string; nameZh: string; nameEn: string }[],
) {
  const { rows } = await db.query<{ id: number; key: string }>(
    `insert into ${table} (key, name_zh, name_en) select * from unnest($1::text[], $2::text[], $3::text[])
     on conflict (key) do update set name_zh = excluded.name_zh returning id, key`,
    [items.map((i) => i.key), items.map((i) => i.nameZh), items.map((i) => i.nameEn)],
  );
  return new Map(rows.map(({ id, key }) => [key, id]));
}

export interface DemoWords {
  departments: Map<string, number>;
  sources: Map<string, number>;
  categories: Map<string, { id: number; departmentId: number | null }>;
}

async function loadWords(db: Database, city: DemoCity): Promise<DemoWords> {
  const departments = await loadNames(db, 'department', city.departments);
  const sources = await loadNames(db, 'source', city.sources);
  const c = city.categories;
  const { rows } = await db.query<{ id: number; code: string; departmentId: number | null }>(
    `insert into category (standard_ref, kind, code, major_zh, major_en, name_zh, name_en, limit_hours, department_id)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::int[])
     returning id, code, department_id as "departmentId"`,
    [
      c.map((x) => x.standardRef),
      c.map((x) => x.kind),
      c.map((x) => x.code),
      c.map((x) => x.majorZh),
      c.map((x) => x.majorEn),
      c.map((x) => x.nameZh),
      c.map((x) => x.nameEn),
      c.map((x) => x.limitHours),
      c.map((x) => departments.get(x.departmentKey) ?? null),
    ],
  );
  return { departments, sources, categories: new Map(rows.map(({ code, ...rest }) => [code, rest])) };
}

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
async function loadRecords(db: Database, city: DemoCity, ids: Map<string, number>, until: Date, onProgress: Progress) {
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

function toNewCase(
  c: DemoCase,
  id: number,
  words: DemoWords,
  ids: Map<string, number>,
  dayOf: (at: number) => string,
): NewCase {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms));
  return {
    id,
    externalId: c.externalId,
    caseNo: `${CASE_PREFIX}${dayOf(c.reportedAt)}-${String(id).padStart(7, '0')}`,
    sourceId: words.sources.get(c.sourceKey)!,
    categoryId: words.categories.get(c.categoryCode)!.id,
    departmentId: words.departments.get(c.departmentKey) ?? null,
    divisionId: ids.get(c.gridCode) ?? 0,
    lng: c.lng,
    lat: c.lat,
    address: c.addressZh,
    description: c.descriptionZh,
    status: c.status,
    reportedAt: new Date(c.reportedAt),
    acceptedAt: at(c.acceptedAt),
    filedAt: at(c.filedAt),
    dispatchedAt: at(c.dispatchedAt),
    yellowAt: at(c.yellowAt),
    dueAt: at(c.dueAt),
    handledAt: at(c.handledAt),
    closedAt: at(c.closedAt),
    reworks: c.reworks,
    updatedAt: new Date(c.steps.at(-1)?.at ?? c.reportedAt),
    steps: c.steps.map((step) => ({ ...step, at: new Date(step.at) })),
  };
}

/** YYYYMMDD at UTC+8: the demonstration's zone has no summer time. */
function demoDay(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
}

async function loadCases(
  db: Database,
  city: DemoCity,
  words: DemoWords,
  ids: Map<string, number>,
  total: number,
  onProgress: Progress,
) {
  const datasetId = await addDataset(db, [
    'demo-cases',
    '演示案卷',
    'Demonstration cases',
    'cases',
    null,
    total,
    total,
  ]);
  let id = 0;
  for (const chunk of chunked(city.cases(), CASE_CHUNK)) {
    const cases = chunk.map((c) => toNewCase(c, ++id, words, ids, demoDay));
    await db.transaction((client) => insertCases(client, datasetId, cases, false));
    onProgress('cases', id, total);
  }
  await db.query(`select setval(pg_get_serial_sequence('cases', 'id'), $1::bigint)`, [Math.max(id, 1)]);
  await db.transaction(rebuildTally);
}

/** Everything of a city goes: the start of a load that was interrupted begins again. */
export async function emptyCity(db: Database): Promise<void> {
  await db.query(`truncate city, dataset, division, base_feature, place, record, density, density_delta, cases, step, tally,
    tally_delta, category, department, source restart identity`);
}

/** Writes a demonstration city into an empty database. A load that is cut short leaves city.ready false and is begun again. */
export async function loadDemo(
  db: Database,
  demo: DemoCity,
  options: LoadOptions,
  onProgress: Progress,
): Promise<void> {
  await emptyCity(db);
  const city: City = {
    nameZh: demo.nameZh,
    nameEn: demo.nameEn,
    kind: 'demo',
    timeZone: demo.timeZone,
    extent: extentOf(demo.divisions),
    defaultCrs: 'wgs84',
    standardRef: demo.standardRef,
    caseNoPrefix: CASE_PREFIX,
    demoSeed: options.seed,
    demoScale: options.scale,
    demoUntil: options.until,
    frozenAt: options.frozen ? options.until : null,
    ready: false,
  };
  await writeCity(db, city);
  const ids = await loadDivisions(db, demo.divisions, onProgress);
  await loadBase(db, demo);
  const words = await loadWords(db, demo);
  await loadRecords(db, demo, ids, options.until, onProgress);
  await loadCases(db, demo, words, ids, Math.round(480_717 * options.scale * 1.04), onProgress);
  await db.query('analyze');
  await db.transaction(async (client) => {
    await writeCity(client, { ...city, ready: true });
    await appendDataEvent(client, 'demo', ALL_LAYERS);
  });
  await drainOutbox(db);
}
