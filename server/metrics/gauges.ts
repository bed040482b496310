import { Gauge, type Aggregator, type Registry } from 'prom-client';
import type { Watched } from './meters.ts';

interface PoolCounts {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

/** Gauges that are read when somebody asks. @returns says what they look at; before that they show nothing. */
export function addGauges(registers: Registry[]): (watched: Watched) => void {
  let watched: Watched | null = null;

  /** @param aggregator how several processes' values become one. */
  function gauge(name: string, help: string, read: (from: Watched) => number, aggregator: Aggregator = 'sum'): void {
    new Gauge({
      name,
      help,
      registers,
      aggregator,
      collect() {
        if (watched) this.set(read(watched));
      },
    });
  }

  gauge('hekan_tile_cache_bytes', 'Bytes that the tile cache holds', ({ cache }) => cache.bytes);
  gauge('hekan_tile_cache_entries', 'Tiles in the cache', ({ cache }) => cache.size);
  gauge('hekan_tiles_making', 'Tiles being made', ({ making }) => making());
  gauge('hekan_live_readers', 'Readers of the live stream', ({ readers }) => readers());
  // Of several processes the one that lags tells.
  gauge('hekan_event_seq', 'Newest event that was heard of', ({ seq }) => seq(), 'min');
  new Gauge({
    name: 'hekan_db_connections',
    help: 'Sessions of the database by pool (read: for tiles and features) and state; waiting: requests that wait for one',
    labelNames: ['pool', 'state'],
    registers,
    aggregator: 'sum',
    collect() {
      if (!watched) return;
      const { pool, readPool } = watched.db;
      for (const [name, counts] of [
        ['main', pool],
        ['read', readPool],
      ] as [string, PoolCounts | null][]) {
        if (!counts) continue;
        this.set({ pool: name, state: 'idle' }, counts.idleCount);
        this.set({ pool: name, state: 'busy' }, counts.totalCount - counts.idleCount);
        this.set({ pool: name, state: 'waiting' }, counts.waitingCount);
      }
    },
  });
  return (next) => {
    watched = next;
  };
}
