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

/** The block that is open at one level: entries come in order, so they are only ever added at its end. */
class OpenBlock {
  readonly level: number;
  #block = -1;
  #size = 0;
  #keys = new Float64Array(256);
  #counts = new Float64Array(256 * BLOCK_WIDTH);
  readonly #emit: (block: PyramidBlock) => void;

  constructor(level: number, emit: (block: PyramidBlock) => void) {
    this.level = level;
    this.#emit = emit;
  }

  /** Adds an entry of a block; where that is another than the one that is open, gives the open one first. */
  add(block: number, key: number, counts: ArrayLike<number>, from: number): void {
    if (block !== this.#block) {
      this.end();
      this.#block = block;
    }
    if (this.#size === this.#keys.length) this.#grow();
    this.#keys[this.#size] = key;
    const at = this.#size * BLOCK_WIDTH;
    for (let c = 0; c < BLOCK_WIDTH; c++) this.#counts[at + c] = counts[from + c]!;
    this.#size++;
  }

  /** Adds to the last entry. */
  addAgain(counts: ArrayLike<number>, from: number): void {
    const at = (this.#size - 1) * BLOCK_WIDTH;
    for (let c = 0; c < BLOCK_WIDTH; c++) this.#counts[at + c]! += counts[from + c]!;
  }

  /** Gives what is open. */
  end(): void {
    if (this.#size === 0) return;
    const keys = this.#keys.subarray(0, this.#size);
    const counts = this.#counts.subarray(0, this.#size * BLOCK_WIDTH);
    this.#emit({ level: this.level, block: this.#block, bytes: encodeBlock({ keys, counts }) });
    this.#size = 0;
  }

  #grow(): void {
    const grow = (array: Float64Array<ArrayBuffer>) => {
      const grown = new Float64Array(array.length * 2);
      grown.set(array);
      return grown;
    };
    this.#keys = grow(this.#keys);
    this.#counts = grow(this.#counts);
  }
}

/** One level of density: the cell that is open, whose counts go to its block and to the level above when the next begins. */
class OpenLevel {
  readonly #above: OpenLevel | null;
  readonly #block: OpenBlock;
  #cell = -1;
  readonly #counts = new Float64Array(BLOCK_WIDTH);

  constructor(level: number, above: OpenLevel | null, emit: (block: PyramidBlock) => void) {
    this.#above = above;
    this.#block = new OpenBlock(level, emit);
  }

  add(cell: number, counts: ArrayLike<number>, from: number): void {
    if (cell !== this.#cell) {
      this.#close();
      this.#cell = cell;
      for (let c = 0; c < BLOCK_WIDTH; c++) this.#counts[c] = counts[from + c]!;
    } else for (let c = 0; c < BLOCK_WIDTH; c++) this.#counts[c]! += counts[from + c]!;
  }

  #close(): void {
    const cell = this.#cell;
    if (cell < 0) return;
    this.#block.add(Math.floor(cell / CELLS), cell % CELLS, this.#counts, 0);
    this.#above?.add(Math.floor(cell / 4), this.#counts, 0);
  }

  /** Gives what is open, here and above. */
  end(): void {
    this.#close();
    this.#cell = -1;
    this.#block.end();
    this.#above?.end();
  }
}

/** Takes places in order of (cell, n) and gives the blocks of places and of every density level, each as soon as it is whole:
 * memory is that of one block a level, however many places there are. */
export class Pyramid {
  readonly #places: OpenBlock;
  readonly #finest: OpenLevel;
  #lastTile = -1;
  #lastKey = -1;

  constructor(emit: (block: PyramidBlock) => void) {
    this.#places = new OpenBlock(PLACE_LEVEL, emit);
    let above: OpenLevel | null = null;
    for (let level = MIN_DENSITY_LEVEL; level < MAX_DENSITY_LEVEL; level++) above = new OpenLevel(level, above, emit);
    this.#finest = new OpenLevel(MAX_DENSITY_LEVEL, above, emit);
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
    if (tile === this.#lastTile && key === this.#lastKey) this.#places.addAgain(counts, from);
    else this.#places.add(tile, key, counts, from);
    this.#lastTile = tile;
    this.#lastKey = key;
    this.#finest.add(tile * CELLS + Math.floor(inside / FINEST_CELL), counts, from);
  }

  /** Gives what is still open. */
  end(): void {
    this.#places.end();
    this.#finest.end();
    this.#lastTile = -1;
    this.#lastKey = -1;
  }
}
