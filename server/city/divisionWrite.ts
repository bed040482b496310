import { unnestInput, type Queryable } from '../db/index.ts';
import type { DivisionValues } from './divisionProperties.ts';

export interface NewDivision extends DivisionValues {
  /** Its number in the file. */
  number: number;
  /** Valid MultiPolygon, hex. */
  ewkb: string;
}

export interface WriteResult {
  inserted: string[];
  /** Code, and what of it changed. */
  updated: { code: string; changed: string[] }[];
  unchanged: number;
  refused: { division: NewDivision; reason: string; field: string; value: string }[];
}

interface Known {
  id: number;
  code: string;
  level: number;
  path: (number | null)[];
  nameZh: string;
  nameEn: string;
  parentId: number | null;
  sameShape: boolean;
}

async function readKnown(client: Queryable, divisions: readonly NewDivision[]): Promise<Map<string, Known>> {
  const codes = [...new Set(divisions.flatMap(({ code, parentCode }) => (parentCode ? [code, parentCode] : [code])))];
  const { rows } = await client.query<Known>(
    `select d.id, d.code, d.level, d.path, d.name_zh as "nameZh", d.name_en as "nameEn", d.parent_id as "parentId",
       coalesce(d.geom = input.geom and st_asewkb(d.geom) = st_asewkb(input.geom), false) as "sameShape"
     from division d left join (
       select code, st_geomfromewkb(decode(ewkb, 'hex')) as geom from unnest($2::text[], $3::text[]) as i (code, ewkb)
     ) as input using (code)
     where d.valid_to is null and d.code = any($1::text[])`,
    [codes, divisions.map(({ code }) => code), divisions.map(({ ewkb }) => ewkb)],
  );
  return new Map(rows.map((row) => [row.code, row]));
}

/** Why a division cannot stand where the file puts it, or null. */
function refusal(division: NewDivision, known: Known | undefined, parent: Known | undefined) {
  if (known && known.level !== division.level) {
    return {
      reason: 'code_at_another_level',
      field: 'level',
      value: `${division.level}, the database has ${division.code} at ${known.level}`,
    };
  }
  if (parent && parent.level >= division.level) {
    return { reason: 'parent_not_above', field: 'parent', value: `${parent.code} at level ${parent.level}` };
  }
  return null;
}

/** The parent's path up to the level above, as int[] text; levels that are left out are null. */
function pathPrefix(level: number, parent: Known | undefined): string {
  const above = Array.from({ length: level - 1 }, (_, i) => parent?.path[i] ?? null);
  return `{${above.map((id) => id ?? 'NULL').join(',')}}`;
}

const INSERT_COLUMNS = [
  ['parent_id', 'int'],
  ['level', 'smallint'],
  ['prefix', 'text'],
  ['code', 'text'],
  ['name_zh', 'text'],
  ['name_en', 'text'],
  ['ewkb', 'text'],
] as const;

const SHAPE = `cross join lateral (select st_geomfromewkb(decode(ewkb, 'hex')) as geom) as shape`;

async function insertDivisions(
  client: Queryable,
  datasetId: number,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into division (id, dataset_id, parent_id, level, path, code, name_zh, name_en, geom, label, area_km2)
     select id, $1::int, parent_id, level, prefix::int[] || id, code, name_zh, name_en, geom, st_pointonsurface(geom),
       st_area(geom::geography) / 1e6
     from (select nextval(pg_get_serial_sequence('division', 'id'))::int as id, input.* from ${unnestInput(INSERT_COLUMNS, 2)}) as new
       ${SHAPE}`,
    [datasetId, ...INSERT_COLUMNS.map((_, i) => rows.map((row) => row[i]))],
  );
}

const UPDATE_COLUMNS = [
  ['id', 'int'],
  ['parent_id', 'int'],
  ['name_zh', 'text'],
  ['name_en', 'text'],
  ['ewkb', 'text'],
] as const;

/** In place: the figures hang on the id, and a case that was filed under it stays counted in it. Paths follow later. */
async function updateDivisions(
  client: Queryable,
  datasetId: number,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `update division d set dataset_id = $1::int, parent_id = coalesce(input.parent_id, d.parent_id), name_zh = input.name_zh, name_en = input.name_en,
       geom = shape.geom, label = case when d.geom = shape.geom then d.label else st_pointonsurface(shape.geom) end,
       area_km2 = st_area(shape.geom::geography) / 1e6
     from ${unnestInput(UPDATE_COLUMNS, 2)} ${SHAPE} where d.id = input.id`,
    [datasetId, ...UPDATE_COLUMNS.map((_, i) => rows.map((row) => row[i]))],
  );
}

/**
 * Inserts divisions of one level and changes those whose code is known, in the caller's transaction.
 * @param divisions of different codes; their parents have been written before.
 */
export async function writeDivisions(
  client: Queryable,
  datasetId: number,
  divisions: readonly NewDivision[],
): Promise<WriteResult> {
  const known = await readKnown(client, divisions);
  const result: WriteResult = { inserted: [], updated: [], unchanged: 0, refused: [] };
  const inserts: unknown[][] = [];
  const updates: unknown[][] = [];
  for (const division of divisions) {
    const { code, level, nameZh, nameEn, parentCode, ewkb } = division;
    const [stored, parent] = [known.get(code), known.get(parentCode ?? '')];
    const refused = refusal(division, stored, parent);
    if (refused) {
      result.refused.push({ division, ...refused });
      continue;
    }
    if (!stored) {
      inserts.push([parent?.id ?? null, level, pathPrefix(level, parent), code, nameZh, nameEn ?? nameZh, ewkb]);
      result.inserted.push(code);
      continue;
    }
    const english = nameEn ?? (stored.nameZh === nameZh ? stored.nameEn : nameZh);
    const changed = [
      ...(stored.sameShape ? [] : ['shape']),
      ...(stored.nameZh === nameZh && stored.nameEn === english ? [] : ['name']),
      ...(parent && parent.id !== stored.parentId ? ['parent'] : []),
    ];
    if (changed.length === 0) result.unchanged++;
    else {
      updates.push([stored.id, parent?.id ?? null, nameZh, english, ewkb]);
      result.updated.push({ code, changed });
    }
  }
  await insertDivisions(client, datasetId, inserts);
  await updateDivisions(client, datasetId, updates);
  return result;
}
