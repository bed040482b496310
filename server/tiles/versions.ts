import type { Database, OutEvent } from '../db/index.ts';
import { codeOfTile, WHOLE_WORLD } from '../../tiles/codes.ts';
import type { Tile } from '../../tiles/grid.ts';
import { VersionTree } from '../../tiles/versionTree.ts';

/** Which change touched which tile last: the same in every worker and after every restart, because it is kept in the database. */
export interface TileVersions {
  /** The newest seq that touches a tile of a layer; 0: nothing ever did. */
  of(layer: string, tile: Tile): number;
  /** The newest seq that touches any tile of a layer. */
  newest(layer: string): number;
  /** Another number after every change: what was read before it may be out of date. */
  readonly stamp: number;
  /** Part of every ETag: when this database was made, in base 36. Another one, whose seq begins anew, shares no ETag with it. */
  readonly epoch: string;
  /** Takes events in; null: events were missed, everything is read again. */
  apply(events: readonly OutEvent[] | null): Promise<void>;
}

/** Reads the versions. */
export async function openVersions(db: Database): Promise<TileVersions> {
  let trees = new Map<string, VersionTree>();
  let stamp = 0;
  const made = await db.query<{ ms: string }>(
    'select (extract(epoch from min(at)) * 1000)::bigint::text as ms from migration',
  );
  const epoch = Number(made.rows[0]?.ms ?? 0).toString(36);

  async function readAll(): Promise<void> {
    const { rows } = await db.query<{ layer: string; code: string; seq: string }>(
      'select layer, code::text, seq::text from tile_version',
    );
    const read = new Map<string, VersionTree>();
    for (const { layer, code, seq } of rows) mark(read, layer, Number(code), Number(seq));
    trees = read;
  }

  await readAll();
  return {
    of: (layer, tile) => trees.get(layer)?.newest(codeOfTile(tile)) ?? 0,
    newest: (layer) => trees.get(layer)?.newest(WHOLE_WORLD) ?? 0,
    epoch,
    get stamp() {
      return stamp;
    },
    async apply(events) {
      if (events === null) await readAll();
      else takeIn(events);
      stamp++;
    },
  };

  function takeIn(events: readonly OutEvent[]): void {
    for (const { layers, dirty, seq } of events)
      for (const layer of layers) for (const code of dirty ?? [WHOLE_WORLD]) mark(trees, layer, code, seq);
  }
}

function mark(trees: Map<string, VersionTree>, layer: string, code: number, seq: number): void {
  let tree = trees.get(layer);
  if (!tree) trees.set(layer, (tree = new VersionTree()));
  tree.mark(code, seq);
}
