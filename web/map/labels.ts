import { latToY, lngToX } from './mercator.ts';
import type { MapDivision } from './types.ts';

/** Rough width of a line of text, in em: CJK is square, Latin about half. */
export function widthEm(text: string): number {
  let em = 0;
  for (const char of text) em += char.codePointAt(0)! > 0x2e7f ? 1 : 0.56;
  return em;
}

/** A mark that a label should not cover. */
export interface Obstacle {
  lng: number;
  lat: number;
  /** Pixels. */
  radius: number;
}

export interface PlacedLabel {
  division: MapDivision;
  /** Pixels from the division's own label point. */
  offset: [number, number];
}

/** Where a label may stand, in em from its point, the best place first. */
const PLACES: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, -1.6],
  [0, 1.6],
  [-1.8, -0.8],
  [1.8, -0.8],
  [-1.8, 0.8],
  [1.8, 0.8],
  [0, -3],
  [0, 3],
  [-3.4, 0],
  [3.4, 0],
];

/** A label that would lie on marks with more than this share of its area is left out: two unread are worse than one. */
const MOST_COVERED = 0.16;

/**
 * The labels that fit without touching one another, the weightiest first, each moved a little where it would cover marks.
 * @param zoom at which 1 world = 512 × 2^zoom px.
 * @param fontPx size of the first line; the second is a little smaller.
 */
export function placeLabels(
  divisions: readonly MapDivision[],
  obstacles: readonly Obstacle[],
  zoom: number,
  fontPx: number,
): PlacedLabel[] {
  const scale = 512 * 2 ** zoom;
  const marks = obstacles.map(({ lng, lat, radius }) =>
    boxAround(lngToX(lng) * scale, latToY(lat) * scale, radius, radius),
  );
  const kept: Box[] = [];
  const placed: PlacedLabel[] = [];
  for (const division of [...divisions].sort((a, b) => b.weight - a.weight || a.id - b.id)) {
    const half = (Math.max(widthEm(division.name), widthEm(division.figure) * 0.85) * fontPx) / 2 + fontPx * 0.3;
    const x = lngToX(division.label[0]) * scale;
    const y = latToY(division.label[1]) * scale;
    let best: { box: Box; offset: [number, number]; cost: number } | undefined;
    for (const [dx, dy] of PLACES) {
      const offset: [number, number] = [dx * fontPx, dy * fontPx];
      const box = boxAround(x + offset[0], y + offset[1], half, fontPx * 1.2);
      if (kept.some((other) => shared(other, box) > 0)) continue;
      const cost = marks.reduce((sum, mark) => sum + shared(mark, box), 0);
      if (!best || cost < best.cost) best = { box, offset, cost };
      if (cost === 0) break;
    }
    if (!best || best.cost > areaOf(best.box) * MOST_COVERED) continue;
    kept.push(best.box);
    placed.push({ division, offset: best.offset });
  }
  return placed;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const boxAround = (x: number, y: number, halfWidth: number, halfHeight: number): Box => ({
  left: x - halfWidth,
  right: x + halfWidth,
  top: y - halfHeight,
  bottom: y + halfHeight,
});

const areaOf = (box: Box): number => (box.right - box.left) * (box.bottom - box.top);

/** Area that two boxes share. */
const shared = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
