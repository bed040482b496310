import type { MapChange } from '../../server/api/shapes.ts';

export type TileTuple = readonly [z: number, x: number, y: number];

/** What changed of one tile layer up to `seq`; tiles null: all of it. */
export interface LayerChange {
  layer: string;
  tiles: readonly TileTuple[] | null;
  seq: number;
}

/** How long changes are gathered before the map hears of them. */
const GATHER_MS = 200;
/** Kept of each layer for tiles that are asked for later; by then every server process has heard of what is older. */
const KEPT = 1000;
const WHOLE: TileTuple = [0, 0, 0];

/** Whether one of two tiles lies in the other, or they are the same. */
export function overlaps([z, x, y]: TileTuple, [otherZ, otherX, otherY]: TileTuple): boolean {
  const up = z - otherZ;
  return up >= 0 ? x >> up === otherX && y >> up === otherY : otherX >> -up === x && otherY >> -up === y;
}

/**
 * Which tiles changed, as the live stream tells it: gathered for a fifth of a second and then passed on, each layer once; and
 * remembered for a while, so that a tile asked for only later is not taken from a server process that has not heard yet.
 */
export class ChangeLog {
  /** layer → tile → newest seq, the newest last. */
  readonly #known = new Map<string, Map<string, { tile: TileTuple; seq: number }>>();
  #gathered = new Map<string, LayerChange & { tiles: TileTuple[] | null }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<(changes: readonly LayerChange[]) => void>();

  add({ layers, tiles, seq }: MapChange & { seq: number }): void {
    if (tiles?.length === 0) return;
    for (const layer of layers) {
      this.#remember(layer, tiles ?? [WHOLE], seq);
      const gathered = this.#gathered.get(layer) ?? { layer, tiles: [], seq };
      this.#gathered.set(layer, {
        layer,
        tiles: tiles === null || gathered.tiles === null ? null : [...gathered.tiles, ...tiles],
        seq: Math.max(seq, gathered.seq),
      });
    }
    this.#timer ??= setTimeout(() => this.#pass(), GATHER_MS);
  }

  /** The newest known change that touches a tile; 0 where there is none. */
  newest(layer: string, tile: TileTuple): number {
    let newest = 0;
    for (const known of this.#known.get(layer)?.values() ?? [])
      if (known.seq > newest && overlaps(known.tile, tile)) newest = known.seq;
    return newest;
  }

  /** @returns ends it. */
  listen(hear: (changes: readonly LayerChange[]) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  /** Forgets everything: another city, whose seq begins anew. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered.clear();
    this.#known.clear();
  }

  #remember(layer: string, tiles: readonly TileTuple[], seq: number): void {
    const known = this.#known.get(layer) ?? new Map<string, { tile: TileTuple; seq: number }>();
    this.#known.set(layer, known);
    for (const tile of tiles) {
      const key = tile.join('/');
      known.delete(key);
      known.set(key, { tile, seq });
    }
    for (const oldest of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(oldest);
    }
  }

  #pass(): void {
    this.#timer = undefined;
    const changes = [...this.#gathered.values()];
    this.#gathered = new Map();
    for (const hear of this.#listeners) hear(changes);
  }
}
