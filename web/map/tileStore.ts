import { backoffMs } from '../state/backoff.ts';
import { overlaps, type LayerChange } from '../state/changes.ts';
import { fetchTile, type TileAnswer } from './fetchTile.ts';
import type { TileIndex } from './mercator.ts';

/** An answer with its content read; null: there was none. */
type Loaded<T> = Exclude<TileAnswer, { kind: 'tile' }> | { kind: 'tile'; value: T; etag: string | null } | null;

export interface TileStoreOptions<T> {
  /** Name of the tile layer. */
  layer: string;
  /** A tile's content; no bytes: it is empty. */
  decode: (tile: TileIndex, bytes: Uint8Array) => T;
  /** Another version of a tile is there, or it is known that none comes for now. */
  onChange: () => void;
  /** The newest known change that touches a tile, 0 for none: what is asked for the first time must hold it. */
  newest: (layer: string, tile: readonly [number, number, number]) => number;
  /** Tiles kept, those in view among them. */
  keep: number;
  ask?: typeof fetch;
}

interface Entry<T> {
  readonly tile: TileIndex;
  readonly query: string;
  content: { value: T } | null;
  etag: string | null;
  /** The change that the content is known to hold, and the one that it must. */
  held: number;
  needed: number;
  /** To be asked for again although nothing is known to have changed. */
  doubtful: boolean;
  request: AbortController | null;
  failures: number;
  building: boolean;
  /** Not asked for again before this (ms of Date.now()). */
  notBefore: number;
}

/** Requests under way at once, of a layer. */
const IN_FLIGHT = 4;

/**
 * The tiles of a layer that are in view, and some that were. A tile stays as it is until its next version is there, so nothing
 * blinks. A change makes those tiles stale that it touches: of them, those in view are asked for at once with ?since=, the others
 * when they are next seen. One request a tile at a time; what leaves the view is aborted; what failed is asked for again after a while.
 */
export class TileStore<T> {
  readonly #options: TileStoreOptions<T>;
  /** By key, the least recently wanted first. */
  readonly #entries = new Map<string, Entry<T>>();
  #wanted: Entry<T>[] = [];
  #inFlight = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #destroyed = false;

  constructor(options: TileStoreOptions<T>) {
    this.#options = options;
  }

  /** Something in view is being fetched, or about to be. */
  get isLoading(): boolean {
    return this.#wanted.some((entry) => entry.request !== null || this.#isDue(entry));
  }

  /** The server is still making something that is in view. */
  get isBuilding(): boolean {
    return this.#wanted.some((entry) => entry.building);
  }

  /** What is in view from now on. @param query the filter, as in an address; '' for none. */
  want(tiles: readonly TileIndex[], query = ''): void {
    this.#wanted = tiles.map((tile) => this.#entry(tile, query));
    const wanted = new Set(this.#wanted);
    for (const entry of this.#entries.values()) if (!wanted.has(entry)) this.#cancel(entry);
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#options.keep) break;
      if (!wanted.has(entry)) this.#entries.delete(key);
    }
    this.#pump();
  }

  /** What is known of a tile: `value` of its newest version here, or null where there is none yet. */
  get({ z, x, y }: TileIndex, query = ''): { value: T } | null {
    return this.#entries.get(keyOf(z, x, y, query))?.content ?? null;
  }

  /** Takes in what changed. */
  change(changes: readonly LayerChange[]): void {
    for (const { layer, tiles, seq } of changes) {
      if (layer !== this.#options.layer) continue;
      for (const entry of this.#entries.values()) {
        const { z, x, y } = entry.tile;
        if (tiles === null || tiles.some((tile) => overlaps(tile, [z, x, y])))
          entry.needed = Math.max(entry.needed, seq);
      }
    }
    this.#pump();
  }

  /** Asks for everything again, with its ETag. @param anew the numbers of changes begin anew: another database. */
  doubt(anew = false): void {
    for (const entry of this.#entries.values()) {
      entry.doubtful = true;
      if (!anew) continue;
      entry.held = 0;
      entry.needed = this.#newest(entry.tile);
    }
    this.#pump();
  }

  destroy(): void {
    this.#destroyed = true;
    clearTimeout(this.#timer);
    for (const entry of this.#entries.values()) this.#cancel(entry);
    this.#entries.clear();
    this.#wanted = [];
  }

  #entry(tile: TileIndex, query: string): Entry<T> {
    const { z, x, y } = tile;
    const key = keyOf(z, x, y, query);
    const entry = this.#entries.get(key) ?? newEntry<T>(tile, query, this.#newest(tile));
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #newest({ z, x, y }: TileIndex): number {
    return this.#options.newest(this.#options.layer, [z, x, y]);
  }

  #isStale(entry: Entry<T>): boolean {
    return entry.content === null || entry.doubtful || entry.held < entry.needed;
  }

  #isDue(entry: Entry<T>): boolean {
    return entry.request === null && this.#isStale(entry) && entry.notBefore <= Date.now();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#destroyed) return;
    for (const entry of this.#wanted) {
      if (this.#inFlight >= IN_FLIGHT) return;
      if (this.#isDue(entry)) void this.#load(entry);
    }
    const waiting = this.#wanted.filter((entry) => entry.request === null && this.#isStale(entry));
    if (waiting.length === 0) return;
    const next = Math.min(...waiting.map((entry) => entry.notBefore));
    this.#timer = setTimeout(() => this.#pump(), Math.max(0, next - Date.now()));
  }

  #cancel(entry: Entry<T>): void {
    if (entry.request === null) return;
    entry.request.abort();
    entry.request = null;
    this.#inFlight--;
  }

  async #load(entry: Entry<T>): Promise<void> {
    const request = new AbortController();
    entry.request = request;
    entry.doubtful = false;
    this.#inFlight++;
    const since = entry.needed;
    const url = urlOf(this.#options.layer, entry, since);
    const loaded = await this.#ask(entry, url, request.signal).catch(() => null);
    // Whoever cancelled it has taken it off the count.
    if (entry.request !== request) return;
    entry.request = null;
    this.#inFlight--;
    this.#settle(entry, loaded, since);
    this.#pump();
    this.#options.onChange();
  }

  async #ask({ tile, etag }: Entry<T>, url: string, signal: AbortSignal): Promise<Loaded<T>> {
    const answer = await fetchTile({ url, etag, signal }, this.#options.ask);
    if (answer.kind !== 'tile') return answer;
    return { kind: 'tile', value: this.#options.decode(tile, answer.bytes), etag: answer.etag };
  }

  #settle(entry: Entry<T>, loaded: Loaded<T>, since: number): void {
    const isFinal = loaded !== null && loaded.kind !== 'building';
    entry.building = loaded?.kind === 'building';
    entry.doubtful ||= !isFinal && entry.content !== null;
    entry.failures = loaded === null ? entry.failures + 1 : 0;
    const waitMs = loaded === null ? backoffMs(entry.failures - 1) : loaded.kind === 'building' ? loaded.retryMs : 0;
    entry.notBefore = waitMs > 0 ? Date.now() + waitMs : 0;
    if (isFinal) entry.held = Math.max(entry.held, since);
    if (loaded?.kind !== 'tile') return;
    entry.content = { value: loaded.value };
    entry.etag = loaded.etag;
  }
}

const newEntry = <T>(tile: TileIndex, query: string, needed: number): Entry<T> => ({
  tile,
  query,
  content: null,
  etag: null,
  held: 0,
  needed,
  doubtful: false,
  request: null,
  failures: 0,
  building: false,
  notBefore: 0,
});

const keyOf = (z: number, x: number, y: number, query: string): string => `${z}/${x}/${y}?${query}`;

function urlOf(layer: string, { tile: { z, x, y }, query }: { tile: TileIndex; query: string }, since: number): string {
  const parameters = [query, since > 0 ? `since=${since}` : ''].filter((part) => part !== '').join('&');
  return `/tiles/${layer}/${z}/${x}/${y}.mvt${parameters === '' ? '' : `?${parameters}`}`;
}
