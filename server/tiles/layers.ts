import type { Scope } from '../access/index.ts';
import type { Database } from '../db/index.ts';
import type { Tile } from '../../tiles/grid.ts';

/** What a layer needs to make a tile. */
export interface TileContext {
  db: Database;
  scope: Scope;
  /** As of which instant lights are told. */
  now: Date;
  /** Newest change of the layer: what is kept in memory is made anew when it moves. */
  version: number;
  /** Aborts when nobody waits for the tile any longer. */
  signal: AbortSignal;
}

/** A layer that answers filters says so itself; the query string is one canonical text, '' for no filter. */
export interface TileLayer {
  name: string;
  minZoom: number;
  maxZoom: number;
  /** Layers inside the tile with their fields, as TileJSON lists them. */
  vectorLayers: { id: string; description: string; minzoom: number; maxzoom: number; fields: Record<string, string> }[];
  /** Checks the query string and gives it in one canonical form; '' for none. @throws HekanError('bad_request'). */
  parseQuery(query: Record<string, string>): string;
  /** The tile's bytes, not compressed; empty where nothing is on it.
   * @throws HekanError('building') where what is asked for is being made. */
  read(context: TileContext, tile: Tile, query: string): Promise<Uint8Array<ArrayBuffer>>;
}
