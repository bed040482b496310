import { encodePointLayers, pointLevel, pointOffsetsToTileXY, type Column } from '../../tiles/mvt.ts';
import { cellToText, tileCellRange } from '../../tiles/morton.ts';
import { COMPONENTS_MAX_ZOOM, COMPONENTS_MIN_ZOOM } from '../records/index.ts';
import type { TileLayer } from './layers.ts';
import { noQuery } from './query.ts';

/** Components that a zoom shows; the last row, without a code, says how many there are in all. */
const READ = `
  select id::float8, ((cell - $1::bigint) >> $3::int)::int4, code, category, standard_ref, name from (
    select cell, id, code, category, standard_ref, name from component
    where cell >= $1::bigint and cell < $2::bigint and valid_to is null and min_zoom <= $4::int
    union all
    select null, count(*), null, '', '', '' from component where cell >= $1::bigint and cell < $2::bigint and valid_to is null
  ) as shown order by shown.cell nulls last, shown.id`;

type Row = [id: number, offset: number, code: string | null, category: string, standard: string, name: string];

const COLUMNS: Column[] = [
  { name: 'code', type: 'string', at: 2 },
  { name: 'category', type: 'string', at: 3 },
  { name: 'standard_ref', type: 'string', at: 4 },
  { name: 'name', type: 'string', at: 5 },
];
const ZOOMS = { minzoom: COMPONENTS_MIN_ZOOM, maxzoom: COMPONENTS_MAX_ZOOM };

/** Components as points, of a line its middle: one a cell of 1/64 tile, the others are counted. */
export const componentsLayer: TileLayer = {
  name: 'components',
  minZoom: COMPONENTS_MIN_ZOOM,
  maxZoom: COMPONENTS_MAX_ZOOM,
  vectorLayers: [
    {
      id: 'components',
      description: 'Components 部件; category: major and minor of the standard',
      ...ZOOMS,
      fields: Object.fromEntries(COLUMNS.map(({ name }) => [name, 'String'])),
    },
    {
      id: 'thinned',
      description: 'How many components a tile left out 未显示',
      ...ZOOMS,
      fields: { left_out: 'Number' },
    },
  ],
  parseQuery: noQuery,
  async read({ db, signal }, tile) {
    const range = tileCellRange(tile, 31);
    const params = [cellToText(range.first), cellToText(range.last), 2 * (31 - pointLevel(tile.z)), tile.z];
    const found = await db.read<Row>('components', READ, params, signal);
    const rows = found.slice(0, -1);
    const leftOut = (found.at(-1)?.[0] ?? 0) - rows.length;
    const { xs, ys } = pointOffsetsToTileXY(
      rows.map(([, offset]) => offset),
      tile.z,
    );
    return encodePointLayers([
      { name: 'components', columns: COLUMNS, rows, id: 0, xs, ys },
      {
        name: 'thinned',
        columns: [{ name: 'left_out', type: 'uint' }],
        rows: leftOut > 0 ? [[leftOut]] : [],
        xs: [2048],
        ys: [2048],
      },
    ]);
  },
};
