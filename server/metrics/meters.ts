import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Database } from '../db/index.ts';
import { addGauges } from './gauges.ts';
import { LazyCounter } from './lazyCounter.ts';

/** Seconds. Fine where the promises are: 1 to 25 ms; a query ends at 5 s. */
const TILE_BUCKETS = [
  0.0005, 0.001, 0.002, 0.003, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1, 0.25, 1, 5,
];

/** What a process can be asked for at any moment. */
export interface Watched {
  db: Pick<Database, 'pool' | 'readPool'>;
  cache: { readonly bytes: number; readonly size: number };
  /** Tiles being made. */
  making: () => number;
  /** Readers of the live stream. */
  readers: () => number;
  /** Newest event that this process has heard of. */
  seq: () => number;
}

/** The meters of one process. Labels are layers, zooms, classes of routes and statuses: so few series, whatever is asked. */
export interface Meters {
  readonly registry: Registry;
  /** A tile was found in the cache: counted, not timed, because timing it would take longer than finding it. */
  hit(layer: string): void;
  /** A tile was waited for while it was made. @param began performance.now() when it was asked for. */
  tile(layer: string, zoom: number, began: number): void;
  /** A tile was made. @param bytes before compression. */
  made(layer: string, bytes: number): void;
  /** Rows came from the database for a layer. */
  rows(layer: string, n: number): void;
  /** A request was answered. @param route class of it: routeClass. */
  request(route: string, status: number): void;
  /** Says what the gauges look at; the last word counts. */
  watch(watched: Watched): void;
  /** Everything, in Prometheus' text format 0.0.4. */
  text(): Promise<string>;
}

/** @param process true: also what Node tells of itself (event loop, memory, garbage collection): once a process. */
export function createMeters({ process = false } = {}): Meters {
  const registry = new Registry();
  const registers = [registry];
  if (process) collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: 'hekan_tile_seconds',
    help: 'Time from asking for a tile that is not in the cache to having it',
    labelNames: ['layer', 'zoom'],
    buckets: TILE_BUCKETS,
    registers,
  });
  const byLayer = (name: string, help: string) => {
    const counter = new LazyCounter(name, help, ['layer'], registers);
    return (layer: string, n: number) => counter.add(layer, n, () => ({ layer }));
  };
  const hit = byLayer('hekan_tile_cache_hits_total', 'Tiles found in the cache');
  const miss = byLayer('hekan_tile_cache_misses_total', 'Tiles not found in the cache');
  const requests = new LazyCounter('hekan_http_requests_total', 'Requests answered', ['route', 'status'], registers);
  const watch = addGauges(registers);
  return {
    registry,
    hit: (layer) => hit(layer, 1),
    tile(layer, zoom, began) {
      seconds.observe({ layer, zoom }, (performance.now() - began) / 1000);
      miss(layer, 1);
    },
    made: byLayer('hekan_tile_bytes_total', 'Bytes of tiles made, before compression'),
    rows: byLayer('hekan_tile_rows_total', 'Rows read from the database for tiles'),
    request(route, status) {
      requests.add(`${route} ${status}`, 1, () => ({ route, status: String(status) }));
    },
    watch,
    text: () => registry.metrics(),
  };
}
