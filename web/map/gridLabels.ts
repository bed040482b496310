import type { MapDivision } from './types.ts';

/** From this zoom on, grids have room for their names. */
export const NAMES_FROM_ZOOM = 13;

/** A part of a grid, as a tile has it. */
export interface GridPart {
  id: number;
  name: string;
  /** Corners in degrees; of several rings one after the other. */
  corners: readonly (readonly number[])[];
}

/** One label a grid, in the middle of what is in view of it: the parts that tiles cut it into are taken together. */
export function gridLabels(parts: readonly GridPart[]): MapDivision[] {
  const boxes = new Map<number, { name: string; west: number; south: number; east: number; north: number }>();
  for (const { id, name, corners } of parts) {
    const box = boxes.get(id) ?? { name, west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
    for (const [lng = 0, lat = 0] of corners) {
      box.west = Math.min(box.west, lng);
      box.east = Math.max(box.east, lng);
      box.south = Math.min(box.south, lat);
      box.north = Math.max(box.north, lat);
    }
    boxes.set(id, box);
  }
  return [...boxes]
    .filter(([, { west }]) => west !== Infinity)
    .sort(([a], [b]) => a - b)
    .map(([id, { name, west, south, east, north }]) => ({
      // Divisions have positive ids.
      id: -id,
      name,
      figure: '',
      color: '',
      label: [(west + east) / 2, (south + north) / 2] as const,
      weight: (east - west) * (north - south),
    }));
}
