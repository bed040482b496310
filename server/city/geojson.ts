import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { MultiPolygon, Position } from 'geojson';
import type { CrsName } from '../api/shapes.ts';
import { badRequest, HekanError } from '../errors.ts';
import { checkText, fileError } from '../files/index.ts';
import { toWgs84 } from './crs.ts';

/** A feature as it stands in the file. */
export interface RawFeature {
  /** Its place in the file, 1 = the first. */
  number: number;
  id: unknown;
  properties: Record<string, unknown>;
  geometry: unknown;
}

export interface GeoJsonFile {
  features: RawFeature[];
  sha256: string;
}

/** Why a feature is not taken in. */
export class FeatureProblem extends Error {
  readonly reason: string;
  readonly field: string;
  readonly value: string;

  constructor(reason: string, field: string, value: unknown) {
    super(reason);
    this.reason = reason;
    this.field = field;
    this.value = (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)).slice(0, 200);
  }
}

export const OUT_OF_RANGE = 'coordinates_out_of_range';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    const why =
      cause instanceof RangeError ? 'brackets are nested too deep, or it is too large' : (cause as Error).message;
    throw new HekanError('bad_request', `file: ${file} is not JSON: ${why.slice(0, 200)}`, {
      field: 'file',
      given: file,
      cause,
    });
  }
}

/** EPSG:4326 and its names in GeoJSON of 2008; EPSG:4490 is CGCS2000. */
const WGS84_NAMES = /(CRS:?84|EPSG:+(?:[\d.]*:)?4326)$/i;
const CGCS2000_NAMES = /EPSG:+(?:[\d.]*:)?4490$/i;

/** A file that says which coordinates it has must not say otherwise than the option. */
function checkCrs(member: unknown, crs: CrsName): void {
  if (member === undefined || member === null) return;
  const properties = isRecord(member) ? member['properties'] : undefined;
  const name = isRecord(properties) ? properties['name'] : undefined;
  const text = typeof name === 'string' ? name : JSON.stringify(member);
  const geographic = WGS84_NAMES.test(text) || CGCS2000_NAMES.test(text);
  if (geographic && (crs === 'wgs84' || crs === 'cgcs2000')) return;
  const advice = geographic
    ? `GCJ-02 and BD-09 have no such name; if the file is ${crs} and only labelled wrongly, remove its "crs" member`
    : 'it must be in degrees: convert it first, e.g. ogr2ogr -t_srs EPSG:4326 out.geojson in.geojson';
  throw new HekanError(
    'bad_request',
    `crs: the file says its coordinates are ${text.slice(0, 100)}, --crs says ${crs}; ${advice}`,
    {
      field: 'crs',
      given: crs,
    },
  );
}

function toFeature(value: unknown, index: number): RawFeature {
  const feature = isRecord(value) ? value : {};
  const properties = isRecord(feature['properties']) ? feature['properties'] : {};
  return { number: index + 1, id: feature['id'], properties, geometry: feature['geometry'] };
}

/**
 * Reads the features of a GeoJSON file: a FeatureCollection, or one Feature.
 * @throws HekanError('bad_request'): not there, not text, not JSON, not GeoJSON, or coordinates that contradict `crs`.
 */
export function readGeoJson(file: string, crs: CrsName): GeoJsonFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw fileError('file', file, cause);
  }
  checkText(file, bytes, 'utf-8', 'GeoJSON');
  const json = parseJson(file, bytes);
  const type = isRecord(json) ? json['type'] : undefined;
  const list = isRecord(json) && type === 'Feature' ? [json] : isRecord(json) ? json['features'] : undefined;
  if (!isRecord(json) || (type !== 'FeatureCollection' && type !== 'Feature') || !Array.isArray(list)) {
    const given = isRecord(json)
      ? `"type": ${type === undefined ? 'missing' : JSON.stringify(type)}`
      : JSON.stringify(json).slice(0, 50);
    throw badRequest(
      'file',
      `${given} in ${file}`,
      'GeoJSON with "type": "FeatureCollection" and "features", or one "Feature"',
    );
  }
  if (list.length === 0) throw badRequest('file', file, 'at least one feature');
  checkCrs(json['crs'], crs);
  return { features: list.map(toFeature), sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** @throws FeatureProblem for what is no [lng, lat] in degrees. */
export function checkPosition(value: unknown): [number, number] {
  const [lng, lat] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof lng !== 'number' || typeof lat !== 'number' || !Number.isFinite(lng) || !Number.isFinite(lat)) {
    throw new FeatureProblem('not_a_position', 'coordinates', value);
  }
  if (Math.abs(lng) > 180 || Math.abs(lat) > 90) throw new FeatureProblem(OUT_OF_RANGE, 'coordinates', value);
  return [lng, lat];
}

interface Ring {
  positions: Position[];
  closed: boolean;
}

/** A ring in WGS 84, closed where the file left it open; heights are dropped. */
function readRing(value: unknown, crs: CrsName): Ring {
  if (!Array.isArray(value)) throw new FeatureProblem('not_a_ring', 'coordinates', value);
  const given = value.map(checkPosition);
  const [first, last] = [given[0], given.at(-1)];
  const open = first !== undefined && last !== undefined && (first[0] !== last[0] || first[1] !== last[1]);
  if (open) given.push(first);
  if (given.length < 4) throw new FeatureProblem('ring_with_too_few_positions', 'coordinates', value);
  return { positions: given.map(([lng, lat]) => toWgs84(crs, lng, lat)), closed: open };
}

export interface ReadGeometry {
  geometry: MultiPolygon;
  /** Rings that the file left open. */
  closedRings: number;
}

/**
 * A feature's geometry as a MultiPolygon in WGS 84. Its shape is PostGIS's to check.
 * @throws FeatureProblem that names what is wrong.
 */
export function readGeometry(raw: unknown, crs: CrsName): ReadGeometry {
  if (raw === null || raw === undefined) throw new FeatureProblem('no_geometry', 'geometry', null);
  const type = isRecord(raw) ? raw['type'] : undefined;
  if (!isRecord(raw) || (type !== 'Polygon' && type !== 'MultiPolygon')) {
    throw new FeatureProblem('wrong_geometry_type', 'geometry.type', type ?? null);
  }
  const given = type === 'Polygon' ? [raw['coordinates']] : raw['coordinates'];
  if (!Array.isArray(given)) throw new FeatureProblem('no_coordinates', 'geometry.coordinates', given ?? null);
  const polygons = given.map((polygon) => {
    if (!Array.isArray(polygon)) throw new FeatureProblem('no_coordinates', 'geometry.coordinates', polygon ?? null);
    return (polygon as unknown[]).map((ring) => readRing(ring, crs));
  });
  const filled = polygons.filter((rings) => rings.length > 0);
  if (filled.length === 0) throw new FeatureProblem('empty_geometry', 'geometry.coordinates', given);
  return {
    geometry: { type: 'MultiPolygon', coordinates: filled.map((rings) => rings.map(({ positions }) => positions)) },
    closedRings: filled.flat().filter(({ closed }) => closed).length,
  };
}
