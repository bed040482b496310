import type { Geometry } from 'geojson';
import { buildPolygonIndex, encodeIndexTile, type PolygonFeature, type PolygonIndex } from '../../tiles/polygons.ts';
import type { Database } from '../db/index.ts';
import type { TileLayer } from './layers.ts';
import { noQuery } from './query.ts';

const DIVISION_FIELDS = {
  id: 'Number',
  code: 'String',
  level: 'Number',
  name_zh: 'String',
  name_en: 'String',
  parent_id: 'Number',
};
const BASE_FIELDS = { kind: 'String', rank: 'Number', name_zh: 'String', name_en: 'String' };
const MAX_ZOOM = 16;
/** First zoom at which a level of divisions is drawn: 1 city … 5 unit grid. */
const LEVEL_MIN_ZOOM = [0, 0, 0, 8, 10, 12];

type Read = (db: Database) => Promise<PolygonFeature[]>;

/** A layer cut from features that all fit in memory; read again when the layer's version moves. */
function indexedLayer(name: string, minZoom: number, vectorLayers: TileLayer['vectorLayers'], read: Read): TileLayer {
  const indexes = new WeakMap<Database, { version: number; index: Promise<PolygonIndex> }>();
  return {
    name,
    minZoom,
    maxZoom: MAX_ZOOM,
    vectorLayers,
    parseQuery: noQuery,
    async read({ db, version }, tile) {
      let held = indexes.get(db);
      if (!held || held.version !== version) {
        const index = read(db).then((features) => buildPolygonIndex(features, { maxZoom: MAX_ZOOM }));
        held = { version, index };
        indexes.set(db, held);
        index.catch(() => indexes.delete(db));
      }
      return new Uint8Array(encodeIndexTile(await held.index, tile));
    },
  };
}

interface DivisionRow {
  id: number;
  code: string;
  level: number;
  zh: string;
  en: string;
  parent: number | null;
  geometry: string;
}

function readDivisions(layer: string, from: number, to: number): Read {
  return async (db) => {
    const { rows } = await db.query<DivisionRow>(
      `select id, code, level::int, name_zh as zh, name_en as en, parent_id as parent, st_asgeojson(geom, 7) as geometry
       from division where valid_to is null and level between $1::int and $2::int order by level, code, id`,
      [from, to],
    );
    return rows.map(({ id, code, level, zh, en, parent, geometry }) => ({
      layer,
      id,
      geometry: JSON.parse(geometry) as Geometry,
      properties: { id, code, level, name_zh: zh, name_en: en, parent_id: parent },
      minZoom: LEVEL_MIN_ZOOM[level] ?? 0,
    }));
  };
}

const BASE_LAYERS: Record<string, string> = {
  river: 'water',
  lake: 'water',
  road: 'road',
  rail: 'rail',
  green: 'land',
  built_up: 'land',
};

interface BaseRow {
  id: number;
  kind: string;
  rank: number;
  zh: string;
  en: string;
  minZoom: number;
  geometry: string;
}

const readBase: Read = async (db) => {
  const { rows } = await db.query<BaseRow>(
    `select id, kind, rank::int, name_zh as zh, name_en as en, min_zoom::int as "minZoom", st_asgeojson(geom, 7) as geometry
     from base_feature order by case kind when 'built_up' then 0 when 'green' then 1 else 2 end, rank desc, id`,
  );
  return rows.map(({ id, kind, rank, zh, en, minZoom, geometry }) => ({
    layer: BASE_LAYERS[kind] ?? 'land',
    id,
    geometry: JSON.parse(geometry) as Geometry,
    properties: { kind, rank, name_zh: zh, name_en: en },
    minZoom,
  }));
};

const describe = (id: string, description: string, minzoom: number, fields: Record<string, string>) => ({
  id,
  description,
  minzoom,
  maxzoom: MAX_ZOOM,
  fields,
});

/** City and districts at every zoom, streets from 8, communities from 10. */
export const divisionsLayer = indexedLayer(
  'divisions',
  0,
  [describe('divisions', 'Divisions 行政区划; level: 1 city, 2 district, 3 street, 4 community', 0, DIVISION_FIELDS)],
  readDivisions('divisions', 1, 4),
);

/** Unit grids. */
export const gridsLayer = indexedLayer(
  'grids',
  12,
  [describe('grids', 'Unit grids 单元网格', 12, DIVISION_FIELDS)],
  readDivisions('grids', 5, 5),
);

/** What lies under everything: water, land, roads, railways. */
export const baseLayer = indexedLayer(
  'base',
  0,
  [
    describe('land', 'Built-up and green land 建成区与绿地', 0, BASE_FIELDS),
    describe('water', 'Rivers and lakes 水系', 0, BASE_FIELDS),
    describe('road', 'Roads 道路', 0, BASE_FIELDS),
    describe('rail', 'Railways 铁路', 0, BASE_FIELDS),
  ],
  readBase,
);
