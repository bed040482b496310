import { VectorTile, type VectorTileLayer } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

/** What a server says to a request for a tile. */
export type TileAnswer =
  | { kind: 'tile'; bytes: Uint8Array; etag: string | null }
  /** Nothing newer than the ETag that was sent along. */
  | { kind: 'same' }
  /** What the filter asks for is being made: come again. */
  | { kind: 'building'; retryMs: number };

export interface TileRequest {
  url: string;
  /** Of the version that is here already; null: none. */
  etag: string | null;
  signal: AbortSignal;
}

const TIMEOUT_MS = 20_000;
const RETRY_MS = 2_000;

/** Asks for a tile. @throws (rejects) where there is no answer, or it is an error. */
export async function fetchTile({ url, etag, signal }: TileRequest, ask: typeof fetch = fetch): Promise<TileAnswer> {
  const response = await ask(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    // With an ETag of our own the browser keeps out of it, and a 304 reaches us.
    ...(etag === null ? { cache: 'no-cache' } : { cache: 'no-store', headers: { 'If-None-Match': etag } }),
  });
  if (response.status === 304) return { kind: 'same' };
  if (response.status === 202) {
    const seconds = Number(response.headers.get('retry-after'));
    return { kind: 'building', retryMs: seconds > 0 ? seconds * 1000 : RETRY_MS };
  }
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const bytes = response.status === 204 ? new Uint8Array(0) : new Uint8Array(await response.arrayBuffer());
  return { kind: 'tile', bytes, etag: response.headers.get('etag') };
}

/** Each point of a tile's layer with its properties; x, y in shares of the tile's side. Nothing where the tile is empty. */
export function forEachPoint(
  bytes: Uint8Array,
  name: string,
  visit: (x: number, y: number, properties: Record<string, number | string | boolean>) => void,
): void {
  if (bytes.length === 0) return;
  const layer: VectorTileLayer | undefined = new VectorTile(new PbfReader(bytes)).layers[name];
  for (let i = 0; i < (layer?.length ?? 0); i++) {
    const feature = layer!.feature(i);
    const point = feature.loadGeometry()[0]?.[0];
    if (point) visit(point.x / feature.extent, point.y / feature.extent, feature.properties);
  }
}
