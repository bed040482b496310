import { VectorTile, type VectorTileLayer } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

/** Fetches and opens a vector tile; null where it is empty. `fresh` asks the server whether it changed (ETag). */
export async function readTile(url: string, signal?: AbortSignal, fresh = false): Promise<VectorTile | null> {
  const response = await fetch(url, { signal: signal ?? null, cache: fresh ? 'no-cache' : 'default' });
  if (response.status === 204) return null;
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const bytes = await response.arrayBuffer();
  return bytes.byteLength === 0 ? null : new VectorTile(new PbfReader(bytes));
}

/** Each point of a layer with its properties; x, y in shares of the tile's side. */
export function forEachPoint(
  layer: VectorTileLayer | undefined,
  visit: (x: number, y: number, properties: Record<string, number | string | boolean>) => void,
): void {
  for (let i = 0; i < (layer?.length ?? 0); i++) {
    const feature = layer!.feature(i);
    const point = feature.loadGeometry()[0]?.[0];
    if (point) visit(point.x / feature.extent, point.y / feature.extent, feature.properties);
  }
}
