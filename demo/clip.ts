/** Cutting lines at the city's border, quickly. */
import type { Point } from './plane.ts';

/** A test for being inside a ring that costs a few comparisons: the ring's segments are sorted into bands of latitude. */
export function createInside(ring: readonly Point[], bandKm = 1): (x: number, y: number) => boolean {
  const bands = new Map<number, [Point, Point][]>();
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const a = ring[j]!;
    const b = ring[i]!;
    const low = Math.floor(Math.min(a[1], b[1]) / bandKm);
    const high = Math.floor(Math.max(a[1], b[1]) / bandKm);
    for (let k = low; k <= high; k++) {
      const list = bands.get(k);
      if (list) list.push([a, b]);
      else bands.set(k, [[a, b]]);
    }
  }
  return (x, y) => {
    let inside = false;
    for (const [a, b] of bands.get(Math.floor(y / bandKm)) ?? []) {
      if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
    }
    return inside;
  };
}

/** The stretches of a line for which the test holds, cut where it changes (to about 10 m by halving). */
export function clipLine(line: readonly Point[], inside: (x: number, y: number) => boolean): Point[][] {
  const out: Point[][] = [];
  let now: Point[] = [];
  let was = false;
  line.forEach((p, i) => {
    const is = inside(p[0], p[1]);
    if (i > 0 && is !== was) {
      let a = line[i - 1]!;
      let b = p;
      while (Math.hypot(b[0] - a[0], b[1] - a[1]) > 0.01) {
        const m: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
        if (inside(m[0], m[1]) === was) a = m;
        else b = m;
      }
      now.push(was ? a : b);
    }
    if (is) now.push(p);
    else if (now.length > 0) {
      if (now.length > 1) out.push(now);
      now = [];
    }
    was = is;
  });
  if (now.length > 1) out.push(now);
  return out;
}
