import { parseTile, TileError, type Tile } from '../../tiles/grid.ts';
import { WHOLE_CITY } from '../access/index.ts';
import type { Clock, Database } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { TileCache, type CachedTile } from './cache.ts';
import { casesLayer } from './cases.ts';
import { densityLayer } from './density.ts';
import type { TileLayer } from './layers.ts';
import { placesLayer } from './places.ts';
import { baseLayer, divisionsLayer, gridsLayer } from './polygons.ts';
import type { LayerVersions } from './versions.ts';

const LAYERS = new Map(
  [divisionsLayer, gridsLayer, baseLayer, densityLayer, placesLayer, casesLayer].map((layer) => [layer.name, layer]),
);
const MINUTE_MS = 60_000;
/** Raised when the same rows would give other bytes. */
const FORMAT = 1;

export interface TileRequest {
  layer: TileLayer;
  tile: Tile;
  query: string;
  etag: string;
}

export interface TileService {
  layers: TileLayer[];
  /** @throws HekanError('not_found') for an unknown layer. */
  layer(name: string): TileLayer;
  /** Checks a request and tells its ETag, without the database.
   * @throws HekanError: not_found for an unknown layer; bad_request for a tile off the grid or an unknown filter. */
  plan(layer: string, z: string, x: string, y: string, query: Record<string, string>): TileRequest;
  /** The tile, from the cache or made; identical requests under way share one making. */
  get(request: TileRequest): Promise<CachedTile>;
}

function checkTile(layer: TileLayer, z: string, x: string, y: string): Tile {
  try {
    const tile = parseTile(z, x, y, layer.maxZoom);
    if (tile.z < layer.minZoom) throw badRequest('z', z, `${layer.minZoom} to ${layer.maxZoom} on layer ${layer.name}`);
    return tile;
  } catch (error) {
    if (error instanceof TileError)
      throw new HekanError('bad_request', error.message, { field: error.field, given: String(error.value) });
    throw error;
  }
}

/** Tiles of one city. */
export function tileService(
  db: Database,
  clock: () => Clock,
  versions: LayerVersions,
  cacheBytes: number,
): TileService {
  const cache = new TileCache(cacheBytes);
  const making = new Map<string, Promise<CachedTile>>();

  function layer(name: string): TileLayer {
    const found = LAYERS.get(name);
    if (!found)
      throw new HekanError('not_found', `no tile layer ${JSON.stringify(name)}`, { field: 'layer', given: name });
    return found;
  }

  const minute = () => Math.floor(clock().now().getTime() / MINUTE_MS);

  async function make(key: string, { layer: from, tile, query, etag }: TileRequest): Promise<CachedTile> {
    const now = new Date(minute() * MINUTE_MS);
    const raw = await from.read({ db, scope: WHOLE_CITY, now, version: versions.of(from.name) }, tile, query);
    const made = { etag, raw };
    cache.set(key, made);
    return made;
  }

  return {
    layers: [...LAYERS.values()],
    layer,
    plan(name, z, x, y, query) {
      const found = layer(name);
      const tile = checkTile(found, z, x, y);
      const canonical = found.parseQuery(query);
      const light = found.lit ? `-${minute().toString(36)}` : '';
      const etag = `W/"${FORMAT}.${versions.epoch}-${name}-${versions.of(name)}${light}"`;
      return { layer: found, tile, query: canonical, etag };
    },
    async get(request) {
      const { layer: from, tile, query, etag } = request;
      const key = `${from.name}/${tile.z}/${tile.x}/${tile.y}?${query}`;
      const cached = cache.get(key, etag);
      if (cached) return cached;
      const flight = `${key} ${etag}`;
      const pending = making.get(flight);
      if (pending) return pending;
      const made = make(key, request).finally(() => making.delete(flight));
      making.set(flight, made);
      return made;
    },
  };
}
