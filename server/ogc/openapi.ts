import type { TileLayer } from '../tiles/index.ts';
import { GEOJSON_TYPE, JSON_TYPE, MVT_TYPE, OPENAPI_TYPE, SCHEMA_TYPE } from './links.ts';
import { MATRIX_SET } from './matrices.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from './query.ts';
import type { FeatureSource } from './source.ts';

/** What the layers take in the query string, beside since. */
const TILE_FILTERS: Record<string, readonly string[]> = {
  density: ['classes', 'theme', 'dataset'],
  cases: ['status', 'division', 'category', 'source', 'from', 'to'],
};

type Schema = Record<string, unknown>;

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const objectOf = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  ...(required.length > 0 ? { required } : {}),
  properties,
});
const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const nullable = (schema: Schema): Schema => ({ ...schema, nullable: true });

function parameter(name: string, where: 'query' | 'path', description: string, schema: Schema): Schema {
  const style = where === 'query' ? { style: 'form', explode: false } : {};
  return { name, in: where, description, required: where === 'path', schema, ...style };
}

const LIMIT = parameter('limit', 'query', 'Features a page has at most; a larger number is taken for the largest.', {
  type: 'integer',
  minimum: 1,
  maximum: MAX_LIMIT,
  default: DEFAULT_LIMIT,
});
const BBOX = parameter(
  'bbox',
  'query',
  'west,south,east,north (or with heights, which nothing here has). West of the antimeridian to east of it: west > east. Features without a position match.',
  {
    type: 'array',
    oneOf: [
      { minItems: 4, maxItems: 4 },
      { minItems: 6, maxItems: 6 },
    ],
    items: { type: 'number' },
  },
);
const BBOX_CRS = parameter('bbox-crs', 'query', 'Longitude and latitude of WGS 84 only.', {
  type: 'string',
  enum: ['http://www.opengis.net/def/crs/OGC/1.3/CRS84', 'http://www.opengis.net/def/crs/OGC/0/CRS84h'],
});
const DATETIME = parameter(
  'datetime',
  'query',
  'An RFC 3339 date-time, or an interval of two, one of which may be ".." or empty. Features without time match.',
  text,
);
const AFTER = parameter('after', 'query', 'Where the page before ended: as in its next link, not to be made up.', text);

const problem = { 'application/problem+json': { schema: ref('Problem') } };
const ERRORS: Record<string, Schema> = {
  '400': { description: 'Something in the request is wrong; field and given say what.', content: problem },
  '404': { description: 'There is no such thing.', content: problem },
  '500': { description: 'The server failed.', content: problem },
  '503': {
    description: 'The database was busy, or took too long; Retry-After says when to come again.',
    content: problem,
  },
};

function operation(id: string, summary: string, content: Record<string, Schema>, parameters: Schema[] = []): Schema {
  const responses = { '200': { description: summary, content }, ...ERRORS };
  return { get: { operationId: id, summary, ...(parameters.length > 0 ? { parameters } : {}), responses } };
}

const json = (schema: Schema) => ({ [JSON_TYPE]: { schema } });
const geojson = (schema: Schema) => ({ [GEOJSON_TYPE]: { schema } });

function featurePaths(source: FeatureSource): [string, Schema][] {
  const { id, title, filters } = source;
  const own = filters.map(({ name, description, schema }) => parameter(name, 'query', description, schema));
  const featureId = parameter('featureId', 'path', 'Id of the feature', text);
  const page = [LIMIT, BBOX, BBOX_CRS, DATETIME, ...own, AFTER];
  return [
    [`/collections/${id}`, operation(`${id}.describe`, title, json(ref('Collection')))],
    [
      `/collections/${id}/items`,
      operation(`${id}.getFeatures`, `Features of ${title}`, geojson(ref(`${id}Page`)), page),
    ],
    [
      `/collections/${id}/schema`,
      operation(`${id}.getSchema`, `Properties of ${title}`, { [SCHEMA_TYPE]: { schema: { type: 'object' } } }),
    ],
    [
      `/collections/${id}/items/{featureId}`,
      operation(`${id}.getFeature`, `One feature of ${title}`, geojson(ref(`${id}Feature`)), [featureId]),
    ],
  ];
}

const ANSWER_304 = { description: 'As If-None-Match has it.' };
const ANSWER_204 = { description: 'Nothing is on this tile.' };
const ANSWER_202 = {
  description: 'What is asked for is being made; Retry-After says when to come again.',
  content: problem,
};

function tilePaths(layer: TileLayer): [string, Schema][] {
  const { name } = layer;
  const at = `/collections/${name}/tiles`;
  const matrix = parameter('tileMatrix', 'path', `Zoom, ${layer.minZoom} to ${layer.maxZoom}`, text);
  const row = parameter('tileRow', 'path', 'Row, counted from the north', { type: 'integer', minimum: 0 });
  const column = parameter('tileCol', 'path', 'Column, counted from the west', { type: 'integer', minimum: 0 });
  const tile = operation(
    `${name}.collection.vector.getTile`,
    `A tile of ${name}`,
    { [MVT_TYPE]: { schema: { type: 'string', format: 'binary' } } },
    [matrix, row, column, ...(TILE_FILTERS[name] ?? []).map((key) => parameter(key, 'query', 'As on /tiles', text))],
  ) as { get: { responses: Record<string, Schema> } };
  Object.assign(tile.get.responses, { '202': ANSWER_202, '204': ANSWER_204, '304': ANSWER_304 });
  return [
    [at, operation(`${name}.collection.vector.getTileSetsList`, `Tilesets of ${name}`, json(ref('TilesetList')))],
    [
      `${at}/${MATRIX_SET}`,
      operation(`${name}.collection.vector.getTileSet`, `Tileset of ${name}`, json(ref('Tileset'))),
    ],
    [`${at}/${MATRIX_SET}/{tileMatrix}/{tileRow}/{tileCol}`, tile],
  ];
}

function featureSchemas({ id, properties }: FeatureSource): [string, Schema][] {
  const values = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, nullable(schema)]));
  const feature = objectOf(
    {
      type: { type: 'string', enum: ['Feature'] },
      id: { oneOf: [integer, text] },
      geometry: nullable({ type: 'object' }),
      properties: objectOf(values),
      links: listOf(ref('Link')),
    },
    ['type', 'id', 'geometry', 'properties'],
  );
  const page = objectOf(
    {
      type: { type: 'string', enum: ['FeatureCollection'] },
      features: listOf(ref(`${id}Feature`)),
      links: listOf(ref('Link')),
      timeStamp: { type: 'string', format: 'date-time' },
      numberMatched: integer,
      numberReturned: integer,
      demonstration: { type: 'boolean' },
    },
    ['type', 'features', 'links', 'timeStamp', 'numberReturned'],
  );
  return [
    [`${id}Feature`, feature],
    [`${id}Page`, page],
  ];
}

const SCHEMAS: Record<string, Schema> = {
  Link: objectOf({ href: text, rel: text, type: text, title: text, templated: { type: 'boolean' } }, ['href', 'rel']),
  LandingPage: objectOf({ title: text, description: text, links: listOf(ref('Link')) }, ['links']),
  Conformance: objectOf({ conformsTo: listOf(text) }, ['conformsTo']),
  Collection: objectOf(
    {
      id: text,
      title: text,
      description: text,
      itemType: text,
      crs: listOf(text),
      extent: { type: 'object' },
      links: listOf(ref('Link')),
    },
    ['id', 'links'],
  ),
  Collections: objectOf({ links: listOf(ref('Link')), collections: listOf(ref('Collection')) }, [
    'links',
    'collections',
  ]),
  TilesetList: objectOf({ links: listOf(ref('Link')), tilesets: listOf({ type: 'object' }) }, ['tilesets']),
  Tileset: objectOf({ dataType: text, crs: text, tileMatrixSetURI: text, links: listOf(ref('Link')) }, [
    'dataType',
    'crs',
    'links',
  ]),
  Problem: objectOf({ type: text, title: text, status: integer, detail: text, field: text, given: text }, [
    'type',
    'title',
    'status',
  ]),
};

/** The definition of the API in OpenAPI 3.0, made of the same collections and layers that answer. */
export function openApiDocument(base: string, sources: readonly FeatureSource[], layers: readonly TileLayer[]) {
  const tilesOnly = layers.filter(({ name }) => !sources.some(({ id }) => id === name));
  const set = parameter('tileMatrixSetId', 'path', 'Which grid', { type: 'string', enum: [MATRIX_SET] });
  return {
    openapi: '3.0.3',
    info: {
      title: 'Hekan 鹤瞰: OGC APIs',
      version: '1',
      description: 'OGC API – Features and OGC API – Tiles of one city. Errors are problem+json.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: base }],
    paths: Object.fromEntries([
      ['/', operation('getLandingPage', 'What is here', json(ref('LandingPage')))],
      ['/api', operation('getApiDefinition', 'This definition', { [OPENAPI_TYPE]: { schema: { type: 'object' } } })],
      ['/conformance', operation('getConformanceDeclaration', 'What is conformed to', json(ref('Conformance')))],
      ['/collections', operation('getCollections', 'Collections of features', json(ref('Collections')))],
      ...sources.flatMap(featurePaths),
      ...tilesOnly.map(({ name }): [string, Schema] => [
        `/collections/${name}`,
        operation(`${name}.describe`, name, json(ref('Collection'))),
      ]),
      ['/tileMatrixSets', operation('getTileMatrixSetsList', 'Grids of tiles', json({ type: 'object' }))],
      [
        '/tileMatrixSets/{tileMatrixSetId}',
        operation('getTileMatrixSet', 'A grid of tiles', json({ type: 'object' }), [set]),
      ],
      ['/tiles', operation('hekan.dataset.vector.getTileSetsList', 'Tilesets of all layers', json(ref('TilesetList')))],
      ...layers.flatMap(tilePaths),
    ]),
    components: { schemas: { ...SCHEMAS, ...Object.fromEntries(sources.flatMap(featureSchemas)) } },
  };
}
