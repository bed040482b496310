import { BLOCK_WIDTH, findKey, type Block } from '../../tiles/blocks.ts';
import { encodePointLayers, pointLevel, pointOffsetsToTileXY, type Column } from '../../tiles/mvt.ts';
import { cellToText, encodeCell, tileCellRange } from '../../tiles/morton.ts';
import { PLACE_BLOCK_ZOOM, PLACE_LEVEL, placeKey, splitCell } from '../../tiles/pyramid.ts';
import { CLASS_COLUMNS, PLACES_MAX_ZOOM, PLACES_MIN_ZOOM, readBlock } from '../records/index.ts';
import type { TileLayer } from './layers.ts';
import { noQuery } from './query.ts';

/** No tile is larger than this, before compression. With all addresses a full tile could be: then it goes without them. */
const MAX_BYTES = 500_000;

const FIELDS = [...CLASS_COLUMNS, 'total', 'rank'];

/** Places that a zoom shows; the last row, without a cell, says how many there are in all. */
const READ = `
  select cell::text, n, ((cell - $1::bigint) >> $3::int)::int4, rank::float8, address from (
    select cell, n, rank, address from place where cell >= $1::bigint and cell < $2::bigint and min_zoom <= $4::int
    union all
    select null, count(*)::int, 0, '' from place where cell >= $1::bigint and cell < $2::bigint
  ) as shown order by shown.cell nulls last, shown.n`;

type Row = [cell: string | null, n: number, offset: number, rank: number, address: string];

const NUMBERS: Column[] = [
  { name: 'rank', type: 'double', at: 0 },
  ...CLASS_COLUMNS.map((name, i) => ({ name, type: 'uint' as const, at: 1 + i })),
  { name: 'total', type: 'uint', at: 6 },
];
const DRAWN: Column[] = [...NUMBERS, { name: 'address', type: 'string', at: 7 }];

function toRow([cell, n, , rank, address]: Row, block: Block): unknown[] {
  const at = findKey(block, placeKey(splitCell(BigInt(cell ?? 0)).inside, n));
  const counts = CLASS_COLUMNS.map((_, c) => (at < 0 ? 0 : block.counts[at * BLOCK_WIDTH + c]!));
  return [rank, ...counts, counts.reduce((sum, count) => sum + count, 0), address];
}

/** Address points with their records by class: one a cell of 1/64 tile, the best of it; the others are counted. */
export const placesLayer: TileLayer = {
  name: 'places',
  minZoom: PLACES_MIN_ZOOM,
  maxZoom: PLACES_MAX_ZOOM,
  vectorLayers: [
    {
      id: 'places',
      description: 'Places with records by class 标准地址点',
      minzoom: PLACES_MIN_ZOOM,
      maxzoom: PLACES_MAX_ZOOM,
      fields: { ...Object.fromEntries(FIELDS.map((name) => [name, 'Number'])), address: 'String' },
    },
    {
      id: 'thinned',
      description: 'How many places a tile left out 未显示',
      minzoom: PLACES_MIN_ZOOM,
      maxzoom: PLACES_MAX_ZOOM,
      fields: { left_out: 'Number' },
    },
  ],
  parseQuery: noQuery,
  async read({ db, signal }, tile) {
    const range = tileCellRange(tile, 31);
    const up = tile.z - PLACE_BLOCK_ZOOM;
    const block = encodeCell(tile.x >> up, tile.y >> up).toString();
    const params = [cellToText(range.first), cellToText(range.last), 2 * (31 - pointLevel(tile.z)), tile.z];
    const [found, counts] = await Promise.all([
      db.read<Row>('places', READ, params, signal),
      readBlock(db, { level: PLACE_LEVEL, block }, undefined, signal),
    ]);
    const shown = found.slice(0, -1);
    const leftOut = (found.at(-1)?.[1] ?? 0) - shown.length;
    const { xs, ys } = pointOffsetsToTileXY(
      shown.map(([, , offset]) => offset),
      tile.z,
    );
    const rows = shown.map((row) => toRow(row, counts));
    const encode = (columns: Column[]) =>
      encodePointLayers([
        { name: 'places', columns, rows, xs, ys },
        {
          name: 'thinned',
          columns: [{ name: 'left_out', type: 'uint' }],
          rows: leftOut > 0 ? [[leftOut]] : [],
          xs: [2048],
          ys: [2048],
        },
      ]);
    const bytes = encode(DRAWN);
    return bytes.length <= MAX_BYTES ? bytes : encode(NUMBERS);
  },
};
