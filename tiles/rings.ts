/** Cut features made valid after rounding to tile units: MVT 2.1 (4.3.3) forbids a line to a point to itself, and rings
 * without area. */

type Ring = [x: number, y: number][];

/** A feature as geojson-vt cuts it, in tile units: 1 points, 2 lines, 3 rings. (Its own types do not resolve under NodeNext.) */
export type CutFeature = { id?: number; tags: Record<string, unknown> | null } & (
  { type: 1; geometry: Ring } | { type: 2 | 3; geometry: Ring[] }
);

/** A feature without repeated points, lines of no length and rings of no area; null when nothing is left. */
export function cleanFeature(feature: CutFeature): CutFeature | null {
  if (feature.type === 1) return feature;
  const lines = feature.geometry.map(withoutRepeats);
  const geometry = feature.type === 3 ? keepRings(lines) : lines.filter((line) => line.length > 1);
  return geometry.length === 0 ? null : { ...feature, geometry };
}

function withoutRepeats(line: Ring): Ring {
  return line.filter(([x, y], i) => i === 0 || x !== line[i - 1]![0] || y !== line[i - 1]![1]);
}

/** Rings with area; a hole only while the outer ring before it stays. Outer rings turn clockwise on screen (area > 0), the
 * first ring of a feature is one. */
function keepRings(rings: Ring[]): Ring[] {
  let outerStays = false;
  return rings.filter((ring, i) => {
    const area = doubleArea(ring);
    if (i > 0 && area < 0) return outerStays;
    if (i > 0 && area === 0) return false;
    outerStays = area > 0;
    return outerStays;
  });
}

function doubleArea(ring: Ring): number {
  let area = 0;
  let previous = ring[ring.length - 1]!;
  for (const point of ring) {
    area += previous[0] * point[1] - point[0] * previous[1];
    previous = point;
  }
  return area;
}
