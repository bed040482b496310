/** The drawing plane: kilometres east and north of the city centre, and the few figures drawn on it. */
import type { Random } from './random.ts';

export type Point = [x: number, y: number];

export const CENTRE_LNG = 123.95;
export const CENTRE_LAT = 47.35;
const KM_PER_DEGREE_LAT = 111.195;
const KM_PER_DEGREE_LNG = 111.195 * 0.67752;

/** Kilometres to degrees, rounded once to 6 decimals (0.1 m). */
export function toLngLat(x: number, y: number): Point {
  return [
    Math.round((CENTRE_LNG + x / KM_PER_DEGREE_LNG) * 1e6) / 1e6,
    Math.round((CENTRE_LAT + y / KM_PER_DEGREE_LAT) * 1e6) / 1e6,
  ];
}

/** Degrees to kilometres. */
export function toPlane(lng: number, lat: number): Point {
  return [(lng - CENTRE_LNG) * KM_PER_DEGREE_LNG, (lat - CENTRE_LAT) * KM_PER_DEGREE_LAT];
}

/** Signed area, positive when the ring runs counter-clockwise. The ring may be closed or open. */
export function ringArea(ring: readonly (readonly number[])[]): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[j]!;
    const b = ring[i]!;
    sum += a[0]! * b[1]! - b[0]! * a[1]!;
  }
  return sum / 2;
}

/** Even-odd test; a point on the border may fall either way. */
export function inRing(x: number, y: number, ring: readonly (readonly number[])[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[i]!;
    const b = ring[j]!;
    if (a[1]! > y !== b[1]! > y && x < ((b[0]! - a[0]!) * (y - a[1]!)) / (b[1]! - a[1]!) + a[0]!) inside = !inside;
  }
  return inside;
}

/** Distance from a point to a polyline, with the side it lies on and the nearest vertex index. */
export function nearestOnLine(
  x: number,
  y: number,
  line: readonly Point[],
): { distance: number; left: boolean; index: number } {
  let best = Infinity;
  let left = false;
  let index = 0;
  for (let i = 0; i + 1 < line.length; i++) {
    const [ax, ay] = line[i]!;
    const [bx, by] = line[i + 1]!;
    const dx = bx - ax;
    const dy = by - ay;
    const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    const ex = x - ax - t * dx;
    const ey = y - ay - t * dy;
    const d = ex * ex + ey * ey;
    if (d < best) {
      best = d;
      left = dx * (y - ay) - dy * (x - ax) > 0;
      index = i;
    }
  }
  return { distance: Math.sqrt(best), left, index };
}

/** A smooth curve through control points (Catmull-Rom), sampled at about `stepKm`. */
export function smoothLine(control: readonly Point[], stepKm: number, closed = false): Point[] {
  const n = control.length;
  const at = (i: number): Point => (closed ? control[((i % n) + n) % n]! : control[Math.max(0, Math.min(n - 1, i))]!);
  const out: Point[] = [];
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const steps = Math.max(1, Math.round(Math.hypot(p2[0] - p1[0], p2[1] - p1[1]) / stepKm));
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      const mix = (k: 0 | 1): number =>
        0.5 *
        (2 * p1[k] +
          (p2[k] - p0[k]) * t +
          (2 * p0[k] - 5 * p1[k] + 4 * p2[k] - p3[k]) * t * t +
          (3 * p1[k] - p0[k] - 3 * p2[k] + p3[k]) * t * t * t);
      out.push([mix(0), mix(1)]);
    }
  }
  if (!closed) out.push([...control[n - 1]!]);
  return out;
}

/** Midpoint displacement: doubles the points of a line `levels` times, each moved sideways by chance.
 * @param roughness sideways move as a share of the segment's length. */
export function roughen(
  line: readonly Point[],
  levels: number,
  roughness: number,
  random: Random,
  closed = false,
): Point[] {
  let now = line.map((p): Point => [p[0], p[1]]);
  for (let level = 0; level < levels; level++) {
    const next: Point[] = [];
    for (let i = 0; i < now.length; i++) {
      const a = now[i]!;
      next.push(a);
      if (i + 1 === now.length && !closed) break;
      const b = now[(i + 1) % now.length]!;
      const push = random.range(-roughness, roughness);
      next.push([(a[0] + b[0]) / 2 - (b[1] - a[1]) * push, (a[1] + b[1]) / 2 + (b[0] - a[0]) * push]);
    }
    now = next;
  }
  return now;
}

/** A blob: a circle whose radius wanders. Star-shaped about its centre, so never self-crossing.
 * @param wobble 0 = circle, 0.4 = a lobed pond. */
export function blobRadius(random: Random, wobble: number): (angle: number) => number {
  const waves = [2, 3, 5, 8, 13].map((k) => ({
    k,
    a: (random.range(0.4, 1) * wobble) / Math.sqrt(k),
    p: random.range(0, 6.283),
  }));
  return (angle) => 1 + waves.reduce((sum, w) => sum + w.a * Math.sin(w.k * angle + w.p), 0) * 0.7;
}

/** Offsets of a line to one side, in kilometres (left positive), by vertex normals. */
export function offsetLine(line: readonly Point[], offset: (i: number) => number): Point[] {
  return line.map((p, i) => {
    const a = line[Math.max(0, i - 1)]!;
    const b = line[Math.min(line.length - 1, i + 1)]!;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const d = offset(i);
    return [p[0] - ((b[1] - a[1]) / length) * d, p[1] + ((b[0] - a[0]) / length) * d];
  });
}
