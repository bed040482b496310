import type { LineString, MultiLineString, Point } from 'geojson';
import type { CrsName } from '../../api/shapes.ts';
import { FeatureProblem, readPointOrLine } from '../../city/index.ts';
import type { SourceRow } from './source.ts';

/** Beyond it Web Mercator has no place. */
const MAX_LAT = 85;

/** A number as files write it, or NaN. */
export function numberOf(text: string): number {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/**
 * Where a row lies, in WGS 84: its geometry, or its lng and lat. Nothing lies at 0, 0.
 * @param lng @param lat names of its columns.
 * @throws FeatureProblem that names what is wrong.
 */
export function readPosition(
  row: SourceRow,
  crs: CrsName,
  lng: string,
  lat: string,
): Point | LineString | MultiLineString {
  const wrong = (field: string, value: string) => new FeatureProblem('no_position', field, value);
  if (row.geometry !== undefined) {
    const shape = readPointOrLine(row.geometry, crs);
    const [x = 0, y = 0] = shape.type === 'Point' ? shape.coordinates : [1];
    if (Math.abs(y) > MAX_LAT || (x === 0 && y === 0)) throw wrong('geometry', JSON.stringify(shape.coordinates));
    return shape;
  }
  const [x, y] = [numberOf(row.text(lng)), numberOf(row.text(lat))];
  if (Number.isNaN(x) || Math.abs(x) > 180) throw wrong('lng', row.text(lng));
  if (Number.isNaN(y) || Math.abs(y) > MAX_LAT || (x === 0 && y === 0)) throw wrong('lat', row.text(lat));
  return readPointOrLine({ type: 'Point', coordinates: [x, y] }, crs);
}
