/** Fewer places where there would be too many to tell apart. */
import { TileError } from './grid.ts';

/** A place: its key's offset in the tile (int4), and its stored rank, the smaller the better. */
export type RankedPlace = readonly [offset: number, rank: number];

export interface Thinned {
  /** Indices into the places given, ascending. */
  kept: number[];
  /** How many were left out: to be said on the map, never silently. */
  leftOut: number;
}

/** Levels between a tile and the cells that keep one place each: 128 × 128, a cell 4 pixels of 512. */
const THIN_BELOW = 7;

/** The places of a tile to draw.
 * Up to `limit` places, all. With more, a place stays only if it is the best within its cell at level z + 7. The rule
 * looks at one cell and no further, and a cell lies in one tile: so which places stay agrees on both sides of a seam and
 * does not depend on the tile's other cells. Equal ranks: the smaller offset, then the one given first.
 * @param z the tile's zoom. @param level of the offsets, z + 7..z + 15.
 * @param limit that starts the thinning; what is kept may still exceed it, up to 16,384 (one a cell).
 * @throws TileError when the level cannot tell the cells apart. */
export function thinPlaces(places: readonly RankedPlace[], z: number, level: number, limit: number): Thinned {
  const shift = 2 * (level - z - THIN_BELOW);
  if (!(shift >= 0 && level <= z + 15)) throw new TileError('level', level, `${z + THIN_BELOW}..${z + 15}`);
  if (places.length <= limit) return { kept: places.map((_, i) => i), leftOut: 0 };
  const best = new Map<number, number>();
  places.forEach((place, i) => {
    const cell = place[0] >>> shift;
    const rival = best.get(cell);
    if (rival === undefined || isBetter(place, places[rival]!)) best.set(cell, i);
  });
  const kept = [...best.values()].sort((a, b) => a - b);
  return { kept, leftOut: places.length - kept.length };
}

function isBetter(a: RankedPlace, b: RankedPlace): boolean {
  return a[1] < b[1] || (a[1] === b[1] && a[0] < b[0]);
}
