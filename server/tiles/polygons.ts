import type { Geometry } from 'geojson';
import { buildPolygonIndex, encodeIndexTile, type PolygonFeature, type PolygonIndex } from '../../tiles/polygons.ts';
import { GRID_KINDS } from '../city/index.ts';
import type { Database } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import type { TileLayer } from './layers.ts';
import { noQuery, unknownFilter } from './query.ts';

const DIVISION_FIELDS = {
  id: 'Number',
  code: 'String',
  level: 'Number',
  name_zh: 'String',
  name_en: 'String',
  parent_id: 'Number',
};
const GRID_FIELDS = { ...DIVISION_FIELDS, kind: 'String', status: 'String' };
const BASE_FIELDS = { kind: 'String', rank: 'Number', name_zh: 'String', name_en: 'String' };
const MAX_ZOOM = 16;
/** First zoom at which a level of divisions is drawn: 1 city … 5 unit grid. */
const LEVEL_MIN_ZOOM = [0, 0, 0, 8, 10, 12];

/** @param query the canonical filter. */
type Read = (db: Database, query: string) => Promise<PolygonFeature[]>;

/** A layer cut from features that all fit in memory, for each filter; read again when the layer's version moves. */
function indexedLayer(
  name: string,
  minZoom: number,
  vectorLayers: TileLayer['vectorLayers'],
  read: Read,
  parseQuery: TileLayer['parseQuery'] = noQuery,
): TileLayer {
  const indexes = new WeakMap<Database, { version: number; byQuery: Map<string, Promise<PolygonIndex>> }>();
  return {
    name,
    minZoom,
    maxZoom: MAX_ZOOM,
    vectorLayers,
    parseQuery,
    async read({ db, version }, tile, query) {
      let held = indexes.get(db);
      if (!held || held.version !== version) indexes.set(db, (held = { version, byQuery: new Map() }));
      const { byQuery } = held;
      let index = byQuery.get(query);
      if (!index) {
        index = read(db, query).then((features) => buildPolygonIndex(features, { maxZoom: MAX_ZOOM }));
        byQuery.set(query, index);
        index.catch(() => byQuery.delete(query));
      }
      return new Uint8Array(encodeIndexTile(await index, tile));
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

/** Proposals lie in one layer with unit grids: their numbers begin where those of divisions end. */
const FIRST_OVERLAY_ID = 2 ** 31;

interface OverlayRow {
  id: number;
  code: string;
  status: string;
  zh: string;
  en: string;
  geometry: string;
}

/** Overlays of a kind; of the comprehensive those that are proposed. */
async function readOverlays(db: Database, kind: string): Promise<PolygonFeature[]> {
  const { rows } = await db.query<OverlayRow>(
    `select id, code, status, name_zh as zh, name_en as en, st_asgeojson(geom, 7) as geometry
     from grid_overlay where valid_to is null and kind = $1::text order by code, id`,
    [kind],
  );
  return rows.map(({ id, code, status, zh, en, geometry }) => ({
    layer: 'grids',
    id: FIRST_OVERLAY_ID + id,
    geometry: JSON.parse(geometry) as Geometry,
    properties: { id, code, kind, status, name_zh: zh, name_en: en },
  }));
}

const readUnitGrids = readDivisions('grids', 5, 5);

/** Unit grids, and where a city has none of them those that are proposed; or police or duty grids. */
const readGrids: Read = async (db, query) => {
  const kind = new URLSearchParams(query).get('kind') ?? 'comprehensive';
  if (kind !== 'comprehensive') return readOverlays(db, kind);
  const units = await readUnitGrids(db, '');
  const told = units.map((unit) => ({ ...unit, properties: { ...unit.properties, kind, status: 'confirmed' } }));
  return [...told, ...(await readOverlays(db, kind))];
};

function parseGridFilter(query: Record<string, string>): string {
  for (const [key, value] of Object.entries(query)) {
    if (key !== 'kind') throw unknownFilter(key, value, 'the filter kind');
    if (!GRID_KINDS.some((kind) => kind === value)) throw badRequest(key, value, `one of ${GRID_KINDS.join(', ')}`);
  }
  return query['kind'] === undefined || query['kind'] === 'comprehensive' ? '' : `kind=${query['kind']}`;
}

/** Grids of a kind: unit grids, confirmed and proposed, unless told otherwise. */
export const gridsLayer = indexedLayer(
  'grids',
  12,
  [
    describe(
      'grids',
      'Unit grids 单元网格, with ?kind=police 警格 or duty 责任网格; status: confirmed, proposed',
      12,
      GRID_FIELDS,
    ),
  ],
  readGrids,
  parseGridFilter,
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
