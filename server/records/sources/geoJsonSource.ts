import type { CrsName } from '../../api/shapes.ts';
import { readGeoJson, type RawFeature } from '../../city/index.ts';
import type { RowSource, SourceRow } from './source.ts';

const BATCH = 5000;

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

function toRow(feature: RawFeature): SourceRow {
  const { number, id, properties, geometry } = feature;
  const values = new Map(Object.entries(properties).map(([name, value]) => [name.toLowerCase(), textOf(value)]));
  if (!values.has('id')) values.set('id', textOf(id));
  const raw = () => JSON.stringify({ id, properties, geometry });
  return { line: number, problem: null, text: (name) => values.get(name) ?? '', geometry: geometry ?? null, raw };
}

/** A GeoJSON file. @throws HekanError('bad_request'): not there, not GeoJSON, or coordinates that contradict `crs`. */
export function openGeoJsonSource(path: string, crs: CrsName): RowSource {
  const { features, sha256 } = readGeoJson(path, crs);
  const columns = new Set([
    'id',
    ...features.flatMap(({ properties }) => Object.keys(properties).map((name) => name.toLowerCase())),
  ]);
  let read = 0;
  async function* batches(): AsyncIterable<SourceRow[]> {
    for (; read < features.length; read += BATCH) yield features.slice(read, read + BATCH).map(toRow);
  }
  return {
    path,
    columns,
    hasGeometry: true,
    notes: [],
    total: features.length,
    get read() {
      return Math.min(read, features.length);
    },
    batches,
    sha256: () => sha256,
  };
}
