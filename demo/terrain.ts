/** What lies under the divisions: the border, the main stream, the towns' extent and street lattices. */
import { CITY_AREA_KM2, LAKES, OUTLINE, RIVER, TOWNS } from './layout.ts';
import type { Town } from './layout.ts';
import { blobRadius, inRing, nearestOnLine, ringArea, roughen, smoothLine } from './plane.ts';
import type { Point } from './plane.ts';
import { createNoise, createRandom } from './random.ts';
import type { Random } from './random.ts';

export interface TownGround extends Town {
  index: number;
  /** Distance to the town's edge in km: negative inside. */
  edge(x: number, y: number): number;
  /** The town's edge as a ring, not closed, counter-clockwise. */
  rim: Point[];
  /** Lattice coordinates (a block a unit, streets at halves) to the plane; warped, so that streets bend a little. */
  point(u: number, v: number): Point;
}

export interface Terrain {
  seed: number;
  outline: Point[];
  /** Centreline of the main stream. */
  river: Point[];
  towns: TownGround[];
  /** Shores of the named lakes, in their order. */
  lakes: Point[][];
  /** Half the main stream's width at a vertex of `river`, km. */
  riverHalfWidth(index: number): number;
}

function prepareTown(town: Town, index: number, seed: number): TownGround {
  const radius = blobRadius(createRandom(seed, 21, index), town.kind === 'old' ? 0.16 : 0.3);
  const bendX = createNoise(seed * 31 + index * 2 + 1);
  const bendY = createNoise(seed * 31 + index * 2 + 2);
  const cos = Math.cos((town.turn * Math.PI) / 180);
  const sin = Math.sin((town.turn * Math.PI) / 180);
  return {
    ...town,
    index,
    rim: Array.from({ length: 64 }, (_, i): Point => {
      const angle = (i / 32) * Math.PI;
      const r = town.radiusKm * radius(angle);
      return [town.x + r * Math.cos(angle), town.y + r * Math.sin(angle)];
    }),
    edge: (x, y) => {
      const dx = x - town.x;
      const dy = y - town.y;
      return Math.hypot(dx, dy) - town.radiusKm * radius(Math.atan2(dy, dx));
    },
    point: (u, v) => {
      const a = (u + 0.55 * bendX(u / 6, v / 6)) * town.blockX;
      const b = (v + 0.55 * bendY(u / 6, v / 6)) * town.blockY;
      return [town.x + a * cos - b * sin, town.y + a * sin + b * cos];
    },
  };
}

/** A meander: the line pushed sideways by noise, less where `calm` says so (0 to 1). */
export function meander(
  line: Point[],
  noise: (x: number, y: number) => number,
  km: number,
  wave: number,
  calm: (p: Point) => number,
): Point[] {
  let run = 0;
  return line.map((p, i) => {
    const a = line[Math.max(0, i - 1)]!;
    const b = line[Math.min(line.length - 1, i + 1)]!;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    run += Math.hypot(p[0] - a[0], p[1] - a[1]);
    const ends = Math.min(1, i / 6, (line.length - 1 - i) / 6);
    const push =
      (Math.sin(run / wave + 2.5 * noise(run / wave / 5, 9.5)) * 0.7 + noise(run / wave, 3.5)) * km * calm(p) * ends;
    return [p[0] - ((b[1] - a[1]) / length) * push, p[1] + ((b[0] - a[0]) / length) * push];
  });
}

/** Builds the ground of the city from the seed. */
export function buildTerrain(seed: number): Terrain {
  const rough = roughen(smoothLine(OUTLINE, 14, true), 4, 0.27, createRandom(seed, 11), true);
  const grow = Math.sqrt(CITY_AREA_KM2 / Math.abs(ringArea(rough)));
  const outline = rough.map(([x, y]): Point => [12 + (x - 12) * grow, y * grow]);
  const calm = (p: Point): number => Math.min(1, 0.16 + Math.max(0, Math.hypot(p[0], p[1]) - 7) / 25);
  const river = meander(smoothLine(RIVER, 0.6), createNoise(seed * 7 + 3), 1.9, 2.6, calm);
  const width = createNoise(seed * 7 + 4);
  return {
    seed,
    outline,
    river,
    towns: TOWNS.map((t, i) => prepareTown(t, i, seed)),
    lakes: LAKES.map((l, k) => shore(l.x, l.y, l.radiusKm * 0.8, l.stretch, 0.5, createRandom(seed, 92, k), 72)),
    riverHalfWidth: (i) => 0.27 + 0.09 * width(i / 9, 0.5) + 0.03 * width(i / 2, 7.5),
  };
}

/** A natural-looking closed shore: a blob whose edge is roughened a little. */
export function shore(
  x: number,
  y: number,
  radiusKm: number,
  stretch: number,
  wobble: number,
  random: Random,
  points = 40,
): Point[] {
  const radius = blobRadius(random, wobble);
  const wide = Math.sqrt(stretch);
  const ring = Array.from({ length: points }, (_, i): Point => {
    const a = (i / points) * 2 * Math.PI;
    const r = radiusKm * radius(a);
    return [x + r * Math.cos(a) * wide, y + (r * Math.sin(a)) / wide];
  });
  return roughen(ring, 1, 0.16, random, true);
}

/** Whether a point lies in the main stream (with a margin) or in a named lake. */
export function isWet(terrain: Terrain, x: number, y: number): boolean {
  if (terrain.lakes.some((ring) => inRing(x, y, ring))) return true;
  const { distance, index } = riverSide(terrain, x, y);
  return distance < terrain.riverHalfWidth(index) * 1.3 + 0.05;
}

/** The town a point lies in, or null. */
export function townAt(terrain: Terrain, x: number, y: number): TownGround | null {
  return (
    terrain.towns.find(
      (t) => Math.abs(x - t.x) < 2 * t.radiusKm && Math.abs(y - t.y) < 2 * t.radiusKm && t.edge(x, y) < 0,
    ) ?? null
  );
}

/** Wanted distance between unit-grid sites at a point, km. */
export function spacingAt(terrain: Terrain, x: number, y: number): number {
  let best = 2.5;
  for (const t of terrain.towns) {
    if (Math.abs(t.x - x) > 12 || Math.abs(t.y - y) > 12) continue;
    best = Math.min(best, t.blockX * 1.05 + 0.36 * Math.max(0, t.edge(x, y)));
  }
  return best;
}

/** Whether a point lies on the left (east, seen downstream) bank, and how far off it is. */
export function riverSide(terrain: Terrain, x: number, y: number): { distance: number; left: boolean; index: number } {
  return nearestOnLine(x, y, terrain.river);
}
