import { encodePointLayers, pointLevel, pointOffsetsToTileXY, type Column } from '../../tiles/mvt.ts';
import { cellToText, tileCellRange } from '../../tiles/morton.ts';
import { thinPlaces } from '../../tiles/thin.ts';
import { CLASS_COLUMNS } from '../records/index.ts';
import type { TileLayer } from './layers.ts';
import { noQuery } from './query.ts';

/** A tile with more places than this thins them by rank. */
const LIMIT = 4000;

const FIELDS = [...CLASS_COLUMNS, 'total', 'rank'];

const READ = `
  select ((cell - $1::bigint) >> $3::int)::int4, rank::float8, ${CLASS_COLUMNS.join(', ')},
    (${CLASS_COLUMNS.join(' + ')})::int, address
  from place where cell >= $1::bigint and cell < $2::bigint order by cell, n`;

type Row = [offset: number, rank: number, ...rest: unknown[]];

const DRAWN: Column[] = [
  { name: 'rank', type: 'double', at: 1 },
  ...CLASS_COLUMNS.map((name, i) => ({ name, type: 'uint' as const, at: 2 + i })),
  { name: 'total', type: 'uint', at: 7 },
  { name: 'address', type: 'string', at: 8 },
];

/** Address points with their records by class. Where they are too many, the lowest ranks are left out and counted. */
export const placesLayer: TileLayer = {
  name: 'places',
  minZoom: 14,
  maxZoom: 20,
  vectorLayers: [
    {
      id: 'places',
      description: 'Places with records by class 标准地址点',
      minzoom: 14,
      maxzoom: 20,
      fields: { ...Object.fromEntries(FIELDS.map((name) => [name, 'Number'])), address: 'String' },
    },
    {
      id: 'thinned',
      description: 'How many places a tile left out 未显示',
      minzoom: 14,
      maxzoom: 20,
      fields: { left_out: 'Number' },
    },
  ],
  lit: false,
  parseQuery: noQuery,
  async read({ db }, tile) {
    const range = tileCellRange(tile, 31);
    const level = pointLevel(tile.z);
    const params = [cellToText(range.first), cellToText(range.last), 2 * (31 - level)];
    const all = await db.arrays<Row>(READ, params);
    const thinned = thinPlaces(
      all.map(([offset, rank]) => [offset, rank]),
      tile.z,
      level,
      LIMIT,
    );
    const rows = thinned.leftOut === 0 ? all : thinned.kept.map((i) => all[i]!);
    const { xs, ys } = pointOffsetsToTileXY(
      rows.map(([offset]) => offset),
      tile.z,
    );
    const left = thinned.leftOut > 0 ? [[thinned.leftOut]] : [];
    return encodePointLayers([
      { name: 'places', columns: DRAWN, rows, xs, ys },
      { name: 'thinned', columns: [{ name: 'left_out', type: 'uint' }], rows: left, xs: [2048], ys: [2048] },
    ]);
  },
};
