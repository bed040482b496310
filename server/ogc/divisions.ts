import type { Knex } from 'knex';
import { LEVELS } from '../api/shapes.ts';
import { scopeCondition, scopeParam } from '../access/index.ts';
import { levelNumber } from '../city/index.ts';
import { sqlBuilder } from '../db/index.ts';
import { wrongKey } from './cellPages.ts';
import { divisionFilter, textFilter, wordFilter } from './filters.ts';
import { countUpTo, readRows } from './run.ts';
import type { Feature, FeatureSource, Page, PageRequest, ReadContext, Selection } from './source.ts';

/** RFC 7946: outer rings run counter-clockwise. Seven decimals are a centimetre. */
const SELECT = `d.id, d.code, d.level::int, d.name_zh, d.name_en, d.parent_id, d.area_km2, d.population, d.valid_from, d.valid_to,
  st_asgeojson(st_forcepolygonccw(d.geom), 7)`;

/** Divisions are few, and counted from an index. */
const MAX_COUNT = 100_000;

type Row = [
  id: number,
  code: string,
  level: number,
  nameZh: string,
  nameEn: string,
  parent: number | null,
  areaKm2: number,
  population: number | null,
  validFrom: Date,
  validTo: Date | null,
  geometry: string,
];

const text = { type: 'string' };
const integer = { type: 'integer' };
const instant = { type: 'string', format: 'date-time' };

function toFeature(row: Row): Feature {
  const [id, code, level, name_zh, name_en, parent, area_km2, population, validFrom, validTo, geometry] = row;
  return {
    id,
    geometry,
    properties: {
      code,
      level: LEVELS[level - 1],
      name_zh,
      name_en,
      parent,
      area_km2,
      population,
      valid_from: validFrom.toISOString(),
      valid_to: validTo?.toISOString() ?? null,
    },
  };
}

/** Divisions under the alias d. Without a datetime: those in force. */
function matching({ scope }: ReadContext, { boxes, datetime, filters }: Selection): Knex.QueryBuilder {
  const query = sqlBuilder('division as d');
  const seen = scopeParam(scope);
  if (seen) query.whereRaw(scopeCondition('d.id', 1).replaceAll('$1', '?'), [seen, seen]);
  if (datetime === null) query.whereRaw('d.valid_to is null');
  if (datetime?.end != null) query.whereRaw('d.valid_from <= to_timestamp(?::float8)', [datetime.end]);
  if (datetime?.start != null)
    query.whereRaw('(d.valid_to is null or d.valid_to > to_timestamp(?::float8))', [datetime.start]);
  const [level, code, parent] = ['level', 'code', 'parent'].map((name) => filters.get(name));
  if (level !== undefined) query.where('d.level', levelNumber(LEVELS.find((known) => known === level) ?? 'grid'));
  if (code !== undefined) query.where('d.code', code);
  if (parent !== undefined) query.where('d.parent_id', Number(parent));
  if (boxes) {
    // The envelope of a line is a box, or a line or a point where the box has no width: those intersect, too.
    const corner = 'st_makepoint(?::float8, ?::float8)';
    const one = `st_intersects(d.geom, st_setsrid(st_envelope(st_makeline(${corner}, ${corner})), 4326))`;
    query.whereRaw(`(${boxes.map(() => one).join(' or ')})`, boxes.flat());
  }
  return query;
}

async function read(context: ReadContext, request: PageRequest): Promise<Page> {
  const { after, limit } = request;
  if (after !== null && !/^\d{1,9}$/.test(after)) throw wrongKey(after);
  const query = matching(context, request);
  if (after !== null) query.where('d.id', '>', Number(after));
  const rows = await readRows<Row>(
    context,
    query
      .select(sqlBuilder.raw(SELECT))
      .orderBy('d.id')
      .limit(limit + 1),
  );
  const shown = rows.slice(0, limit);
  return {
    features: shown.map(toFeature),
    next: rows.length > limit ? String(shown.at(-1)?.[0]) : null,
  };
}

/** Divisions 行政区划, from the city down to unit grids. */
export const divisionsSource: FeatureSource = {
  id: 'divisions',
  title: 'Divisions 行政区划',
  description: 'Divisions from the city down to unit grids, by id. Without a datetime: those in force.',
  filters: [
    wordFilter('level', 'Level of the division', LEVELS),
    textFilter('code', 'Code of the division'),
    divisionFilter('parent', 'Id of the division right above'),
  ],
  properties: {
    code: text,
    level: { type: 'string', enum: LEVELS },
    name_zh: text,
    name_en: text,
    parent: integer,
    area_km2: { type: 'number' },
    population: integer,
    valid_from: instant,
    valid_to: instant,
  },
  read,
  count(context, selection) {
    const upTo = (limit: number) => matching(context, selection).select(sqlBuilder.raw('1')).limit(limit);
    return countUpTo(context, upTo, MAX_COUNT);
  },
  async one(context, id) {
    if (!/^[1-9]\d{0,8}$/.test(id)) return null;
    const ever = { boxes: null, datetime: { start: null, end: null }, filters: new Map<string, string>() };
    const [row] = await readRows<Row>(
      context,
      matching(context, ever).where('d.id', Number(id)).select(sqlBuilder.raw(SELECT)),
    );
    return row ? toFeature(row) : null;
  },
  async extent(context) {
    if (context.scope.divisionIds !== null) return { bbox: null, begin: null };
    const [row] = await context.db.read<[number | null, number, number, number, Date]>(
      null,
      `select st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box), begun
       from (select st_extent(geom) as box, min(valid_from) as begun from division) as d`,
      [],
      context.signal,
    );
    if (!row || row[0] === null) return { bbox: null, begin: null };
    const [west, south, east, north, begun] = row;
    return { bbox: [west, south, east, north], begin: begun.toISOString() };
  },
};
