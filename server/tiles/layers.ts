import type { Scope } from '../access/index.ts';
import type { Database } from '../db/index.ts';
import type { Tile } from '../../tiles/grid.ts';

/** What a layer needs to make a tile. */
export interface TileContext {
  db: Database;
  scope: Scope;
  /** As of which instant lights are told: the start of the minute, so that a tile keeps for one. */
  now: Date;
  /** Newest change of the layer: what is kept in memory is made anew when it moves. */
  version: number;
}

export interface TileLayer {
  name: string;
  minZoom: number;
  maxZoom: number;
  /** Layers inside the tile with their fields, as TileJSON lists them. */
  vectorLayers: { id: string; description: string; minzoom: number; maxzoom: number; fields: Record<string, string> }[];
  /** Changes with the clock too, by the minute. */
  lit: boolean;
  /** Checks the query string and gives it in one canonical form; '' for none. @throws HekanError('bad_request'). */
  parseQuery(query: Record<string, string>): string;
  /** The tile's bytes, not compressed; empty where nothing is on it. */
  read(context: TileContext, tile: Tile, query: string): Promise<Uint8Array<ArrayBuffer>>;
}
