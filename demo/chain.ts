/** Polygons of groups of cells, made by chaining the lines between them and the rest: exact by construction. */
import type { MultiPolygon, Position } from 'geojson';
import type { Mesh } from './mesh.ts';
import { ringArea } from './plane.ts';

/** The outline of a connected group. Outer ring counter-clockwise, holes clockwise (RFC 7946).
 * @param owner equal for cells of the same group; the border lies where it differs. */
export function outlineOf(mesh: Mesh, cells: readonly number[], owner: ArrayLike<number>): MultiPolygon {
  const next = new Map<number, { to: number; line: number; reversed: boolean }>();
  for (const c of cells) {
    for (const w of mesh.around[c]!) {
      if (owner[w.site] === owner[c]) continue;
      next.set(w.from, { to: w.to, line: w.line, reversed: w.reversed });
    }
  }
  const rings: Position[][] = [];
  while (next.size > 0) {
    const start: number = next.keys().next().value!;
    const ring: Position[] = [];
    let at = start;
    do {
      const step = next.get(at)!;
      next.delete(at);
      const line = mesh.lines.get(step.line)!;
      if (step.reversed) for (let i = line.length - 1; i > 0; i--) ring.push(line[i]!);
      else for (let i = 0; i + 1 < line.length; i++) ring.push(line[i]!);
      at = step.to;
    } while (at !== start);
    ring.push(ring[0]!);
    rings.push(ring);
  }
  const outer = rings.filter((r) => ringArea(r) > 0);
  if (outer.length !== 1) throw new Error(`a group of ${cells.length} cells has ${outer.length} outer rings`);
  return { type: 'MultiPolygon', coordinates: [[outer[0]!, ...rings.filter((r) => r !== outer[0])]] };
}
