import type { TileIndex } from './mercator.ts';

/** A tile's content and the part of the ground that it is drawn on: the tile's own, or one below it. */
export interface Drawn<T> {
  value: T;
  from: TileIndex;
  on: TileIndex;
}

/** So many zooms a tile stands in for one below it. */
const UP = 4;

/** What is drawn where a tile of the view is not there yet: its part of the nearest tile above, or the tiles just below. They do not
 * overlap. @param get what is here of a tile, or null. */
export function standIns<T>(tile: TileIndex, get: (tile: TileIndex) => { value: T } | null): Drawn<T>[] {
  const { z, x, y } = tile;
  for (let up = 0; up <= Math.min(UP, z); up++) {
    const from = { z: z - up, x: x >> up, y: y >> up };
    const found = get(from);
    if (found) return [{ value: found.value, from, on: tile }];
  }
  return [0, 1, 2, 3].flatMap((k) => {
    const below = { z: z + 1, x: 2 * x + (k & 1), y: 2 * y + (k >> 1) };
    const found = get(below);
    return found ? [{ value: found.value, from: below, on: below }] : [];
  });
}
