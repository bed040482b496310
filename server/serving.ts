import { holdCases, type HeldCases } from './cases/index.ts';
import type { Clock, Database } from './db/index.ts';
import { openHub, type LiveHub } from './live/index.ts';
import { createMeters, type Meters } from './metrics/index.ts';
import { openVersions, tileService, type TileService, type TileVersions } from './tiles/index.ts';

/** What one process needs to answer with: it hears of every change, and knows which tiles the change touches before any screen is
 * told of it. */
export interface Serving {
  hub: LiveHub;
  held: HeldCases;
  versions: TileVersions;
  tiles: TileService;
  meters: Meters;
  close(): Promise<void>;
}

export interface ServingOptions {
  meters?: Meters;
  /** The cases cannot be held in memory: they are read from the database. */
  onError?: (error: unknown) => void;
}

/** Opens the live hub first and reads the versions after: what comes in between is applied twice, never lost. */
export async function openServing(
  db: Database,
  clock: () => Clock,
  cacheBytes: number,
  { meters = createMeters(), onError }: ServingOptions = {},
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
  const tiles = tileService({ db, clock, versions, held, cacheBytes, meters });
  meters.watch({
    db,
    cache: tiles.cache,
    making: () => tiles.making,
    readers: () => hub.readers,
    seq: () => hub.seq,
  });
  return {
    hub,
    held,
    versions,
    tiles,
    meters,
    async close() {
      await hub.close();
      await held.close();
    },
  };
}
