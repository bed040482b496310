/** Simplification that neighbours share. Rings are cut into arcs where borders meet; each arc is weighed once, in one
 * direction, from one end to the other. Two polygons that share a border (vertex by vertex) therefore drop the same vertices
 * at every zoom, and no gap opens between them. The usual way, Douglas-Peucker ring by ring, starts each ring elsewhere and
 * opens gaps of up to twice its tolerance. Source: Douglas and Peucker 1973; the cutting is TopoJSON's. */

import { VertexTable } from './vertices.ts';
import type { Line } from './vertices.ts';

export type { Line } from './vertices.ts';

/** A line and what its vertices weigh: the squared distance below which a tolerance drops them; Infinity never goes. */
export interface WeighedLine extends Line {
  weights: Float64Array;
}

/** Weighs every vertex of a set of lines against all the others.
 * @param lines without repeated neighbours. Those of several layers may be weighed together: borders then agree between layers.
 * @returns the lines in their order; a ring may come back rotated, to start where borders meet. A vertex dropped at a
 * tolerance is within it of the line that stays, exactly (a vertex never outweighs the one that its arc was split at). */
export function weighLines(lines: readonly Line[]): WeighedLine[] {
  const vertices = new VertexTable(lines.reduce((sum, line) => sum + line.coords.length / 2, 0));
  const ids = lines.map((line) => vertices.addLine(line));
  return lines.map((line, i) => weighLine(line, ids[i]!, vertices));
}

function weighLine(line: Line, ids: Int32Array, vertices: VertexTable): WeighedLine {
  const { coords, ids: turned } = line.closed ? rotate(line.coords, ids, vertices) : { coords: line.coords, ids };
  const weights = new Float64Array(turned.length);
  let start = 0;
  for (let end = 1; end < turned.length; end++) {
    if (end < turned.length - 1 && !vertices.isNode(turned[end]!)) continue;
    weighArc(coords, weights, start, end);
    start = end;
  }
  return { coords, closed: line.closed, weights };
}

/** Turns a ring to start at a node; a ring without one (an island, and the hole it lies in), at its most north-western vertex. */
function rotate(
  coords: Float64Array,
  ids: Int32Array,
  vertices: VertexTable,
): { coords: Float64Array; ids: Int32Array } {
  const count = ids.length - 1;
  let first = ids.subarray(0, count).findIndex((id) => vertices.isNode(id));
  if (first < 0) {
    first = 0;
    for (let i = 1; i < count; i++) if (compare(coords, i, first) < 0) first = i;
  }
  const turned = new Float64Array(coords.length);
  const turnedIds = new Int32Array(ids.length);
  for (let i = 0; i <= count; i++) {
    const from = (first + i) % count;
    turned[2 * i] = coords[2 * from]!;
    turned[2 * i + 1] = coords[2 * from + 1]!;
    turnedIds[i] = ids[from]!;
  }
  return { coords: turned, ids: turnedIds };
}

function compare(coords: Float64Array, a: number, b: number): number {
  return coords[2 * a]! - coords[2 * b]! || coords[2 * a + 1]! - coords[2 * b + 1]!;
}

/** Douglas-Peucker over one arc, always from its smaller end, so that both neighbours compute the same numbers. */
function weighArc(coords: Float64Array, weights: Float64Array, start: number, end: number): void {
  weights[start] = weights[end] = Infinity;
  // a closed arc has equal ends: there the second vertex and the last but one decide
  const order = compare(coords, start, end) || compare(coords, start + 1, end - 1);
  const step = order <= 0 ? 1 : -1;
  const stack: [from: number, to: number, limit: number][] = [
    step > 0 ? [start, end, Infinity] : [end, start, Infinity],
  ];
  for (let span = stack.pop(); span; span = stack.pop()) {
    const [from, to, limit] = span;
    let farthest = -1;
    let distance = -1;
    for (let i = from + step; i !== to; i += step) {
      const d = squaredDistance(coords, i, from, to);
      if (d > distance) {
        distance = d;
        farthest = i;
      }
    }
    if (farthest < 0) continue;
    const weight = Math.min(distance, limit);
    weights[farthest] = weight;
    stack.push([from, farthest, weight], [farthest, to, weight]);
  }
}

function squaredDistance(coords: Float64Array, p: number, a: number, b: number): number {
  let x = coords[2 * a]!;
  let y = coords[2 * a + 1]!;
  const dx = coords[2 * b]! - x;
  const dy = coords[2 * b + 1]! - y;
  const px = coords[2 * p]!;
  const py = coords[2 * p + 1]!;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - x) * dx + (py - y) * dy) / length));
  x += t * dx;
  y += t * dy;
  return (px - x) ** 2 + (py - y) ** 2;
}
