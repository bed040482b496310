import { lngToX, latToY } from './mercator.ts';
import type { Light } from '../../server/api/shapes.ts';

/** A case, or a cell that holds several, as the tiles have it. */
export interface CasePoint {
  lng: number;
  lat: number;
  n: number;
  green: number;
  yellow: number;
  red: number;
  /** Set where it is one case. */
  single: { id: number; light: Light | null; caseNo: string; zh: string; en: string } | null;
}

export interface Cluster extends CasePoint {
  /** Pixels. */
  radius: number;
}

/** Radius of a mark, in units of the page's text size: single cases small, a thousand about three times as large. */
export const radiusOf = (n: number, unit: number): number => unit * (n === 1 ? 0.42 : 0.62 + 0.34 * Math.log10(n));

/**
 * Joins what would overlap on the screen, the fullest first: a server's cell is about 8 px, a mark 20 to 50. Greedy over
 * a grid of buckets, so a view of some thousand cells takes milliseconds.
 * @param zoom at which 1 world = 512 × 2^zoom px.
 * @param unit px of one rem.
 * @returns the sum of `n` is that of the input; deterministic for the same input.
 */
export function clusterCases(points: readonly CasePoint[], zoom: number, unit: number): Cluster[] {
  const scale = 512 * 2 ** zoom;
  const bucket = unit * 3.8;
  const xy = points.map((p) => [lngToX(p.lng) * scale, latToY(p.lat) * scale] as const);
  const order = points.map((_, i) => i).sort((a, b) => points[b]!.n - points[a]!.n || a - b);
  const grid = new Map<string, number[]>();
  const keyOf = (x: number, y: number): string => `${Math.floor(x / bucket)} ${Math.floor(y / bucket)}`;
  order.forEach((i) => {
    const key = keyOf(...xy[i]!);
    const list = grid.get(key);
    if (list) list.push(i);
    else grid.set(key, [i]);
  });

  const taken = new Uint8Array(points.length);
  const out: Cluster[] = [];
  for (const i of order) {
    if (taken[i]) continue;
    taken[i] = 1;
    const [x, y] = xy[i]!;
    const members = [i];
    // What is joined makes the mark larger; a reach a little wider than the mark leaves air between marks.
    const reach = Math.min(bucket, radiusOf(points[i]!.n, unit) + unit * 1.7);
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const j of grid.get(keyOf(x + dx * bucket, y + dy * bucket)) ?? []) {
          if (taken[j] || Math.hypot(xy[j]![0] - x, xy[j]![1] - y) > reach) continue;
          taken[j] = 1;
          members.push(j);
        }
      }
    }
    out.push(
      join(
        members.map((j) => points[j]!),
        unit,
      ),
    );
  }
  return out;
}

function join(members: readonly CasePoint[], unit: number): Cluster {
  const first = members[0]!;
  if (members.length === 1) return { ...first, radius: radiusOf(first.n, unit) };
  const sum = { lng: 0, lat: 0, n: 0, green: 0, yellow: 0, red: 0, single: null };
  for (const p of members) {
    sum.n += p.n;
    sum.green += p.green;
    sum.yellow += p.yellow;
    sum.red += p.red;
    sum.lng += p.lng * p.n;
    sum.lat += p.lat * p.n;
  }
  return { ...sum, lng: sum.lng / sum.n, lat: sum.lat / sum.n, radius: radiusOf(sum.n, unit) };
}
