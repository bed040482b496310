/** GeoJSON geometries as weighed lines, and back at a tolerance. */
import type { Geometry, Position } from 'geojson';
import { weighLines } from './arcs.ts';
import type { Line, WeighedLine } from './arcs.ts';

/** A feature of a named layer. */
export interface PolygonFeature {
  layer: string;
  /** 0..2^53 - 1, kept as the feature's id. */
  id?: number;
  /** WGS 84. Shared borders must share their vertices for the simplification to keep them together. */
  geometry: Geometry;
  /** Nulls are left out. */
  properties: Record<string, string | number | boolean | null>;
  /** Zooms at which it is drawn, both ends included; all unless told. */
  minZoom?: number;
  maxZoom?: number;
}

/** A feature and its lines: by polygon, by ring (a line string is one part of one line; points have none). */
export interface WeighedFeature {
  source: PolygonFeature;
  parts: WeighedLine[][];
  box: Box;
}

/** Unit-square coordinates; of nothing, a box that meets nothing. */
export type Box = [west: number, north: number, east: number, south: number];

/** Weighs the borders of all features together. Features without coordinates stay, and draw nothing. */
export function weighFeatures(features: readonly PolygonFeature[]): WeighedFeature[] {
  const parts = features.map((feature) => partsOf(feature.geometry));
  const weighed = weighLines(parts.flat(2));
  let next = 0;
  return features.map((source, i) => {
    const own = parts[i]!.map((lines) => lines.map(() => weighed[next++]!));
    return { source, parts: own, box: boxOf([...own.flat().map((line) => line.coords), pointsOf(source.geometry)]) };
  });
}

function boxOf(runs: ArrayLike<number>[]): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const run of runs) {
    for (let i = 0; i < run.length; i += 2) {
      box[0] = Math.min(box[0], run[i]!);
      box[1] = Math.min(box[1], run[i + 1]!);
      box[2] = Math.max(box[2], run[i]!);
      box[3] = Math.max(box[3], run[i + 1]!);
    }
  }
  return box;
}

function pointsOf(geometry: Geometry): number[] {
  if (geometry.type === 'Point') return project(geometry.coordinates);
  return geometry.type === 'MultiPoint' ? geometry.coordinates.flatMap(project) : [];
}

function partsOf(geometry: Geometry): Line[][] {
  switch (geometry.type) {
    case 'Polygon':
      return ringsOf([geometry.coordinates]);
    case 'MultiPolygon':
      return ringsOf(geometry.coordinates);
    case 'LineString':
      return [[toLine(geometry.coordinates, false)]].filter(([line]) => line!.coords.length >= 4);
    case 'MultiLineString':
      return geometry.coordinates.map((line) => [toLine(line, false)]).filter(([line]) => line!.coords.length >= 4);
    default:
      return [];
  }
}

function ringsOf(polygons: Position[][][]): Line[][] {
  return polygons.map((rings) => rings.map((ring) => toLine(ring, true))).filter((rings) => isRing(rings[0]));
}

function isRing(line: Line | undefined): boolean {
  return line !== undefined && line.coords.length >= 8;
}

/** A line in the unit square, without repeated neighbours; a ring closed, if its source was not. */
function toLine(positions: readonly Position[], closed: boolean): Line {
  const coords: number[] = [];
  for (const position of positions) {
    const [x, y] = project(position);
    const last = coords.length - 2;
    if (coords[last] !== x || coords[last + 1] !== y) coords.push(x, y);
  }
  const end = coords.length - 2;
  if (closed && (coords[0] !== coords[end] || coords[1] !== coords[end + 1])) coords.push(coords[0]!, coords[1]!);
  return { coords: Float64Array.from(coords), closed };
}

/** Web Mercator in the unit square, y to the south; latitudes beyond its ends lie on them. */
function project([lng, lat]: Position): [x: number, y: number] {
  const sin = Math.sin((lat! * Math.PI) / 180);
  const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
  return [lng! / 360 + 0.5, Math.max(0, Math.min(1, y))];
}

/** A feature's geometry at a tolerance.
 * @param tolerance in units of the world's side; 0 keeps every vertex.
 * @returns unit-square coordinates; null when nothing is left of it. Rings that keep fewer than three corners go, and
 * with an outer ring its holes. */
export function simplify({ source, parts }: WeighedFeature, tolerance: number): Geometry | null {
  const { geometry } = source;
  switch (geometry.type) {
    case 'Point':
      return { type: 'Point', coordinates: project(geometry.coordinates) };
    case 'MultiPoint':
      return { type: 'MultiPoint', coordinates: geometry.coordinates.map(project) };
    case 'LineString':
    case 'MultiLineString': {
      const coordinates = parts.map(([line]) => keep(line!, tolerance));
      return coordinates.length === 0 ? null : { type: 'MultiLineString', coordinates };
    }
    default: {
      const coordinates = parts
        .map((rings) => rings.map((ring) => keep(ring, tolerance)).filter((ring, i) => i === 0 || ring.length >= 4))
        .filter((rings) => rings[0]!.length >= 4);
      return coordinates.length === 0 ? null : { type: 'MultiPolygon', coordinates };
    }
  }
}

function keep({ coords, weights }: WeighedLine, tolerance: number): Position[] {
  const limit = tolerance * tolerance;
  const kept: Position[] = [];
  for (let i = 0; i < weights.length; i++) {
    if (tolerance === 0 || weights[i]! > limit) kept.push([coords[2 * i]!, coords[2 * i + 1]!]);
  }
  return kept;
}
