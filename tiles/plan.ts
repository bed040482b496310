/** Which level of cells a tile draws. Decisions without effect. */

/** The levels of density that are stored: what zoom 0 and zoom 14 draw. */
export const MIN_DENSITY_LEVEL = 6;
export const MAX_DENSITY_LEVEL = 20;

/** Levels between a tile and the cells drawn on it: 64 × 64 cells, a cell 8 pixels of 512. */
const CELLS_BELOW = 6;

/** The level of the density cells that a tile draws.
 * @param z the tile's zoom, ≥ 0.
 * @returns z + 6 up to zoom 14 (64 × 64 cells, at most 4,096 features a tile); null beyond, where places are drawn. */
export function densityLevel(z: number): number | null {
  const level = z + CELLS_BELOW;
  return level <= MAX_DENSITY_LEVEL ? level : null;
}

/** The level on which cases are grouped on a tile. A cell with one case is drawn as that case; a cell with more, as
 * one feature with their counts; so a tile never has more than 4,096 features, however many cases are open.
 * @param z the tile's zoom, ≥ 0.
 * @returns z + 6, at most 31 (cases at one and the same position stay together at any zoom). */
export function caseLevel(z: number): number {
  return Math.min(z + CELLS_BELOW, 31);
}
