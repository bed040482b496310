import { encodePointLayers, type Column } from '../../tiles/mvt.ts';
import { lngLatToTile31 } from '../../tiles/grid.ts';
import { cellToText, tileCellRange } from '../../tiles/morton.ts';
import { caseLevel } from '../../tiles/plan.ts';
import { CASE_STATUSES, filterCases, isOverdue, isYellow, STATUS_FILTERS, type CaseFilter } from '../cases/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import { parseDay } from '../kpi/index.ts';
import type { TileLayer } from './layers.ts';

const EXTENT = 4096;
/** Positions are summed in whole micro-degrees, so that a mean does not depend on the order of rows. */
const MICRO = 1e6;

const SELECT = `count(*)::int as n, sum((st_x(geom) * ${MICRO})::bigint)::float8, sum((st_y(geom) * ${MICRO})::bigint)::float8,
  count(*) filter (where open and not OVERDUE and not YELLOW)::int, count(*) filter (where YELLOW)::int,
  count(*) filter (where OVERDUE)::int, min(id)::float8, min(case_no), min(status)::text, min(category_id),
  extract(epoch from min(yellow_at))::float8, extract(epoch from min(due_at))::float8`;

type Row = [
  n: number,
  lng: number,
  lat: number,
  green: number,
  yellow: number,
  red: number,
  id: number,
  caseNo: string,
  status: string,
  categoryId: number,
  yellowAt: number | null,
  dueAt: number | null,
];

const COLUMNS: Column[] = [
  { name: 'feature_id', type: 'uint' },
  { name: 'id', type: 'uint' },
  { name: 'case_no', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'category', type: 'string' },
  { name: 'category_zh', type: 'string' },
  { name: 'category_en', type: 'string' },
  { name: 'light', type: 'string' },
  { name: 'yellow_at', type: 'uint' },
  { name: 'due_at', type: 'uint' },
  { name: 'n', type: 'uint' },
  { name: 'green', type: 'uint' },
  { name: 'yellow', type: 'uint' },
  { name: 'red', type: 'uint' },
];

type Category = { id: number; code: string; zh: string; en: string };

/** A cell with one case is the case; with more, their number and lights. */
function toFeature(row: Row, categories: Map<number, Category>): unknown[] {
  const [n, , , green, yellow, red, id, caseNo, status, categoryId, yellowAt, dueAt] = row;
  const blank = (count: number) => new Array<null>(count).fill(null);
  if (n > 1) return [...blank(10), n, green, yellow, red];
  const category = categories.get(categoryId);
  const light = red ? 'red' : yellow ? 'yellow' : green ? 'green' : null;
  const seconds = (at: number | null) => (at === null ? null : Math.floor(at));
  return [
    id,
    id,
    caseNo,
    status,
    category?.code,
    category?.zh,
    category?.en,
    light,
    seconds(yellowAt),
    seconds(dueAt),
    ...blank(4),
  ];
}

function parseFilter(query: Record<string, string>): CaseFilter {
  const filter: CaseFilter = { status: 'open' };
  for (const [key, value] of Object.entries(query)) {
    if (key === 'status') {
      const status = STATUS_FILTERS.find((known) => known === value);
      if (!status) throw badRequest('status', value, `one of ${STATUS_FILTERS.join(', ')}`);
      filter.status = status;
    } else if (key === 'from' || key === 'to') filter[key] = parseDay(key, value);
    else if (key === 'category' || key === 'source') {
      if (value.length === 0 || value.length > 100) throw badRequest(key, value, '1 to 100 characters');
      filter[key] = value;
    } else if (key === 'division') {
      if (!/^[1-9]\d{0,8}$/.test(value)) throw badRequest(key, value, 'the id of a division');
      filter.division = Number(value);
    } else throw badRequest(key.slice(0, 60), value, 'one of the filters status, division, category, source, from, to');
  }
  return filter;
}

/** Cases by cell of 1/64 tile, exact at every zoom: counted from the cases themselves. */
export const casesLayer: TileLayer = {
  name: 'cases',
  minZoom: 0,
  maxZoom: 20,
  vectorLayers: [
    {
      id: 'cases',
      description: `Cases 案件; status: ${CASE_STATUSES.join(', ')}; light: green, yellow, red`,
      minzoom: 0,
      maxzoom: 20,
      fields: Object.fromEntries(
        COLUMNS.slice(1).map(({ name, type }) => [name, type === 'string' ? 'String' : 'Number']),
      ),
    },
  ],
  parseQuery(query) {
    const filter = parseFilter(query);
    return filter.status === 'open' && Object.keys(filter).length === 1
      ? ''
      : new URLSearchParams(
          Object.entries(filter)
            .map(([key, value]): [string, string] => [key, String(value)])
            .sort(),
        ).toString();
  },
  async read({ db, scope, now, signal }, tile, query) {
    const filter = parseFilter(Object.fromEntries(new URLSearchParams(query)));
    const range = tileCellRange(tile, 31);
    const shift = 2 * (31 - caseLevel(tile.z));
    const matching = filterCases(scope, filter, now)
      .whereRaw('c.cell >= ?::bigint and c.cell < ?::bigint', [cellToText(range.first), cellToText(range.last)])
      .select('c.*');
    const lights = SELECT.replaceAll('OVERDUE', isOverdue('?::timestamptz')).replaceAll(
      'YELLOW',
      isYellow('?::timestamptz'),
    );
    const nows = Array.from({ length: lights.split('?').length - 1 }, () => now);
    const grouped = sqlBuilder.from(matching.as('c')).select(sqlBuilder.raw(lights, nows));
    const { sql, bindings } = grouped.groupByRaw(`cell >> ${shift}`).orderByRaw(`cell >> ${shift}`).toSQL().toNative();
    const rows = await db.read<Row>(null, sql, [...bindings], signal);
    if (rows.length === 0) return new Uint8Array(0);
    const categories = await db.query<Category>('select id, code, name_zh as zh, name_en as en from category');
    const byId = new Map(categories.rows.map((category) => [category.id, category]));
    const positions = rows.map(([n, lng, lat]) => tilePosition(lng / n / MICRO, lat / n / MICRO, tile));
    return encodePointLayers([
      {
        name: 'cases',
        columns: COLUMNS,
        rows: rows.map((row) => toFeature(row, byId)),
        id: 0,
        xs: positions.map(([x]) => x),
        ys: positions.map(([, y]) => y),
      },
    ]);
  },
};

/** A position in tile units, kept inside the tile: a mean of micro-degrees may fall a hair outside its cell. */
function tilePosition(lng: number, lat: number, tile: { z: number; x: number; y: number }): [number, number] {
  const [x31, y31] = lngLatToTile31(lng, lat);
  const unit = 2 ** (31 - tile.z) / EXTENT;
  const inside = (v: number) => Math.max(0, Math.min(EXTENT - 1, Math.floor(v)));
  return [inside(x31 / unit - tile.x * EXTENT), inside(y31 / unit - tile.y * EXTENT)];
}
