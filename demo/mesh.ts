/** The mesh of unit grids: a dual of the sites' Delaunay triangles whose edges are wiggly lines that cannot cross. */
import { Delaunay } from 'd3-delaunay';
import { toLngLat } from './plane.ts';
import type { Point } from './plane.ts';
import { createRandom } from './random.ts';
import type { Site } from './sites.ts';

export interface Mesh {
  sites: Site[];
  /** Site indices of the city's own cells (one connected piece). */
  cells: number[];
  /** For each site, its neighbours counter-clockwise, with the half-edge whose line lies between them. */
  around: { site: number; line: number; reversed: boolean; from: number; to: number }[][];
  /** Lines by canonical half-edge: degrees, rounded once, shared by both sides. Ends included. */
  lines: Map<number, Point[]>;
  areaKm2: Float64Array;
}

/** How far a triangle's vertex goes from its middle towards its circumcentre: lattices want corners, fields do not. */
function duals(points: Delaunay<Delaunay.Point>, sites: Site[]): Point[] {
  const out: Point[] = [];
  for (let t = 0; t < points.triangles.length / 3; t++) {
    const [a, b, c] = [0, 1, 2].map((k) => sites[points.triangles[3 * t + k]!]!) as [Site, Site, Site];
    const lattice = a.town >= 0 && b.town >= 0 && c.town >= 0;
    const [mx, my] = [(a.x + b.x + c.x) / 3, (a.y + b.y + c.y) / 3];
    const d = 2 * (a.x * (b.y - c.y) + b.x * (c.y - a.y) + c.x * (a.y - b.y));
    const [a2, b2, c2] = [a.x * a.x + a.y * a.y, b.x * b.x + b.y * b.y, c.x * c.x + c.y * c.y];
    const ux = (a2 * (b.y - c.y) + b2 * (c.y - a.y) + c2 * (a.y - b.y)) / d;
    const uy = (a2 * (c.x - b.x) + b2 * (a.x - c.x) + c2 * (b.x - a.x)) / d;
    // Barycentric coordinates of the circumcentre; the vertex must stay well inside its triangle.
    const la =
      ((b.y - c.y) * (ux - c.x) + (c.x - b.x) * (uy - c.y)) / ((b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y));
    const lb =
      ((c.y - a.y) * (ux - c.x) + (a.x - c.x) * (uy - c.y)) / ((b.y - c.y) * (a.x - c.x) + (c.x - b.x) * (a.y - c.y));
    let t1 = lattice ? 0.88 : 0.5;
    const least = lattice ? 0.035 : 0.1;
    for (const l of [la, lb, 1 - la - lb]) if (l < 1 / 3) t1 = Math.min(t1, (1 / 3 - least) / (1 / 3 - l));
    out.push([mx + (ux - mx) * t1, my + (uy - my) * t1]);
  }
  return out;
}

/** The line from one triangle's vertex to the next across the Delaunay edge a-b. It stays inside the kite
 * vertex-a-vertex-b, and kites do not overlap: hence no two lines cross, whatever the noise. */
function wiggle(p: Point, q: Point, a: Site, b: Site, key: number, seed: number): Point[] {
  const random = createRandom(seed, 41, key);
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const side = (r: Point): number => dx * (r[1] - a.y) - dy * (r[0] - a.x);
  const [sp, sq] = [side(p), side(q)];
  const t = sp / (sp - sq);
  const cross = ((p[0] + (q[0] - p[0]) * t - a.x) * dx + (p[1] + (q[1] - p[1]) * t - a.y) * dy) / (dx * dx + dy * dy);
  const length = Math.hypot(q[0] - p[0], q[1] - p[1]);
  const lattice = a.town >= 0 && b.town >= 0 && a.left === b.left;
  const river = a.bank && b.bank && a.left !== b.left;
  const amplitude = lattice ? 0 : river ? 0.1 : 0.5;
  const straight = cross > 0.12 && cross < 0.88;
  if (lattice && straight) return [p, q];
  const middle = Math.max(0.2, Math.min(0.8, cross + amplitude * 0.24 * random.range(-1, 1)));
  const levels = length > 1.1 && !lattice ? 3 : length > 0.45 && !lattice ? 2 : 1;
  const n = 1 << levels;
  const f = new Float64Array(n + 1);
  for (let step = n, push = amplitude; step > 1; step >>= 1, push *= 0.62) {
    for (let i = step / 2; i < n; i += step)
      f[i] = (f[i - step / 2]! + f[i + step / 2]!) / 2 + random.range(-push, push);
  }
  const m: Point = [a.x + dx * middle, a.y + dy * middle];
  const out: Point[] = [p];
  for (let i = 1; i < n; i++) {
    if (i === n / 2) {
      out.push(m);
      continue;
    }
    const s = i / n;
    const near = s < 0.5 ? s * 2 : 2 - s * 2;
    const end = s < 0.5 ? p : q;
    const move = Math.max(-0.75, Math.min(0.75, f[i]! - f[n / 2]! * near)) * near;
    const to = move > 0 ? b : a;
    const w = Math.abs(move) * Math.min(1, length / Math.hypot(dx, dy));
    out.push([
      end[0] + (m[0] - end[0]) * near + (to.x - m[0]) * w,
      end[1] + (m[1] - end[1]) * near + (to.y - m[1]) * w,
    ]);
  }
  out.push(q);
  return out;
}

/** Builds the mesh; sites outside the city, or cut off from the rest of it, serve only as its neighbours. */
export function buildMesh(sites: Site[], seed: number): Mesh {
  const points = Delaunay.from(
    sites,
    (s) => s.x,
    (s) => s.y,
  );
  const vertices = duals(points, sites);
  const { triangles, halfedges } = points;
  const around: Mesh['around'] = sites.map(() => []);
  const lines = new Map<number, Point[]>();
  const start = new Int32Array(sites.length).fill(-1);
  for (let e = 0; e < triangles.length; e++) start[triangles[e]!] = e;
  const areaKm2 = new Float64Array(sites.length);
  for (let i = 0; i < sites.length; i++) {
    if (!sites[i]!.inside) continue;
    walkAround(i);
  }
  function walkAround(i: number): void {
    const first = start[i]!;
    let e = first;
    do {
      // Delaunator's triangles run clockwise in a y-up plane, so this walk is checked by the sign of the area below.
      const t = Math.floor(e / 3);
      const out = e % 3 === 0 ? e + 2 : e - 1;
      const next = halfedges[out]!;
      if (next < 0) throw new Error(`site ${i} of the city lies on the hull: the margin is too narrow`);
      const key = Math.min(out, next);
      if (!lines.has(key)) {
        const from = Math.floor(key / 3);
        const to = Math.floor(halfedges[key]! / 3);
        const [a, b] = [sites[triangles[key]!]!, sites[triangles[key % 3 === 2 ? key - 2 : key + 1]!]!];
        lines.set(
          key,
          wiggle(vertices[from]!, vertices[to]!, a, b, key, seed).map(([x, y]) => toLngLat(x, y)),
        );
      }
      around[i]!.push({ site: triangles[out]!, line: key, reversed: key !== out, from: t, to: Math.floor(next / 3) });
      e = next;
    } while (e !== first);
    let twice = 0;
    for (const { from, to } of around[i]!)
      twice += vertices[from]![0] * vertices[to]![1] - vertices[to]![0] * vertices[from]![1];
    if (twice < 0) {
      around[i] = around[i]!.reverse().map((w) => ({ ...w, from: w.to, to: w.from, reversed: !w.reversed }));
    }
    areaKm2[i] = Math.abs(twice) / 2;
  }
  return { sites, cells: largestPiece(sites, around), around, lines, areaKm2 };
}

function largestPiece(sites: Site[], around: Mesh['around']): number[] {
  const seen = new Uint8Array(sites.length);
  let best: number[] = [];
  for (let i = 0; i < sites.length; i++) {
    if (seen[i] || !sites[i]!.inside) continue;
    const piece = [i];
    seen[i] = 1;
    for (let k = 0; k < piece.length; k++) {
      for (const { site } of around[piece[k]!]!) {
        if (seen[site] || !sites[site]!.inside) continue;
        seen[site] = 1;
        piece.push(site);
      }
    }
    if (piece.length > best.length) best = piece;
  }
  for (const s of sites) s.inside = false;
  for (const i of best) sites[i]!.inside = true;
  return best.sort((a, b) => a - b);
}
