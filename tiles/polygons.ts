/** Polygon, line and label layers: divisions and the base map. Cutting is @maplibre/geojson-vt's, bytes are
 * @maplibre/vt-pbf's; what is done here is a simplification that neighbours share (arcs.ts), and rings that stay valid. */
import { geoJSONToTile } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { Feature } from 'geojson';
import { TileError } from './grid.ts';
import type { Tile } from './grid.ts';
import { cleanFeature } from './rings.ts';
import type { CutFeature } from './rings.ts';
import { simplify, weighFeatures } from './simplify.ts';
import type { Box, PolygonFeature, WeighedFeature } from './simplify.ts';

export type { PolygonFeature } from './simplify.ts';

/** The library's declarations do not resolve under NodeNext: this is the part of them that is used. */
const cutTile = geoJSONToTile as unknown as (
  data: object,
  z: number,
  x: number,
  y: number,
  options: object,
) => { features: CutFeature[] };

export interface PolygonIndexOptions {
  maxZoom?: number;
  buffer?: number;
  extent?: number;
  tolerance?: number;
}

const defaults: Required<PolygonIndexOptions> = {
  maxZoom: 16, // deeper, clients enlarge the tiles of this zoom
  buffer: 64, // tile units drawn beyond each edge: 8 pixels of 512, so that outlines do not show the tile's edge
  extent: 4096, // tile units a side
  tolerance: 2, // tile units that a border may move by: a quarter of a pixel of 512; the deepest zoom is not simplified
};

/** Features ready to be cut into tiles. To be passed to encodeIndexTile; its parts are its own. */
export interface PolygonIndex {
  readonly options: Required<PolygonIndexOptions>;
  readonly layers: ReadonlyMap<string, readonly WeighedFeature[]>;
}

/** Prepares features for encodeIndexTile.
 * @param features of any layers, in drawing order. All borders are weighed together, so shared ones, also between layers
 * (a district's and its streets'), are simplified alike and meet exactly. Borders whose vertices are not shared differ by
 * at most twice the tolerance: half a pixel of 512.
 * @returns an index that never changes: nothing is kept from tile to tile. (geojson-vt's own index keeps every tile that it
 * cut, with all of a tile's ancestors: 433 MB after nine tiles of 1,600 polygons of 200 vertices, and 0.3 s for the first
 * tile of a zoom. Cut straight from the features near it, those tiles took 0-20 ms, the one that shows all polygons at
 * once in detail (300 kB) 80, and nothing is kept.) */
export function buildPolygonIndex(
  features: readonly PolygonFeature[],
  options: PolygonIndexOptions = {},
): PolygonIndex {
  const layers = new Map<string, WeighedFeature[]>();
  for (const weighed of weighFeatures(features)) {
    const layer = layers.get(weighed.source.layer);
    if (layer) layer.push(weighed);
    else layers.set(weighed.source.layer, [weighed]);
  }
  return { options: { ...defaults, ...options }, layers };
}

/** The bytes of a tile: MVT 2, layers in the order in which the features first named them, not compressed.
 * @returns length 0 when nothing lies on the tile. The same features and tile give the same bytes.
 * @throws TileError when the tile is deeper than the index. */
export function encodeIndexTile(index: PolygonIndex, tile: Tile): Uint8Array {
  const { extent, maxZoom } = index.options;
  if (!(tile.z >= 0 && tile.z <= maxZoom)) throw new TileError('z', tile.z, `an integer 0..${maxZoom}`);
  const layers: Record<string, { features: CutFeature[] }> = {};
  for (const [name, features] of index.layers) {
    const cut = cutLayer(features, tile, index.options);
    if (cut.length > 0) layers[name] = { features: cut };
  }
  if (Object.keys(layers).length === 0) return new Uint8Array(0);
  // vt-pbf reads nothing of a tile but its features
  return fromGeojsonVt(layers as Parameters<typeof fromGeojsonVt>[0], { version: 2, extent });
}

function cutLayer(all: readonly WeighedFeature[], tile: Tile, options: Required<PolygonIndexOptions>): CutFeature[] {
  const { maxZoom, buffer, extent, tolerance } = options;
  const { z, x, y } = tile;
  const side = 2 ** z;
  const limit = z === maxZoom ? 0 : tolerance / (extent * side); // in units of the world's side, as is the window
  const edge = buffer / extent;
  const window: Box = [(x - edge) / side, (y - edge) / side, (x + 1 + edge) / side, (y + 1 + edge) / side];
  const features: Feature[] = [];
  for (const weighed of all) {
    const { minZoom = 0, maxZoom: last = maxZoom, id, properties } = weighed.source;
    if (z < minZoom || z > last || !meets(weighed.box, window)) continue;
    const geometry = simplify(weighed, limit);
    if (geometry) features.push({ type: 'Feature', id, geometry, properties });
  }
  if (features.length === 0) return [];
  // tolerance 0: the library's own simplification, ring by ring, must not run after ours
  const cutting = {
    maxZoom: z,
    tolerance: 0,
    buffer,
    extent,
    clip: true,
    wrap: true,
    coordinates: 'unitSquare' as const,
  };
  const cut = cutTile({ type: 'FeatureCollection', features }, z, x, y, cutting);
  return cut.features.map(cleanFeature).filter((feature) => feature !== null);
}

/** Whether a box reaches into a window, in this world or in the copies of it beyond the antimeridian. */
function meets([west, north, east, south]: Box, window: Box): boolean {
  if (south < window[1] || north > window[3]) return false;
  return [-1, 0, 1].some((world) => east + world >= window[0] && west + world <= window[2]);
}
