import { holdCases, type HeldCases } from './cases/index.ts';
import type { Clock, Database } from './db/index.ts';
import { openHub, type LiveHub } from './live/index.ts';
import { openVersions, tileService, type TileService, type TileVersions } from './tiles/index.ts';

/** What one process needs to answer with: it hears of every change, and knows which tiles the change touches before any screen is
 * told of it. */
export interface Serving {
  hub: LiveHub;
  held: HeldCases;
  versions: TileVersions;
  tiles: TileService;
  close(): Promise<void>;
}

/** Opens the live hub first and reads the versions after: what comes in between is applied twice, never lost. */
export async function openServing(
  db: Database,
  clock: () => Clock,
  cacheBytes: number,
  onError?: (error: unknown) => void,
): Promise<Serving> {
  const held = holdCases(db, onError);
  let open: (versions: TileVersions) => void = () => undefined;
  const opened = new Promise<TileVersions>((done) => {
    open = done;
  });
  const hub = await openHub(db, async (events) => {
    const known = await opened;
    // Before the versions: a tile that bears the new version is never made of cases that are older.
    await held.apply(events);
    await known.apply(events);
  });
  held.start();
  const versions = await openVersions(db);
  open(versions);
  const tiles = tileService(db, clock, versions, held, cacheBytes);
  return {
    hub,
    held,
    versions,
    tiles,
    async close() {
      await hub.close();
      await held.close();
    },
  };
}
