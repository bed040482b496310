/** From keys to positions inside a tile, in tile units (0..extent - 1, from the north-west corner). */
import { POSITION_LEVEL, TileError } from './grid.ts';
import type { Tile } from './grid.ts';
import { compactX, compactY, decodeCell } from './morton.ts';

/** Positions in tile units, one per row, in the order of the rows. */
export interface TilePositions {
  xs: Int32Array;
  ys: Int32Array;
}

/** The centres of a tile's cells.
 * @param offsets int4 keys from the tile's first key at `level` (`(cell - first)::int4`).
 * @param z the tile's zoom.
 * @param level of the cells, z..z + 15. With z + 12 and extent 4096 a cell is one unit, and its centre that unit.
 * @throws TileError when an offset of the level would not fit in int4. */
export function cellsToTileXY(offsets: ArrayLike<number>, z: number, level: number, extent = 4096): TilePositions {
  if (!(level >= z && level <= z + 15)) throw new TileError('level', level, `${z}..${z + 15}`);
  const size = extent / 2 ** (level - z);
  const xs = new Int32Array(offsets.length);
  const ys = new Int32Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    xs[i] = (compactX(offset) + 0.5) * size; // an Int32Array drops the fraction: the unit in which the centre lies
    ys[i] = (compactY(offset) + 0.5) * size;
  }
  return { xs, ys };
}

/** The level at which a point's offset is exact in tile units of 4,096 and still fits in int4.
 * SQL: `((cell - first31) >> 2 * (31 - pointLevel))::int4`. */
export function pointLevel(z: number): number {
  return Math.min(POSITION_LEVEL, z + 12);
}

/** Positions of points from int4 offsets at pointLevel(z): what pointsToTileXY gives, without a bigint (extent 4096). */
export function pointOffsetsToTileXY(offsets: ArrayLike<number>, z: number): TilePositions {
  const shift = Math.max(0, z + 12 - POSITION_LEVEL);
  const xs = new Int32Array(offsets.length);
  const ys = new Int32Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    xs[i] = compactX(offset) << shift;
    ys[i] = compactY(offset) << shift;
  }
  return { xs, ys };
}

/** Positions of points from their whole level-31 keys, by exact shift.
 * @param cells keys as bigint, or as the text that pg gives for int8.
 * @param tile that they lie in; a point outside it gets a position outside 0..extent - 1.
 * @param extent a power of two. */
export function pointsToTileXY(cells: ArrayLike<bigint | string>, tile: Tile, extent = 4096): TilePositions {
  const unit = 2 ** (POSITION_LEVEL - tile.z) / extent; // level-31 cells per tile unit; below 1 the shift is to the left
  const west = tile.x * 2 ** (POSITION_LEVEL - tile.z);
  const north = tile.y * 2 ** (POSITION_LEVEL - tile.z);
  const xs = new Int32Array(cells.length);
  const ys = new Int32Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const [x, y] = decodeCell(BigInt(cells[i]!));
    xs[i] = Math.floor((x - west) / unit);
    ys[i] = Math.floor((y - north) / unit);
  }
  return { xs, ys };
}
