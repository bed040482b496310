/** The city that signals come to: the demonstration's divisions, categories and cases, on a clock that runs, with four outlets. */
import { buildDemoCity } from '../../../demo/index.ts';
import { readCity, writeCity } from '../../../server/city/index.ts';
import { migrate, openDatabase } from '../../../server/db/index.ts';
import { loadDemo } from '../../../server/demo/index.ts';
import { hashToken, parseOutlet, writeOutlet } from '../../../server/signals/index.ts';
import type { Cluster } from '../cluster.ts';

const SEED = 230_200;
const UNTIL = new Date('2026-11-23T04:00:00Z');
const POINTS_A_COMMUNITY = 20;
const DUPLICATE = { radiusM: 20, windowHours: 24 };

/** Of an outlet that proves itself by a token, or signs what it sends. */
export const TOKEN = 'a-token-of-the-bench';
export const SECRET = 'a-secret-of-the-bench';

const EVENT = { category: 'data.category', lng: 'data.lng', lat: 'data.lat', at: 'time' };
const bearer = { kind: 'bearer', tokenSha256: hashToken(TOKEN) };
const OUTLETS = [
  { key: 'lamps', kind: 'cloudevents', config: { auth: bearer, crs: 'wgs84', mapping: EVENT } },
  {
    key: 'covers',
    kind: 'cloudevents',
    config: {
      auth: { kind: 'hmac', secret: SECRET },
      crs: 'gcj02',
      mapping: { ...EVENT, description: '"Tilt " & data.tiltDeg' },
    },
  },
  {
    key: 'collectors',
    kind: 'cloudevents',
    config: {
      auth: bearer,
      crs: 'wgs84',
      mapping: { ...EVENT, description: 'data.text', address: 'data.address', division: 'data.division' },
    },
  },
  {
    key: 'hotline',
    kind: 'webhook',
    config: {
      auth: bearer,
      crs: 'wgs84',
      mapping: {
        externalId: 'order.no',
        category: 'order.type',
        lng: 'order.place.x',
        lat: 'order.place.y',
        address: 'order.place.address',
        description: 'order.request',
        at: 'order.filed',
      },
    },
  },
] as const;

/** What a sender draws its signals from. */
export interface Spots {
  points: { lng: number; lat: number; division: string; address: string }[];
  categories: string[];
}

async function exists(cluster: Cluster, database: string): Promise<boolean> {
  const { rows } = await cluster.sql('postgres', `select 1 from pg_database where datname = '${database}'`);
  return rows.length > 0;
}

async function buildBase(cluster: Cluster, database: string, scale: number): Promise<void> {
  await cluster.sql('postgres', `drop database if exists ${database}_part`);
  await cluster.sql('postgres', `create database ${database}_part`);
  const db = await openDatabase({ url: cluster.url(`${database}_part`), folder: '', poolSize: 4 });
  await migrate(db);
  const options = { seed: SEED, scale, until: UNTIL, frozen: true };
  await loadDemo(db, buildDemoCity(options), options, () => undefined);
  const city = (await readCity(db))!;
  await writeCity(db, { ...city, kind: 'real', frozenAt: null });
  await db.query(
    `insert into duplicate_rule (category_id, radius_m, window_hours)
     select id, $1::float8, $2::float8 from category where kind = 'event' on conflict do nothing`,
    [DUPLICATE.radiusM, DUPLICATE.windowHours],
  );
  for (const { key, kind, config } of OUTLETS) {
    const given = { key, kind, nameZh: key, nameEn: key, config: { ...config, perSecond: 100_000 } };
    await writeOutlet(db, parseOutlet(given));
  }
  await db.query('vacuum analyze');
  await db.close();
  await cluster.sql('postgres', `alter database ${database}_part rename to ${database}`);
}

/** A fresh copy of the city of a scale (1: 480,717 cases), which is made where it is not there yet. @returns its name. */
export async function copyCity(cluster: Cluster, scale: number, name: string): Promise<string> {
  const base = `signals_base_${String(scale).replace('.', '_')}`;
  if (!(await exists(cluster, base))) await buildBase(cluster, base, scale);
  await cluster.sql('postgres', `drop database if exists ${name} with (force)`);
  await cluster.sql('postgres', `create database ${name} template ${base} strategy file_copy`);
  const db = await openDatabase({ url: cluster.url(name), folder: '', poolSize: 2 });
  // The base may be older than the schema.
  await migrate(db).finally(() => db.close());
  return name;
}

/** Points all over the city: as many in a village as in a quarter. */
export async function readSpots(cluster: Cluster, database: string): Promise<Spots> {
  const points = await cluster.sql(
    database,
    `select st_x(p.geom) as lng, st_y(p.geom) as lat, d.code as division, d.name_zh || '第' || p.path[1] || '号' as address
     from division d cross join lateral st_dump(st_generatepoints(d.geom, ${POINTS_A_COMMUNITY}, d.id)) as p
     where d.level = 4 order by d.id, p.path`,
  );
  const categories = await cluster.sql(
    database,
    `select code from category where kind = 'event' and standard_ref = (select standard_ref from city) order by code`,
  );
  return {
    points: points.rows as unknown as Spots['points'],
    categories: categories.rows.map((row) => String(row['code'])),
  };
}
