/** Cell levels that density is kept at: a tile of zoom z draws level z + 6, for z 0 to 14. */
export const DENSITY_LEVELS = Array.from({ length: 15 }, (_, i) => i + 6);
