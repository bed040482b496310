import type { Clock, Database } from './db/index.ts';
import { openHub, type LiveHub } from './live/index.ts';
import { createMeters, type Meters } from './metrics/index.ts';
import { openVersions, tileService, type TileService, type TileVersions } from './tiles/index.ts';

/** What one process needs to answer with: it hears of every change, and knows which tiles the change touches before any screen is
 * told of it. */
export interface Serving {
  hub: LiveHub;
  versions: TileVersions;
  tiles: TileService;
  meters: Meters;
  close(): Promise<void>;
}

/** Opens the live hub first and reads the versions after: what comes in between is applied twice, never lost. */
export async function openServing(
  db: Database,
  clock: () => Clock,
  cacheBytes: number,
  meters = createMeters(),
): Promise<Serving> {
  let open: (versions: TileVersions) => void = () => undefined;
  const opened = new Promise<TileVersions>((done) => {
    open = done;
  });
  const hub = await openHub(db, async (events) => (await opened).apply(events));
  const versions = await openVersions(db);
  open(versions);
  const tiles = tileService(db, clock, versions, cacheBytes, meters);
  meters.watch({
    db,
    cache: tiles.cache,
    making: () => tiles.making,
    readers: () => hub.readers,
    seq: () => hub.seq,
  });
  return { hub, versions, tiles, meters, close: () => hub.close() };
}
