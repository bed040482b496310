import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import type { TestApp } from './city.ts';

/** Asks for a tile and decodes it; null where there is nothing. */
export async function fetchTile(app: TestApp, path: string): Promise<VectorTile | null> {
  const response = await app.app.request(path);
  if (response.status === 204) return null;
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer())));
}

/** Features of one layer; none where the tile or the layer is missing. */
export function featuresOf(tile: VectorTile | null, layer: string): VectorTileFeature[] {
  const found = tile?.layers[layer];
  return found ? Array.from({ length: found.length }, (_, i) => found.feature(i)) : [];
}
