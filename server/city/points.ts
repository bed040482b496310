import type { LineString, MultiLineString, Point, Position } from 'geojson';
import type { CrsName } from '../api/shapes.ts';
import { toWgs84 } from './crs.ts';
import { checkPosition, FeatureProblem } from './geojson.ts';

function readLine(value: unknown, crs: CrsName): Position[] {
  if (!Array.isArray(value) || value.length < 2)
    throw new FeatureProblem('line_with_too_few_positions', 'coordinates', value);
  return value.map((position) => toWgs84(crs, ...checkPosition(position)));
}

/**
 * A feature's geometry as a point or a line in WGS 84; heights are dropped.
 * @throws FeatureProblem that names what is wrong.
 */
export function readPointOrLine(raw: unknown, crs: CrsName): Point | LineString | MultiLineString {
  if (raw === null || raw === undefined) throw new FeatureProblem('no_geometry', 'geometry', null);
  const { type, coordinates } = raw as { type?: unknown; coordinates?: unknown };
  if (type === 'Point') return { type, coordinates: toWgs84(crs, ...checkPosition(coordinates)) };
  if (type === 'LineString') return { type, coordinates: readLine(coordinates, crs) };
  if (type !== 'MultiLineString') throw new FeatureProblem('wrong_geometry_type', 'geometry.type', type ?? null);
  if (!Array.isArray(coordinates) || coordinates.length === 0)
    throw new FeatureProblem('no_coordinates', 'geometry.coordinates', coordinates ?? null);
  return { type, coordinates: coordinates.map((line) => readLine(line, crs)) };
}
