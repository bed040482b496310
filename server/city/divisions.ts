import { LEVELS, type Division, type DivisionRef, type Level } from '../api/shapes.ts';
import type { Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';

/** 1 for city … 5 for grid, as the database has it. */
export function levelNumber(level: Level): number {
  return LEVELS.indexOf(level) + 1;
}

interface DivisionRow extends Omit<Division, 'level' | 'bbox' | 'label'> {
  levelNo: number;
  west: number;
  south: number;
  east: number;
  north: number;
  lng: number;
  lat: number;
  path: (number | null)[];
}

const SELECT = `select id, code, level as "levelNo", name_zh as "nameZh", name_en as "nameEn", parent_id as "parentId",
  st_xmin(geom) as west, st_ymin(geom) as south, st_xmax(geom) as east, st_ymax(geom) as north,
  st_x(label) as lng, st_y(label) as lat, area_km2 as "areaKm2", population, path from division`;

function toDivision(row: DivisionRow): Division {
  const { levelNo, west, south, east, north, lng, lat, path: _, ...rest } = row;
  return { ...rest, level: LEVELS[levelNo - 1] ?? 'grid', bbox: [west, south, east, north], label: [lng, lat] };
}

/** Valid divisions of a level, in order of code. @param parent id of any ancestor, or null for all. */
export async function listDivisions(client: Queryable, level: Level, parent: number | null): Promise<Division[]> {
  const { rows } = await client.query<DivisionRow>(
    `${SELECT} where valid_to is null and level = $1::smallint and ($2::int is null or $2::int = any(path)) order by code, id`,
    [levelNumber(level), parent],
  );
  return rows.map(toDivision);
}

/** A division with its ancestors, city first. @throws HekanError('not_found'). */
export async function readDivision(client: Queryable, id: number): Promise<Division & { ancestors: DivisionRef[] }> {
  const { rows } = await client.query<DivisionRow>(`${SELECT} where id = $1::int`, [id]);
  const row = rows[0];
  if (!row) throw new HekanError('not_found', `no division with id ${id}`, { field: 'division', given: String(id) });
  const found = await client.query<DivisionRow>(`${SELECT} where id = any($1::int[]) order by level`, [row.path]);
  return { ...toDivision(row), ancestors: found.rows.map((ancestor) => toRef(toDivision(ancestor))) };
}

/** The name tag of a division. */
export function toRef({ id, code, level, nameZh, nameEn }: DivisionRef): DivisionRef {
  return { id, code, level, nameZh, nameEn };
}
