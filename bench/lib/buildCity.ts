/** The city of the bench: the demonstration's geography and cases at scale 1, a million places, and N records streamed in. */
import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { buildDemoCity } from '../../demo/index.ts';
import { cellOf } from '../../tiles/morton.ts';
import { Pyramid, splitCell, type PyramidBlock } from '../../tiles/pyramid.ts';
import { migrate, openDatabase, type Database } from '../../server/db/index.ts';
import { loadDemo } from '../../server/demo/index.ts';
import { appendRecordCounts, dropAllRecords, foldRecordCounts, rankPlaces } from '../../server/records/index.ts';
import type { Cluster } from './cluster.ts';
import { CopyBuffer, RECORD_COPY } from './copyRows.ts';
import { randomFrom } from './random.ts';

export const PLACES = 1_000_000;
const BASE = 'bench_base';
const SEED = 230_200;
const UNTIL = new Date('2026-11-23T04:00:00Z');
/** Spread of the added places around those of the demonstration, in degrees: some houses further. */
const SPREAD = 0.0012;
const NOT_LOCATED = 0.03;

const say = (text: string) => console.log(`  ${text}`);

async function exists(cluster: Cluster, database: string): Promise<boolean> {
  const { rows } = await cluster.sql('postgres', `select 1 from pg_database where datname = '${database}'`);
  return rows.length > 0;
}

const open = (cluster: Cluster, database: string): Promise<Database> =>
  openDatabase({ url: cluster.url(database), folder: '', poolSize: 8 });

/** Adds places around those there are until there are a million, in the same divisions. */
const ADD_PLACES = `
  insert into place (cell, n, dataset_id, division_id, geom, address, code, rank, level, confidence)
  select cell, row_number() over (partition by cell order by code) + $9::int, dataset_id, division_id, st_setsrid(st_makepoint(lng, lat), 4326),
    address, code, rank, level, confidence
  from unnest($1::bigint[], $2::int[], $3::int[], $4::float8[], $5::float8[], $6::text[], $7::text[], $8::real[])
    as p (cell, dataset_id, division_id, lng, lat, address, code, rank), (select 'number' as level, 1 as confidence) as same`;

async function addPlaces(db: Database): Promise<void> {
  const { rows: seeds } = await db.query<{
    dataset: number;
    division: number;
    lng: number;
    lat: number;
    address: string;
    code: string;
  }>(
    'select dataset_id as dataset, division_id as division, st_x(geom) as lng, st_y(geom) as lat, address, code from place order by cell, n',
  );
  const random = randomFrom(7);
  const normal = () => random() + random() + random() + random() - 2;
  const missing = PLACES - seeds.length;
  for (let done = 0; done < missing; done += 20_000) {
    const size = Math.min(20_000, missing - done);
    const made = Array.from({ length: size }, (_, i) => {
      const seed = seeds[(done + i) % seeds.length]!;
      const [lng, lat] = [seed.lng + normal() * SPREAD, seed.lat + normal() * SPREAD * 0.7];
      return { seed, lng, lat, code: `${seed.code}-${Math.floor((done + i) / seeds.length)}` };
    });
    await db.query(ADD_PLACES, [
      made.map(({ lng, lat }) => cellOf(lng, lat).toString()),
      made.map(({ seed }) => seed.dataset),
      made.map(({ seed }) => seed.division),
      made.map(({ lng }) => lng),
      made.map(({ lat }) => lat),
      made.map(({ seed }, i) => `${seed.address} ${1 + ((done + i) % 40)} 单元`),
      made.map(({ code }) => code),
      made.map(() => random()),
      // Places of one cell in different batches must not get one n.
      1000 + Math.floor(done / 20_000) * 1000,
    ]);
  }
  await db.query('cluster place using place_pkey');
  await rankPlaces(db, null);
  await db.query('vacuum full analyze place');
}

/** The city without records: made once, copied for each number of records. */
async function buildBase(cluster: Cluster): Promise<void> {
  if (await exists(cluster, BASE)) return;
  const began = Date.now();
  await cluster.sql('postgres', `drop database if exists ${BASE}_part`);
  await cluster.sql('postgres', `create database ${BASE}_part`);
  const db = await open(cluster, `${BASE}_part`);
  await migrate(db);
  const demo = buildDemoCity({ seed: SEED, scale: 1, until: UNTIL });
  await loadDemo(db, demo, { seed: SEED, scale: 1, until: UNTIL, frozen: true }, () => undefined);
  await db.transaction(dropAllRecords);
  await db.query('truncate density, density_delta, record_count, record_count_delta');
  await addPlaces(db);
  await db.close();
  await cluster.sql('postgres', `alter database ${BASE}_part rename to ${BASE}`);
  say(`base: 480,717 cases, ${PLACES.toLocaleString('en')} places in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

interface PlaceArrays {
  high: Uint32Array;
  low: Uint32Array;
  n: Int32Array;
  division: Int32Array;
  weight: Float64Array;
}

async function readPlaces(db: Database): Promise<PlaceArrays> {
  const { rows } = await db.query<{ cell: string; n: number; division: number }>(
    'select cell::text as cell, n, division_id as division from place order by place.cell, n',
  );
  const random = randomFrom(11);
  const places: PlaceArrays = {
    high: new Uint32Array(rows.length),
    low: new Uint32Array(rows.length),
    n: new Int32Array(rows.length),
    division: new Int32Array(rows.length),
    weight: new Float64Array(rows.length),
  };
  let sum = 0;
  rows.forEach(({ cell, n, division }, i) => {
    const key = BigInt(cell);
    places.high[i] = Number(key >> 32n);
    places.low[i] = Number(key & 0xffffffffn);
    places.n[i] = n;
    places.division[i] = division;
    // Log-normal: most places have few records, some have very many.
    places.weight[i] = Math.exp(1.1 * (random() + random() + random() + random() - 2) * 1.7);
    sum += places.weight[i]!;
  });
  for (let i = 0; i < rows.length; i++) places.weight[i]! /= sum;
  return places;
}

interface DatasetRow {
  id: number;
  class: number;
  share: number;
}

/** Streams a dataset's records in: a table of its own, its index, then attached as a partition. @returns how many. */
async function streamDataset(
  url: string,
  places: PlaceArrays,
  { id, class: classIndex, share }: DatasetRow,
  records: number,
  counts: Int32Array,
): Promise<{ made: number; index: () => Promise<void> }> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset_generation (dataset_id, state) values ($1::int, 'live') returning id`,
    [id],
  );
  const generation = rows[0]!.id;
  const table = `record_${generation}`;
  await client.query('begin');
  await client.query(`create table ${table} (like record including defaults including constraints)`);
  const stream = client.query(copyFrom(`copy ${table} (${RECORD_COPY}) from stdin with (format binary, freeze)`));
  const finished = once(stream, 'finish');
  const send = async (bytes: Buffer | null) => {
    if (bytes && !stream.write(bytes)) await once(stream, 'drain');
  };
  await send(CopyBuffer.header());
  const buffer = new CopyBuffer(generation, classIndex);
  const { row } = buffer;
  const random = randomFrom(1000 + id);
  const size = places.n.length;
  const byDivision = new Map<number, number>();
  let made = 0;
  // A walk over all places in an order that jumps about, as a clerk's file does.
  for (let k = 0, i = 0; k < size; k++, i = (i + 618_033) % size) {
    const wanted = places.weight[i]! * records * share;
    const here = Math.floor(wanted + random());
    row.cellHigh = places.high[i]!;
    row.cellLow = places.low[i]!;
    row.n = places.n[i]!;
    row.located = true;
    counts[i * 5 + classIndex]! += here;
    byDivision.set(places.division[i]!, (byDivision.get(places.division[i]!) ?? 0) + here);
    for (let r = 0; r < here; r++) {
      row.day = 19_700 + ((made * 7919) % 1000);
      row.key = made++;
      const full = buffer.push();
      if (full) await send(full);
    }
  }
  const located = made;
  row.located = false;
  for (let lost = Math.floor(records * share * NOT_LOCATED); lost > 0; lost--) {
    row.key = made++;
    const full = buffer.push();
    if (full) await send(full);
  }
  await send(buffer.take());
  const lostHere = made - located;
  stream.end(CopyBuffer.trailer());
  await finished;
  await client.query('commit');
  const countsOf = (n: number) => Array.from({ length: 5 }, (_, c) => (c === classIndex ? n : 0));
  await appendRecordCounts(client, id, [
    ...[...byDivision].map(([divisionId, n]) => ({ divisionId, places: 0, notLocated: 0, counts: countsOf(n) })),
    { divisionId: 0, places: 0, notLocated: lostHere, counts: countsOf(0) },
  ]);
  const index = async () => {
    await client.query(`create index on ${table} (cell, n) where cell is not null`);
    await client.query(`alter table ${table} add constraint ${table}_is check (generation_id = ${generation})`);
    await client.query(`alter table record attach partition ${table} for values in (${generation})`);
    await client.query(`alter table ${table} drop constraint ${table}_is`);
    await client.end();
  };
  return { made, index };
}

async function writeDensity(db: Database, places: PlaceArrays, counts: Int32Array): Promise<void> {
  let blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  const flush = async () => {
    const full = blocks;
    blocks = [];
    await db.query(
      `insert into density (slice, level, block, payload) select 0, * from unnest($1::smallint[], $2::bigint[], $3::bytea[])`,
      [full.map((b) => b.level), full.map((b) => b.block), full.map((b) => Buffer.from(b.bytes))],
    );
  };
  for (let i = 0; i < places.n.length; i++) {
    const cell = (BigInt(places.high[i]!) << 32n) | BigInt(places.low[i]!);
    const { tile, inside } = splitCell(cell);
    const from = i * 5;
    if (counts[from]! + counts[from + 1]! + counts[from + 2]! + counts[from + 3]! + counts[from + 4]! > 0)
      pyramid.add(tile, inside, places.n[i]!, counts, from);
    if (blocks.length >= 2000) await flush();
  }
  pyramid.end();
  await flush();
}

export interface BuiltCity {
  database: string;
  records: number;
  /** Of making it; null where it was there. */
  seconds: number | null;
}

/** The city of a number of records, made where it is not there yet. */
export async function buildCity(cluster: Cluster, records: number): Promise<BuiltCity> {
  const database = `bench_${records}`;
  const count = async () => {
    const { rows } = await cluster.sql(
      database,
      `select sum(not_located + government + industry + supply_chain + governance + sensing)::float8 as n from record_count where level = 0`,
    );
    return Number(rows[0]?.['n'] ?? 0);
  };
  if (await exists(cluster, database)) return { database, records: await count(), seconds: null };
  await buildBase(cluster);
  const began = Date.now();
  await cluster.sql('postgres', `drop database if exists ${database}_part`);
  await cluster.sql('postgres', `create database ${database}_part template ${BASE}`);
  const db = await open(cluster, `${database}_part`);
  const places = await readPlaces(db);
  const counts = new Int32Array(places.n.length * 5);
  const { rows: datasets } = await db.query<{ id: number; class: number }>(
    `select id, class::int as class from dataset where kind = 'records' order by id`,
  );
  let [total, indexing] = [0, Promise.resolve()];
  for (const dataset of datasets) {
    const url = cluster.url(`${database}_part`);
    const { made, index } = await streamDataset(
      url,
      places,
      { ...dataset, share: 1 / datasets.length },
      records,
      counts,
    );
    total += made;
    await indexing;
    indexing = index();
    say(
      `${total.toLocaleString('en')} records, ${Math.round(total / ((Date.now() - began) / 1000)).toLocaleString('en')} a second`,
    );
  }
  await indexing;
  await writeDensity(db, places, counts);
  await db.query(
    `insert into record_count_delta (division_id, dataset_id, places) select division_id, dataset_id, count(*) from place group by 1, 2`,
  );
  while ((await foldRecordCounts(db)) > 0);
  await db.query('vacuum analyze density');
  await db.query('analyze record');
  await db.close();
  await cluster.sql('postgres', `alter database ${database}_part rename to ${database}`);
  return { database, records: await count(), seconds: (Date.now() - began) / 1000 };
}
