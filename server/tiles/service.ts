import { parseTile, TileError, type Tile } from '../../tiles/grid.ts';
import { WHOLE_CITY } from '../access/index.ts';
import type { HeldCases } from '../cases/index.ts';
import type { Clock, Database } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { countRows, type Meters } from '../metrics/index.ts';
import { TileCache, type CachedTile } from './cache.ts';
import { casesLayer } from './cases.ts';
import { componentsLayer } from './components.ts';
import { densityLayer } from './density.ts';
import { Flights } from './flights.ts';
import type { TileLayer } from './layers.ts';
import { placesLayer } from './places.ts';
import { baseLayer, divisionsLayer, gridsLayer } from './polygons.ts';
import type { TileVersions } from './versions.ts';

/** Raised when the same rows would give other bytes. */
const FORMAT = 4;
const MAX_QUERY = 2000;

export interface TileRequest {
  readonly layer: TileLayer;
  readonly tile: Tile;
  readonly query: string;
  /** The same for the same tile and filters. */
  readonly key: string;
  readonly etag: string;
}

export interface TileService {
  layers: TileLayer[];
  readonly cache: TileCache;
  /** Tiles being made. */
  readonly making: number;
  /** @throws HekanError('not_found') for an unknown layer. */
  layer(name: string): TileLayer;
  /** Checks a request and tells its ETag, without the database.
   * @throws HekanError: not_found for an unknown layer; bad_request for a tile off the grid or an unknown filter. */
  plan(layer: string, z: string, x: string, y: string, query: Record<string, string>): TileRequest;
  /** The same request as of now. */
  renew(request: TileRequest): TileRequest;
  /** Another number after every change: an ETag from before may be out of date. */
  readonly stamp: number;
  /** The tile where the cache has it. */
  peek(request: TileRequest): CachedTile | undefined;
  /** Makes the tile; identical requests under way share one making, which ends when nobody waits for it. */
  make(request: TileRequest, signal?: AbortSignal): Promise<CachedTile>;
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

function parseFilters(layer: TileLayer, query: Record<string, string>): string {
  // PostgreSQL's text has no NUL: better refused here than failing there.
  for (const [key, value] of Object.entries(query))
    if (key.length + value.length > MAX_QUERY || value.includes('\0'))
      throw badRequest(key.slice(0, 60), value, `a filter of at most ${MAX_QUERY} characters, none of them NUL`);
  return layer.parseQuery(query);
}

export interface TileServiceParts {
  db: Database;
  clock: () => Clock;
  versions: TileVersions;
  held: HeldCases;
  cacheBytes: number;
  meters: Meters;
}

/** Tiles of one city. */
export function tileService({ db, clock, versions, held, cacheBytes, meters }: TileServiceParts): TileService {
  const layers = new Map(
    [divisionsLayer, gridsLayer, baseLayer, densityLayer, placesLayer, componentsLayer, casesLayer(held)].map((one) => [
      one.name,
      one,
    ]),
  );
  const cache = new TileCache(cacheBytes);
  const flights = new Flights<CachedTile>();
  const counted = new Map([...layers.keys()].map((name) => [name, countRows(db, (n) => meters.rows(name, n))]));

  function layer(name: string): TileLayer {
    const found = layers.get(name);
    if (!found)
      throw new HekanError('not_found', `no tile layer ${JSON.stringify(name.slice(0, 100))}`, {
        field: 'layer',
        given: name.slice(0, 100),
      });
    return found;
  }

  const etagOf = (name: string, tile: Tile) =>
    `W/"${FORMAT}.${versions.epoch}-${versions.of(name, tile).toString(36)}"`;

  async function make(request: TileRequest, signal: AbortSignal): Promise<CachedTile> {
    const { layer: from, tile, query, key, etag } = request;
    const version = versions.newest(from.name);
    const context = { db: counted.get(from.name) ?? db, scope: WHOLE_CITY, now: clock().now(), version, signal };
    const raw = await from.read(context, tile, query);
    meters.made(from.name, raw.length);
    const made = { etag, raw };
    // The rows are at least as new as the ETag, which was known before they were read. Where something changed meanwhile they may
    // hold it or not: whoever waits gets them, and the change that is being announced makes him ask again.
    if (etagOf(from.name, tile) === etag) cache.set(key, made);
    return made;
  }

  return {
    layers: [...layers.values()],
    cache,
    get making() {
      return flights.size;
    },
    layer,
    plan(name, z, x, y, query) {
      const found = layer(name);
      const tile = checkTile(found, z, x, y);
      const filters = Object.keys(query).length === 0 ? '' : parseFilters(found, query);
      const key = `${name}/${tile.z}/${tile.x}/${tile.y}?${filters}`;
      return { layer: found, tile, query: filters, key, etag: etagOf(name, tile) };
    },
    renew: (request) => ({ ...request, etag: etagOf(request.layer.name, request.tile) }),
    get stamp() {
      return versions.stamp;
    },
    peek(request) {
      const tile = cache.get(request.key, request.etag);
      if (tile) meters.hit(request.layer.name);
      return tile;
    },
    async make(request, signal) {
      const began = performance.now();
      const tile = await flights.join(`${request.key} ${request.etag}`, signal, (stop) => make(request, stop));
      meters.tile(request.layer.name, request.tile.z, began);
      return tile;
    },
  };
}
