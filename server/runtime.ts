import type { City } from './city/index.ts';
import { cityClock, readCity } from './city/index.ts';
import { SEQ_TOPIC, systemClock, type Clock, type Database } from './db/index.ts';
import { HekanError } from './errors.ts';

/** What the routes of one server process share. */
export interface Runtime {
  db: Database;
  /** The city as last read. @throws HekanError('not_ready') before there is one. */
  city(): City;
  cityOrNull(): City | null;
  /** Which build of the pages is served. */
  build: string;
  /** Now, or the instant the city was frozen at. */
  clock(): Clock;
  /** Resolves when the city's row was read again. */
  refresh(): Promise<void>;
  close(): void;
}

/** Reads the city and follows its changes. @param fixed where a demonstration stands still, whatever its row says. A real city's clock always runs. */
export async function openRuntime(db: Database, build: string, fixed?: Clock): Promise<Runtime> {
  let city: City | null = null;
  async function refresh(): Promise<void> {
    const row = await readCity(db);
    city = row?.kind === 'demo' && fixed ? { ...row, frozenAt: fixed.now() } : row;
  }
  await refresh();
  const stop = db.notices.subscribe(SEQ_TOPIC, () => void refresh().catch(() => undefined));
  return {
    db,
    build,
    city() {
      if (!city) throw new HekanError('not_ready', 'there is no city yet: run `hekan demo` or import one');
      return city;
    },
    cityOrNull: () => city,
    clock: () => (city ? cityClock(city) : systemClock),
    refresh,
    close: stop,
  };
}
