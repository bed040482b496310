import type { Knex } from 'knex';
import type { Bbox } from '../../tiles/grid.ts';
import { CASE_STATUSES, filterCases, lightOf, OPEN_STATUSES, type CaseStatus } from '../cases/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { holds, inBoxes } from './bbox.ts';
import { cellPage, parseCellKey, wrongKey, type CellKey } from './cellPages.ts';
import { pointExtent } from './extent.ts';
import { divisionFilter, textFilter, wordFilter } from './filters.ts';
import { countUpTo, readRows } from './run.ts';
import type { Feature, FeatureSource, Page, PageRequest, ReadContext, Selection } from './source.ts';

/** Names are joined to the page that was cut, not to all that match. */
const SELECT = `c.id::float8, c.case_no, c.status::text, g.code, g.name_zh, g.name_en, s.key, nullif(c.division_id, 0), c.address,
  c.description, c.reported_at, c.accepted_at, c.yellow_at, c.due_at, c.closed_at, st_x(c.geom), st_y(c.geom), c.cell::text,
  (extract(epoch from c.reported_at) * 1000000)::bigint::text`;

/** All cases are counted from an index, up to so many: tens of milliseconds. GDAL asks at most once, and would else fetch them all. */
const MAX_COUNT_ALL = 1_000_000;
const COUNT_ALL = `select case when (select reltuples from pg_class where oid = 'cases'::regclass) <= $1::int
  then (select count(*)::int from cases) end`;

type Row = [
  id: number,
  caseNo: string,
  status: CaseStatus,
  category: string,
  categoryZh: string,
  categoryEn: string,
  source: string,
  division: number | null,
  address: string | null,
  description: string | null,
  reportedAt: Date,
  acceptedAt: Date | null,
  yellowAt: Date | null,
  dueAt: Date | null,
  closedAt: Date | null,
  lng: number | null,
  lat: number | null,
  cell: string | null,
  reportedUs: string,
];

const instant = { type: 'string', format: 'date-time' };
const text = { type: 'string' };

function toFeature(row: Row, now: Date): Feature {
  const [id, case_no, status, category, category_zh, category_en, source, division, address, description, ...rest] =
    row;
  const [reportedAt, acceptedAt, yellowAt, dueAt, closedAt, lng, lat] = rest;
  return {
    id,
    geometry: lng === null || lat === null ? null : `{"type":"Point","coordinates":[${lng},${lat}]}`,
    properties: {
      case_no,
      status,
      light: lightOf(status, yellowAt, dueAt, now),
      category,
      category_zh,
      category_en,
      source,
      division,
      address,
      description,
      reported_at: reportedAt.toISOString(),
      accepted_at: acceptedAt?.toISOString() ?? null,
      yellow_at: yellowAt?.toISOString() ?? null,
      due_at: dueAt?.toISOString() ?? null,
      closed_at: closedAt?.toISOString() ?? null,
    },
  };
}

/** Cases that fulfil everything but the boxes, under the alias p. A case lasts from its report to its closing. */
function matching({ scope, now }: ReadContext, { datetime, filters }: Selection): Knex.QueryBuilder {
  const [division, category, source] = ['division', 'category', 'source'].map((name) => filters.get(name));
  const known = {
    ...(division === undefined ? {} : { division: Number(division) }),
    ...(category === undefined ? {} : { category }),
    ...(source === undefined ? {} : { source }),
  };
  const query = filterCases(scope, known, now);
  const caseNo = filters.get('case_no');
  if (caseNo !== undefined) query.where('c.case_no', caseNo);
  const status = filters.get('status');
  if (status !== undefined) query.whereRaw('c.status = ?::case_status', [status]);
  // Said once more, because the indexes of open cases know this word only.
  if (OPEN_STATUSES.some((open) => open === status)) query.whereRaw('c.open');
  if (datetime?.end != null) query.whereRaw('c.reported_at <= to_timestamp(?::float8)', [datetime.end]);
  if (datetime?.start != null)
    query.whereRaw('(c.closed_at is null or c.closed_at >= to_timestamp(?::float8))', [datetime.start]);
  return query;
}

/** A page is in one of three orders, which its key names: by time (t), by cell (c), and those without a position (n) behind that. */
type Key = { order: 't'; us: string; id: string } | { order: 'c'; at: CellKey | null } | { order: 'n'; id: string };

function parseKey(after: string): Key {
  const order = after[0];
  const rest = after.slice(2);
  if (order === 'c' && after[1] === '.') return { order, at: parseCellKey(after, rest) };
  const time = /^t\.(-?\d{1,17})\.(\d{1,15})$/.exec(after);
  if (time) return { order: 't', us: time[1]!, id: time[2]! };
  const none = /^n\.(\d{1,15})$/.exec(after);
  if (none) return { order: 'n', id: none[1]! };
  throw wrongKey(after);
}

function keyOf(order: Key['order'], row: Row): string {
  const [id, cell, us] = [row[0], row[17], row[18]];
  if (order === 't') return `t.${us}.${id}`;
  return cell === null ? `n.${id}` : `c.${cell}.${id}`;
}

/** By time, the newest report first, also where the box holds the whole city: then it says nothing, and time may say much. */
function firstOrder({ extent }: ReadContext, { boxes }: PageRequest): Key | null {
  return boxes === null || (extent !== null && holds(boxes, extent)) ? null : { order: 'c', at: null };
}

function byTime(query: Knex.QueryBuilder, key: Key | null, { boxes, limit }: PageRequest): Knex.QueryBuilder {
  if (boxes) {
    const exact = inBoxes('c', boxes);
    query.whereRaw(`(c.geom is null or ${exact.sql})`, exact.values);
  }
  if (key?.order === 't')
    query.whereRaw(`(c.reported_at, c.id) < ('epoch'::timestamptz + ?::bigint * interval '1 microsecond', ?::bigint)`, [
      key.us,
      key.id,
    ]);
  return query
    .select('c.*')
    .orderByRaw('c.reported_at desc, c.id desc')
    .limit(limit + 1);
}

function withPosition(
  context: ReadContext,
  selection: Selection,
  boxes: readonly Bbox[],
  key: CellKey | null,
  limit: number,
): Knex.QueryBuilder {
  const from = sqlBuilder.from(matching(context, selection).select('c.*').as('p'));
  return cellPage(from, { boxes, key, n: 'id', limit });
}

function withoutPosition(query: Knex.QueryBuilder, id: string, limit: number): Knex.QueryBuilder {
  return query.whereRaw('c.geom is null and c.id > ?::bigint', [id]).select('c.*').orderBy('c.id').limit(limit);
}

function named(context: ReadContext, page: Knex.QueryBuilder, order: string): Promise<Row[]> {
  return readRows<Row>(
    context,
    sqlBuilder
      .from(page.as('c'))
      .joinRaw('join category g on g.id = c.category_id join source s on s.id = c.source_id')
      .select(sqlBuilder.raw(SELECT))
      .orderByRaw(order),
  );
}

/** One more than the page has, so that it is known whether there is a next. */
async function rowsOf(context: ReadContext, request: PageRequest, key: Key | null): Promise<Row[]> {
  const { boxes, limit } = request;
  if (key === null || key.order === 't')
    return named(context, byTime(matching(context, request), key, request), 'c.reported_at desc, c.id desc');
  if (boxes === null) throw wrongKey(request.after ?? '');
  const wanted = limit + 1;
  const located =
    key.order === 'n'
      ? []
      : await named(context, withPosition(context, request, boxes, key.at, wanted), 'c.i, c.cell, c.id');
  const left = wanted - located.length;
  if (left === 0) return located;
  const from = key.order === 'n' ? key.id : '-1';
  return [...located, ...(await named(context, withoutPosition(matching(context, request), from, left), 'c.id'))];
}

async function read(context: ReadContext, request: PageRequest): Promise<Page> {
  const key = request.after === null ? firstOrder(context, request) : parseKey(request.after);
  const rows = await rowsOf(context, request, key);
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    features: shown.map((row) => toFeature(row, context.now)),
    next: rows.length > request.limit && last ? keyOf(key?.order ?? 't', last) : null,
  };
}

/** Cases 案卷, those without a position among them. */
export const casesSource: FeatureSource = {
  id: 'cases',
  title: 'Cases 案卷',
  description:
    'Cases from their report to their closing. Those without a position have no geometry and match every bbox. ' +
    'Newest report first; with a bbox smaller than the city, by place.',
  filters: [
    wordFilter('status', 'Where the case stands in the workflow', CASE_STATUSES),
    textFilter('category', 'Code of the category'),
    textFilter('source', 'Key of the source'),
    textFilter('case_no', 'Number of the case'),
    divisionFilter('division', 'Id of a division: the cases in it and in all below it'),
  ],
  properties: {
    case_no: text,
    status: { type: 'string', enum: CASE_STATUSES },
    light: { type: 'string', enum: ['green', 'yellow', 'red'] },
    category: text,
    category_zh: text,
    category_en: text,
    source: text,
    division: { type: 'integer' },
    address: text,
    description: text,
    reported_at: instant,
    accepted_at: instant,
    yellow_at: instant,
    due_at: instant,
    closed_at: instant,
  },
  read,
  async count(context, selection) {
    const { boxes, datetime, filters } = selection;
    if (!boxes && !datetime && filters.size === 0 && context.scope.divisionIds === null) {
      const [row] = await context.db.read<[number | null]>(
        'ogc_count_cases',
        COUNT_ALL,
        [MAX_COUNT_ALL],
        context.signal,
      );
      return row?.[0] ?? null;
    }
    if (!boxes) return countUpTo(context, (limit) => matching(context, selection).select('c.id').limit(limit));
    const [located, rest] = await Promise.all([
      countUpTo(context, (limit) => withPosition(context, selection, boxes, null, limit)),
      countUpTo(context, (limit) => withoutPosition(matching(context, selection), '-1', limit)),
    ]);
    return located === null || rest === null ? null : located + rest;
  },
  async one(context, id) {
    if (!/^[1-9]\d{0,14}$/.test(id)) return null;
    const nothing = { boxes: null, datetime: null, filters: new Map<string, string>() };
    const [row] = await named(context, matching(context, nothing).where('c.id', id).select('c.*'), 'c.id');
    return row ? toFeature(row, context.now) : null;
  },
  async extent(context) {
    const [bbox, first] = await Promise.all([
      pointExtent(context, 'cases'),
      context.db.read<[Date]>(
        null,
        'select reported_at from cases order by reported_at, id limit 1',
        [],
        context.signal,
      ),
    ]);
    return { bbox, begin: first[0]?.[0].toISOString() ?? null };
  },
};
