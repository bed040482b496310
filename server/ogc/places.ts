import type { Knex } from 'knex';
import { BLOCK_WIDTH, findKey, type Block } from '../../tiles/blocks.ts';
import { PLACE_LEVEL, placeKey, splitCell } from '../../tiles/pyramid.ts';
import { scopeCondition, scopeParam } from '../access/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { CLASS_COLUMNS, placeCounts, readBlocks } from '../records/index.ts';
import { cellPage, parseCellKey, type CellKey } from './cellPages.ts';
import { pointExtent } from './extent.ts';
import { textFilter } from './filters.ts';
import { countUpTo, readRows } from './run.ts';
import type { Feature, FeatureSource, Page, PageRequest, ReadContext, Selection } from './source.ts';

const SELECT = `c.cell::text, c.n, st_x(c.geom), st_y(c.geom), c.code, c.address, c.level, c.confidence::float8, c.rank::float8,
  nullif(c.division_id, 0)`;

type Row = [
  cell: string,
  n: number,
  lng: number,
  lat: number,
  code: string | null,
  address: string,
  level: string,
  confidence: number,
  rank: number,
  division: number | null,
];

const text = { type: 'string' };
const number = { type: 'number' };
const integer = { type: 'integer' };

function toFeature(row: Row, blocks: ReadonlyMap<string, Block>): Feature {
  const [cell, n, lng, lat, code, address, level, confidence, rank, division] = row;
  const { tile, inside } = splitCell(BigInt(cell));
  const block = blocks.get(String(tile));
  const at = block ? findKey(block, placeKey(inside, n)) : -1;
  const counts = CLASS_COLUMNS.map((_, c) => (block && at >= 0 ? block.counts[at * BLOCK_WIDTH + c]! : 0));
  return {
    id: `${cell}-${n}`,
    geometry: `{"type":"Point","coordinates":[${lng},${lat}]}`,
    properties: {
      code,
      address,
      level,
      confidence,
      rank,
      division,
      ...Object.fromEntries(CLASS_COLUMNS.map((name, c) => [name, counts[c]])),
      total: counts.reduce((sum, count) => sum + count, 0),
    },
  };
}

/** Rows as features; their counts stand in blocks, a few for all of a page. */
async function withCounts(context: ReadContext, rows: readonly Row[]): Promise<Feature[]> {
  const keys = [...new Set(rows.map(([cell]) => String(splitCell(BigInt(cell)).tile)))];
  const blocks =
    keys.length > 0 ? await readBlocks(context.db, PLACE_LEVEL, keys, context.signal) : new Map<string, Block>();
  return rows.map((row) => toFeature(row, blocks));
}

/** Places that fulfil everything but the boxes, under the alias p. */
function matching({ scope }: ReadContext, { filters }: Selection): Knex.QueryBuilder {
  const query = sqlBuilder('place as p');
  const seen = scopeParam(scope);
  if (seen) query.whereRaw(scopeCondition('p.division_id', 1).replaceAll('$1', '?'), [seen, seen]);
  const [code, level] = [filters.get('code'), filters.get('level')];
  if (code !== undefined) query.where('p.code', code);
  if (level !== undefined) query.where('p.level', level);
  return query;
}

/** Rows in the order of (cell, n). */
function page(
  context: ReadContext,
  selection: Selection,
  key: CellKey | null,
  limit: number,
): { query: Knex.QueryBuilder; order: string } {
  const { boxes } = selection;
  const query = matching(context, selection);
  if (boxes) return { query: cellPage(query, { boxes, key, n: 'n', limit }), order: 'c.i, c.cell, c.n' };
  if (key) query.whereRaw('(p.cell, p.n) > (?::bigint, ?::int)', [key.cell.toString(), key.n]);
  return { query: query.select('p.*').orderByRaw('p.cell, p.n').limit(limit), order: 'c.cell, c.n' };
}

function rowsOf(context: ReadContext, { query, order }: { query: Knex.QueryBuilder; order: string }): Promise<Row[]> {
  return readRows<Row>(context, sqlBuilder.from(query.as('c')).select(sqlBuilder.raw(SELECT)).orderByRaw(order));
}

async function read(context: ReadContext, request: PageRequest): Promise<Page> {
  const { after, limit } = request;
  const rows = await rowsOf(
    context,
    page(context, request, after === null ? null : parseCellKey(after, after), limit + 1),
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    features: await withCounts(context, shown),
    next: rows.length > limit && last ? `${last[0]}.${last[1]}` : null,
  };
}

/** Places 标准地址点. */
export const placesSource: FeatureSource = {
  id: 'places',
  title: 'Places 标准地址点',
  description: 'Address points with the number of records that stand on them, by class. They have no time.',
  filters: [
    textFilter('code', 'Code of the address'),
    textFilter('level', 'Which element of the address its position is of'),
  ],
  properties: {
    code: text,
    address: text,
    level: text,
    confidence: number,
    rank: number,
    division: integer,
    ...Object.fromEntries(CLASS_COLUMNS.map((name) => [name, integer])),
    total: integer,
  },
  read,
  async count(context, selection) {
    // Places are counted as they come: the count of all of them is there already.
    if (!selection.boxes && selection.filters.size === 0 && context.scope.divisionIds === null)
      return (await placeCounts(context.db, null)).places;
    return countUpTo(context, (limit) => page(context, selection, null, limit).query);
  },
  async one(context, id) {
    const [, cell, n] = /^(\d{1,19})-(\d{1,5})$/.exec(id) ?? [];
    if (cell === undefined || n === undefined || BigInt(cell) >= 1n << 62n) return null;
    const nothing = { boxes: null, datetime: null, filters: new Map<string, string>() };
    const query = matching(context, nothing).whereRaw('p.cell = ?::bigint and p.n = ?::int', [cell, n]).select('p.*');
    const [feature] = await withCounts(context, await rowsOf(context, { query, order: 'c.cell' }));
    return feature?.id === id ? feature : null;
  },
  async extent(context) {
    return { bbox: await pointExtent(context, 'place'), begin: null };
  },
};
