/** Morton keys: x in the even bits, y in the odd. A tile is one range of keys, a parent is a shift by two bits.
 * Source: Morton 1966. The work is done in 32-bit numbers; a bigint is touched only to join and to split the halves. */
import { lngLatToTile31, POSITION_LEVEL, TileError } from './grid.ts';
import type { Tile } from './grid.ts';

/** 16 bits moved to the even places of 32. */
function spread(bits: number): number {
  let v = bits & 0xffff;
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

/** The x of a 32-bit key: its even bits, 0..65535. */
export function compactX(key: number): number {
  let v = key & 0x55555555;
  v = (v | (v >>> 1)) & 0x33333333;
  v = (v | (v >>> 2)) & 0x0f0f0f0f;
  v = (v | (v >>> 4)) & 0x00ff00ff;
  return (v | (v >>> 8)) & 0xffff;
}

/** The y of a 32-bit key: its odd bits, 0..65535. */
export function compactY(key: number): number {
  return compactX(key >>> 1);
}

/** The key of a column and a row.
 * @param x @param y integers 0..2^31 - 1 at any level; bits above the 31st are lost.
 * @returns 62 bits at level 31. Never throws. */
export function encodeCell(x: number, y: number): bigint {
  const low = (spread(x) | (spread(y) << 1)) >>> 0;
  const high = (spread(x >>> 16) | (spread(y >>> 16) << 1)) >>> 0;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** encodeCell as a number, where that is exact.
 * @param x @param y integers 0..2^26 - 1 (levels up to 26). */
export function encodeCellNumber(x: number, y: number): number {
  const low = (spread(x) | (spread(y) << 1)) >>> 0;
  const high = (spread(x >>> 16) | (spread(y >>> 16) << 1)) >>> 0;
  return high * 4_294_967_296 + low;
}

/** The column and the row of a key, the inverse of encodeCell.
 * @param cell 0..2^62 - 1. */
export function decodeCell(cell: bigint): [x: number, y: number] {
  const low = Number(cell & 0xffffffffn);
  const high = Number(cell >> 32n);
  return [compactX(high) * 65536 + compactX(low), compactY(high) * 65536 + compactY(low)];
}

/** The level-31 key of a position; clamps as lngLatToTile31 does, and throws as it does. */
export function cellOf(lng: number, lat: number): bigint {
  const [x, y] = lngLatToTile31(lng, lat);
  return encodeCell(x, y);
}

/** The cell of a higher level in which a cell lies.
 * @param toLevel ≤ fromLevel.
 * @throws TileError otherwise. */
export function parentCell(cell: bigint, fromLevel: number, toLevel: number): bigint {
  if (!(toLevel <= fromLevel)) throw new TileError('level', toLevel, `at most ${fromLevel}`);
  return cell >> BigInt(2 * (fromLevel - toLevel));
}

/** A key as SQL gets it: decimal text, because a bigint parameter has no other form that pg keeps exact. */
export function cellToText(cell: bigint): string {
  return cell.toString();
}

/** The keys of a tile.
 * @param tile on the grid (parseTile has checked it).
 * @param level of the keys, tile.z..31.
 * @returns [first, last), half-open; both exact.
 * @throws TileError when the level is above the tile's or below 31. */
export function tileCellRange(tile: Tile, level: number): { first: bigint; last: bigint } {
  if (!(level >= tile.z && level <= POSITION_LEVEL))
    throw new TileError('level', level, `${tile.z}..${POSITION_LEVEL}`);
  const shift = BigInt(2 * (level - tile.z));
  const key = encodeCell(tile.x, tile.y);
  return { first: key << shift, last: (key + 1n) << shift };
}

/** Column and row inside a tile of an offset (cell - first).
 * @param offset int4, not negative: a tile may be at most 15 levels above its cells.
 * @returns cells from the tile's north-west corner. Loops that must not make an array use compactX and compactY. */
export function decodeOffset(offset: number): [dx: number, dy: number] {
  return [compactX(offset), compactY(offset)];
}
