import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { WHOLE_CITY } from '../access/index.ts';
import { docsPage } from '../api/docs.ts';
import { systemClock } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { sendTile, type TileLayer, type TileParts } from '../tiles/index.ts';
import { checkBboxCrs, parseBbox } from './bbox.ts';
import { casesSource } from './cases.ts';
import { featureCollection, featureSchema, tileCollection } from './collections.ts';
import { CONFORMANCE } from './conformance.ts';
import { parseDatetime } from './datetime.ts';
import { divisionsSource } from './divisions.ts';
import { featurePage, oneFeature } from './items.ts';
import { landingPage } from './landing.ts';
import { GEOJSON_TYPE, link, OPENAPI_TYPE, SCHEMA_TYPE, type Link } from './links.ts';
import { MATRIX_SET, matrixSet, matrixSets } from './matrices.ts';
import { openApiDocument } from './openapi.ts';
import { placesSource } from './places.ts';
import { parseLimit, readQuery } from './query.ts';
import type { FeatureSource, PageRequest, ReadContext } from './source.ts';
import { tileset, tilesetList } from './tilesets.ts';

const SOURCES = new Map<string, FeatureSource>(
  [divisionsSource, placesSource, casesSource].map((source) => [source.id, source]),
);
const PAGE_PARAMETERS = ['limit', 'bbox', 'bbox-crs', 'datetime', 'after'];

export interface OgcParts {
  runtime: Runtime;
  tiles: TileParts;
  /** Where the city stands for the outside; else the request's own address. */
  publicUrl: string | undefined;
}

function missing(field: string, given: string): HekanError {
  const shown = given.slice(0, 100);
  return new HekanError('not_found', `no ${field} ${JSON.stringify(shown)}`, { field, given: shown });
}

/** What a request for features says, checked. */
function readRequest(c: Context, source: FeatureSource): { request: PageRequest; query: Map<string, string> } {
  const query = readQuery(c, [...PAGE_PARAMETERS, ...source.filters.map(({ name }) => name)]);
  const filters = new Map<string, string>();
  for (const { name, check } of source.filters) {
    const value = query.get(name);
    if (value === undefined) continue;
    check(value);
    filters.set(name, value);
  }
  const [bbox, crs, datetime] = ['bbox', 'bbox-crs', 'datetime'].map((name) => query.get(name));
  if (crs !== undefined) checkBboxCrs(crs);
  const request = {
    boxes: bbox === undefined ? null : parseBbox(bbox),
    datetime: datetime === undefined ? null : parseDatetime(datetime),
    filters,
    after: query.get('after') ?? null,
    limit: parseLimit(query.get('limit')),
  };
  return { request, query };
}

/** The OGC APIs under /ogc: Features (core, GeoJSON, OpenAPI 3.0) and Tiles (core, tilesets). JSON, whatever Accept says. */
export function ogcRoutes({ runtime, tiles, publicUrl }: OgcParts): Hono {
  const { layers } = tiles.service;
  const layerOf = (id: string) => layers.find(({ name }) => name === id);
  const baseOf = (c: Context) => `${publicUrl?.replace(/\/$/, '') ?? new URL(c.req.url).origin}/ogc`;
  const selfOf = (c: Context) => baseOf(c).replace(/\/ogc$/, '') + c.req.path + new URL(c.req.url).search;
  const demonstration = () => runtime.cityOrNull()?.kind === 'demo';

  const contextOf = (c: Context): ReadContext => ({
    db: runtime.db,
    scope: WHOLE_CITY,
    now: runtime.clock().now(),
    extent: runtime.cityOrNull()?.extent ?? null,
    signal: c.req.raw.signal,
  });

  function sourceOf(c: Context): FeatureSource {
    const id = c.req.param('id') ?? '';
    const source = SOURCES.get(id);
    if (!source) throw missing('collection', id);
    return source;
  }

  function tiledLayer(c: Context): TileLayer {
    const id = c.req.param('id') ?? '';
    const set = c.req.param('set');
    const layer = layerOf(id);
    if (!layer) throw missing('collection', id);
    if (set !== undefined && set !== MATRIX_SET) throw missing('tile matrix set', set);
    return layer;
  }

  async function describeCollection(c: Context, source: FeatureSource) {
    return featureCollection(baseOf(c), source, await source.extent(contextOf(c)), layerOf(source.id) !== undefined);
  }

  async function sendPage(c: Context): Promise<Response> {
    const source = sourceOf(c);
    const { request, query } = readRequest(c, source);
    const context = contextOf(c);
    const { features, next } = await source.read(context, request);
    const url = `${baseOf(c)}/collections/${source.id}`;
    const links: Link[] = [link('self', selfOf(c), source.title, GEOJSON_TYPE), link('collection', url, source.title)];
    if (next !== null) {
      const params = new URLSearchParams([...query].filter(([name]) => name !== 'after'));
      params.set('after', next);
      links.push(link('next', `${url}/items?${params.toString()}`, 'Next page', GEOJSON_TYPE));
    }
    // Only the first page says how many match: it is what programs ask, and the others would count again.
    let numberMatched: number | null = null;
    if (request.after === null) numberMatched = next === null ? features.length : await source.count(context, request);
    const about = { links, numberMatched, timeStamp: systemClock.now(), demonstration: demonstration() };
    return c.body(featurePage(features, about), 200, { 'Content-Type': GEOJSON_TYPE });
  }

  async function sendFeature(c: Context): Promise<Response> {
    const source = sourceOf(c);
    readQuery(c, []);
    const id = c.req.param('feature') ?? '';
    const feature = await source.one(contextOf(c), id);
    if (!feature) throw missing('feature', id);
    const links = [
      link('self', selfOf(c), undefined, GEOJSON_TYPE),
      link('collection', `${baseOf(c)}/collections/${source.id}`, source.title),
    ];
    return c.body(oneFeature(feature, links, demonstration()), 200, { 'Content-Type': GEOJSON_TYPE });
  }

  const app = new Hono();
  app.use(
    cors({ origin: '*', allowMethods: ['GET', 'HEAD', 'OPTIONS'], exposeHeaders: ['ETag', 'Content-Crs', 'Link'] }),
  );
  const plain = (path: string, answer: (c: Context) => unknown) =>
    app.get(path, async (c) => {
      readQuery(c, []);
      return c.json((await answer(c)) as Record<string, unknown>);
    });

  // An empty last part is /ogc/ with its slash: programs put paths together either way.
  for (const root of ['/', '/:end{$}']) plain(root, (c) => landingPage(baseOf(c), runtime.cityOrNull()));
  plain('/conformance', () => ({ conformsTo: CONFORMANCE }));
  const definition = (c: Context) => openApiDocument(baseOf(c), [...SOURCES.values()], layers);
  app.get('/api', (c) => {
    readQuery(c, []);
    return c.body(JSON.stringify(definition(c)), 200, { 'Content-Type': OPENAPI_TYPE });
  });
  app.get('/docs', (c) => c.html(docsPage(definition(c), '/ogc', '/ogc/api')));
  plain('/collections', async (c) => ({
    links: [link('self', `${baseOf(c)}/collections`, 'Collections')],
    collections: await Promise.all([...SOURCES.values()].map((source) => describeCollection(c, source))),
  }));
  plain('/collections/:id', async (c) => {
    const layer = layerOf(c.req.param('id') ?? '');
    if (layer && !SOURCES.has(layer.name))
      return tileCollection(baseOf(c), layer, { bbox: contextOf(c).extent, begin: null });
    return describeCollection(c, sourceOf(c));
  });
  app.get('/collections/:id/schema', (c) => {
    readQuery(c, []);
    return c.body(JSON.stringify(featureSchema(baseOf(c), sourceOf(c))), 200, { 'Content-Type': SCHEMA_TYPE });
  });
  app.get('/collections/:id/items', sendPage);
  app.get('/collections/:id/items/:feature', sendFeature);

  plain('/tileMatrixSets', (c) => matrixSets(baseOf(c)));
  plain('/tileMatrixSets/:set', (c) => {
    const set = c.req.param('set') ?? '';
    if (set !== MATRIX_SET) throw missing('tile matrix set', set);
    return matrixSet(baseOf(c));
  });
  plain('/tiles', (c) => tilesetList(baseOf(c), '/tiles', layers));
  plain('/collections/:id/tiles', (c) => {
    const layer = tiledLayer(c);
    return tilesetList(baseOf(c), `/collections/${layer.name}/tiles`, [layer]);
  });
  plain('/collections/:id/tiles/:set', (c) => {
    const city = runtime.cityOrNull();
    return tileset(baseOf(c), tiledLayer(c), city?.extent ?? null, city?.nameZh ?? 'Hekan 鹤瞰');
  });
  app.get('/collections/:id/tiles/:set/:z/:y/:x', (c) => {
    const { z, x, y } = c.req.param();
    return sendTile(c, tiles, { layer: tiledLayer(c).name, z, x, y });
  });
  return app;
}
