/** Places with counts, rolled up into blocks of every level in one walk. */
import { BLOCK_WIDTH, encodeBlock } from './blocks.ts';
import { TileError } from './grid.ts';
import { MAX_DENSITY_LEVEL, MIN_DENSITY_LEVEL } from './plan.ts';

/** Level under which blocks of places are kept; their tile is that of zoom PLACE_BLOCK_ZOOM. */
export const PLACE_LEVEL = 31;
export const PLACE_BLOCK_ZOOM = 14;
/** Bits of a level-31 cell below its tile of zoom 14. */
const INSIDE_BITS = 34n;
const INSIDE = (1n << INSIDE_BITS) - 1n;
/** Level-31 cells in a cell of level 20, and cells of a level in a block. */
const FINEST_CELL = 4 ** (PLACE_LEVEL - MAX_DENSITY_LEVEL);
const CELLS = 4096;
export const MAX_PLACES_A_CELL = 65_535;

export interface PyramidBlock {
  level: number;
  /** Key of the block's tile: of zoom level - 6, or 14 for places. */
  block: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A level-31 cell as the key of its tile of zoom 14 and the rest: both exact in a number. */
export function splitCell(cell: bigint): { tile: number; inside: number } {
  return { tile: Number(cell >> INSIDE_BITS), inside: Number(cell & INSIDE) };
}

/** The level-31 cell that splitCell took apart. */
export function joinCell(tile: number, inside: number): bigint {
  return (BigInt(tile) << INSIDE_BITS) | BigInt(inside);
}

/** Key of a place in its block.
 * @throws TileError where more places than MAX_PLACES_A_CELL stand on one cell. */
export function placeKey(inside: number, n: number): number {
  if (!(n >= 0 && n <= MAX_PLACES_A_CELL)) throw new TileError('n', n, `0..${MAX_PLACES_A_CELL}`);
  return inside * 65_536 + n;
}

/** Offset of a place's level-31 cell in its tile of zoom 14, and n. */
export function splitPlaceKey(key: number): { inside: number; n: number } {
  return { inside: Math.floor(key / 65_536), n: key % 65_536 };
}

/** The block that is open at one level: entries come in order, so an entry is either the last one or a new one. */
class OpenBlock {
  readonly level: number;
  block = -1;
  #keys: number[] = [];
  #counts: number[] = [];

  constructor(level: number) {
    this.level = level;
  }

  add(key: number, counts: ArrayLike<number>, from: number): void {
    const last = this.#keys.length - 1;
    if (last >= 0 && this.#keys[last] === key) {
      for (let c = 0; c < BLOCK_WIDTH; c++) this.#counts[last * BLOCK_WIDTH + c]! += counts[from + c]!;
      return;
    }
    this.#keys.push(key);
    for (let c = 0; c < BLOCK_WIDTH; c++) this.#counts.push(counts[from + c]!);
  }

  /** The block so far; it begins anew under another key. */
  take(next: number): PyramidBlock | null {
    const { level, block } = this;
    this.block = next;
    if (this.#keys.length === 0) return null;
    const bytes = encodeBlock({ keys: Float64Array.from(this.#keys), counts: Float64Array.from(this.#counts) });
    this.#keys = [];
    this.#counts = [];
    return { level, block, bytes };
  }
}

/** Takes places in order of (cell, n) and gives the blocks of places and of every density level, each as soon as it is whole:
 * memory is that of one block a level, however many places there are. */
export class Pyramid {
  readonly #places = new OpenBlock(PLACE_LEVEL);
  readonly #levels = Array.from(
    { length: MAX_DENSITY_LEVEL - MIN_DENSITY_LEVEL + 1 },
    (_, i) => new OpenBlock(MAX_DENSITY_LEVEL - i),
  );
  readonly #emit: (block: PyramidBlock) => void;
  #lastTile = -1;
  #lastKey = -1;

  constructor(emit: (block: PyramidBlock) => void) {
    this.#emit = emit;
  }

  /**
   * @param tile @param inside of the place's cell: splitCell.
   * @param counts by class, read from `from` on.
   * @throws TileError when a place comes out of order.
   */
  add(tile: number, inside: number, n: number, counts: ArrayLike<number>, from = 0): void {
    const key = placeKey(inside, n);
    if (tile < this.#lastTile || (tile === this.#lastTile && key < this.#lastKey))
      throw new TileError('cell', joinCell(tile, inside), `not before ${joinCell(this.#lastTile, 0)}`);
    this.#lastTile = tile;
    this.#lastKey = key;
    this.#put(this.#places, tile, key, counts, from);
    let cell = tile * CELLS + Math.floor(inside / FINEST_CELL);
    for (const level of this.#levels) {
      this.#put(level, Math.floor(cell / CELLS), cell % CELLS, counts, from);
      cell = Math.floor(cell / 4);
    }
  }

  /** Gives what is still open. */
  end(): void {
    for (const open of [this.#places, ...this.#levels]) this.#give(open, -1);
    this.#lastTile = -1;
    this.#lastKey = -1;
  }

  #put(open: OpenBlock, block: number, key: number, counts: ArrayLike<number>, from: number): void {
    if (open.block !== block) this.#give(open, block);
    open.add(key, counts, from);
  }

  #give(open: OpenBlock, next: number): void {
    const block = open.take(next);
    if (block) this.#emit(block);
  }
}

/** Which block a tile of density reads.
 * @param z 0..14. */
export function densityBlock(z: number, key: bigint): { level: number; block: string } {
  return { level: z + 6, block: key.toString() };
}
