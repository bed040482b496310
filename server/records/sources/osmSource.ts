import { statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import type { CrsName } from '../../api/shapes.ts';
import { badRequest } from '../../errors.ts';
import { hashOf, readBlocks, visitBlock, type OsmWay } from './osmFile.ts';
import type { RowSource, SourceRow } from './source.ts';

/** Elements by tag. addr:full is the whole text. */
const TAGS: readonly (readonly [column: string, ...tags: string[]])[] = [
  ['province', 'addr:province', 'addr:state'],
  ['city', 'addr:city'],
  ['district', 'addr:district', 'addr:county'],
  ['street', 'addr:subdistrict', 'addr:town'],
  ['community', 'addr:village', 'addr:community'],
  ['hamlet', 'addr:hamlet'],
  ['road', 'addr:street'],
  ['number', 'addr:housenumber'],
  ['estate', 'addr:neighbourhood', 'addr:place', 'addr:housename'],
  ['building', 'addr:block', 'addr:building'],
  ['unit', 'addr:unit'],
  ['floor', 'addr:floor'],
  ['room', 'addr:door', 'addr:flats'],
  ['address', 'addr:full'],
];
const OLD_NAMES = ['alt_name', 'old_name'];
const COLUMNS = new Set(['code', 'aliases', 'lng', 'lat', ...TAGS.map(([column]) => column)]);

const isAddress = (tags: ReadonlyMap<string, string> | null): tags is ReadonlyMap<string, string> =>
  tags !== null && (tags.has('addr:housenumber') || tags.has('addr:full') || tags.has('addr:housename'));

function toRow(line: number, id: string, tags: ReadonlyMap<string, string>, lng: number, lat: number): SourceRow {
  const values = new Map<string, string>([
    ['code', `osm:${id}`],
    ['lng', lng.toFixed(7)],
    ['lat', lat.toFixed(7)],
    ['aliases', OLD_NAMES.flatMap((tag) => tags.get(tag) ?? []).join(';')],
  ]);
  for (const [column, ...names] of TAGS) {
    const name = names.find((tag) => tags.has(tag));
    if (name !== undefined) values.set(column, tags.get(name)!.trim());
  }
  const raw = () => JSON.stringify({ id, lng, lat, tags: Object.fromEntries(tags) });
  return { line, problem: null, text: (name) => values.get(name) ?? '', raw };
}

/** The middle of the box around a way's nodes; null where the file has none of them. */
function middleOf({ refs }: OsmWay, nodes: ReadonlyMap<number, readonly [number, number]>): [number, number] | null {
  const found = refs.flatMap((ref) => nodes.get(ref) ?? []);
  if (found.length === 0) return null;
  const [lngs, lats] = [found.filter((_, i) => i % 2 === 0), found.filter((_, i) => i % 2 === 1)];
  return [(Math.min(...lngs) + Math.max(...lngs)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
}

/**
 * Addresses of an OSM .pbf: nodes with addr:*, and ways at their middle. It is read twice: which nodes the ways need is known only when
 * the ways have been seen.
 * @throws HekanError('bad_request') for coordinates other than WGS 84.
 */
export function openOsmSource(path: string, crs: CrsName): RowSource {
  if (crs !== 'wgs84') throw badRequest('--crs', crs, 'wgs84: OpenStreetMap has no other');
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const hash = hashOf();
  let read = 0;
  const onRead = (n: number) => (read += n);
  async function* batches(): AsyncIterable<SourceRow[]> {
    const ways: OsmWay[] = [];
    const needed = new Map<number, readonly [number, number]>();
    let line = 0;
    for (const block of readBlocks(path, hash, onRead)) {
      visitBlock(block, {
        way: (way) => {
          if (isAddress(way.tags)) ways.push(way);
        },
      });
      await breathe();
    }
    for (const { refs } of ways) for (const ref of refs) needed.set(ref, [NaN, NaN]);
    for (const block of readBlocks(path, null, onRead)) {
      const rows: SourceRow[] = [];
      visitBlock(block, {
        node: ({ id, lng, lat, tags }) => {
          if (needed.has(id)) needed.set(id, [lng, lat]);
          if (isAddress(tags)) rows.push(toRow(++line, `n${id}`, tags, lng, lat));
        },
      });
      yield rows;
    }
    for (const [ref, [lng]] of needed) if (Number.isNaN(lng)) needed.delete(ref);
    yield ways.flatMap((way) => {
      const middle = middleOf(way, needed);
      return middle ? [toRow(++line, `w${way.id}`, way.tags, ...middle)] : [];
    });
  }
  const sha256 = () => hash.copy().digest('hex');
  return {
    path,
    columns: COLUMNS,
    hasGeometry: false,
    notes: [],
    total: 2 * bytes,
    get read() {
      return read;
    },
    batches,
    sha256,
  };
}
