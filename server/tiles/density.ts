import { encodePointLayers, cellsToTileXY, type Column } from '../../tiles/mvt.ts';
import { cellToText, tileCellRange } from '../../tiles/morton.ts';
import { densityLevel, MAX_DENSITY_LEVEL } from '../../tiles/plan.ts';
import { CLASS_COLUMNS, READ_DENSITY } from '../records/index.ts';
import type { TileLayer } from './layers.ts';
import { noQuery } from './query.ts';

const COLUMNS: Column[] = [
  ...CLASS_COLUMNS.map((name) => ({ name, type: 'uint' as const })),
  { name: 'total', type: 'uint' },
];
const FIELDS = Object.fromEntries(COLUMNS.map(({ name }) => [name, 'Number']));

type Row = [offset: number, ...counts: number[]];

/** Records by cell: one point at the centre of each cell that holds any, 64 x 64 cells a tile. */
export const densityLayer: TileLayer = {
  name: 'density',
  minZoom: 0,
  maxZoom: 14,
  vectorLayers: [
    { id: 'density', description: 'Records by cell and class 数据密度', minzoom: 0, maxzoom: 14, fields: FIELDS },
  ],
  lit: false,
  parseQuery: noQuery,
  async read({ db }, tile) {
    const level = densityLevel(tile.z) ?? MAX_DENSITY_LEVEL;
    const { first, last } = tileCellRange(tile, level);
    const finest = tileCellRange(tile, MAX_DENSITY_LEVEL);
    const params = [level, cellToText(first), cellToText(last), cellToText(finest.first), cellToText(finest.last)];
    const rows = await db.arrays<Row>(READ_DENSITY, params);
    const { xs, ys } = cellsToTileXY(
      rows.map((row) => row[0]),
      tile.z,
      level,
    );
    const withTotals = rows.map((row) => {
      const counts = row.slice(1);
      return [...counts, counts.reduce((sum, n) => sum + n, 0)];
    });
    return encodePointLayers([{ name: 'density', columns: COLUMNS, rows: withTotals, xs, ys }]);
  },
};
