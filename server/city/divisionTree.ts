import type { Queryable } from '../db/index.ts';

/** Cities that no file gave: the union of their districts. */
const DERIVED_DATASET = ['derived-divisions', '推导区划', 'Derived divisions'] as const;
/** Code of the city of districts that name no parent. */
const CITY_CODE = 'city';

export interface CityNames {
  nameZh: string | null;
  nameEn: string | null;
}

export interface TreeReport {
  /** Codes of cities that were made of their districts. */
  madeCities: string[];
  /** Divisions whose parent was found by position. */
  adopted: number;
  /** Ids whose path is another one now. */
  moved: number[];
}

async function derivedDataset(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ($1::text, $2::text, $3::text, 'divisions', 'import')
     on conflict (key) do update set updated_at = now() returning id`,
    [...DERIVED_DATASET],
  );
  return rows[0]?.id ?? 0;
}

/** Which city each district without one should have: by the file's parent codes, else the only city there is. */
async function planCities(client: Queryable, wanted: Map<string, string | null>): Promise<Map<string, number[]>> {
  const orphans = await client.query<{ id: number; code: string }>(
    'select id, code from division where valid_to is null and level = 2 and parent_id is null order by id',
  );
  const cities = await client.query<{ code: string }>(
    'select code from division where valid_to is null and level = 1 order by id',
  );
  const only = cities.rows.length === 1 ? cities.rows[0]?.code : undefined;
  const plan = new Map<string, number[]>();
  for (const { id, code } of orphans.rows) {
    const parent = wanted.get(code) ?? only ?? (cities.rows.length === 0 ? CITY_CODE : null);
    if (parent !== null) plan.set(parent, [...(plan.get(parent) ?? []), id]);
  }
  return plan;
}

async function makeCity(client: Queryable, code: string, districts: number[], names: CityNames): Promise<boolean> {
  const datasetId = await derivedDataset(client);
  const unnamed = code === CITY_CODE ? { nameZh: '城市', nameEn: 'City' } : { nameZh: code, nameEn: code };
  const { rows } = await client.query<{ made: boolean }>(
    `with shape as (
       select st_multi(st_collectionextract(st_union(geom), 3)) as geom from division where id = any($2::int[])
     ), made as (
       insert into division (dataset_id, level, path, code, name_zh, name_en, geom, label, area_km2)
       select $3::int, 1, '{}', $1::text, $4::text, $5::text, geom, st_pointonsurface(geom), 0 from shape
       on conflict (code) where valid_to is null do nothing returning id
     )
     select exists (select 1 from made) as made`,
    [code, districts, datasetId, names.nameZh ?? unnamed.nameZh, names.nameEn ?? names.nameZh ?? unnamed.nameEn],
  );
  await client.query(
    `update division set parent_id = (select id from division where code = $1::text and valid_to is null and level = 1)
     where id = any($2::int[])`,
    [code, districts],
  );
  return rows[0]?.made ?? false;
}

/** A city from a file takes over the districts that lie in it; a derived one without districts ends. */
async function yieldToReal(client: Queryable): Promise<void> {
  const derived = '(select id from dataset where key = $1::text)';
  await client.query(
    `update division d set parent_id = c.id from division made, division c
     where d.valid_to is null and d.level = 2 and made.id = d.parent_id and made.dataset_id = ${derived}
       and c.valid_to is null and c.level = 1 and c.dataset_id <> ${derived} and c.geom && d.label and st_covers(c.geom, d.label)`,
    [DERIVED_DATASET[0]],
  );
  await client.query(
    `update division d set valid_to = now() where d.valid_to is null and d.dataset_id = ${derived}
       and not exists (select 1 from division c where c.parent_id = d.id and c.valid_to is null)`,
    [DERIVED_DATASET[0]],
  );
}

/** Derived cities follow their districts, and take a name that is given. */
async function refreshCities(client: Queryable, names: CityNames): Promise<void> {
  await client.query(
    `update division d set geom = u.geom, area_km2 = st_area(u.geom::geography) / 1e6,
       label = case when st_covers(u.geom, d.label) then d.label else st_pointonsurface(u.geom) end,
       name_zh = coalesce($2::text, d.name_zh), name_en = coalesce($3::text, $2::text, d.name_en)
     from (
       select parent_id, st_multi(st_collectionextract(st_union(geom order by id), 3)) as geom from division
       where valid_to is null and level = 2 group by parent_id
     ) as u
     where u.parent_id = d.id and d.valid_to is null and d.dataset_id = (select id from dataset where key = $1::text)`,
    [DERIVED_DATASET[0], names.nameZh, names.nameEn],
  );
}

/** Gives a parent by position to divisions that have none, or one with levels in between that are there now. */
async function adopt(client: Queryable): Promise<number> {
  const { rowCount } = await client.query(`
    with lacking as (
      select d.id, d.level, d.label, coalesce(p.level, 0) as above
      from division d left join division p on p.id = d.parent_id
      where d.valid_to is null and d.level > 1 and coalesce(p.level, 0) < d.level - 1
        and exists (select 1 from division c where c.valid_to is null and c.level < d.level and c.level > coalesce(p.level, 0))
    )
    update division d set parent_id = best.id
    from lacking l cross join lateral (
      select c.id from division c
      where c.valid_to is null and c.level < l.level and c.level > l.above and c.geom && l.label and st_covers(c.geom, l.label)
      order by c.level desc, c.id limit 1
    ) as best
    where d.id = l.id`);
  return rowCount ?? 0;
}

interface Node {
  id: number;
  parentId: number | null;
  level: number;
  path: (number | null)[];
}

/** The path of each division by its parents: path[level - 1] is the ancestor at that level, null where it is left out. */
export function planPaths(nodes: readonly Node[]): Map<number, (number | null)[]> {
  const paths = new Map<number, (number | null)[]>();
  for (const { id, parentId, level } of [...nodes].sort((a, b) => a.level - b.level)) {
    const above = paths.get(parentId ?? -1) ?? [];
    paths.set(id, [...Array.from({ length: level - 1 }, (_, i) => above[i] ?? null), id]);
  }
  return paths;
}

async function mendPaths(client: Queryable): Promise<number[]> {
  const { rows } = await client.query<Node>(
    'select id, parent_id as "parentId", level, path from division where valid_to is null',
  );
  const paths = planPaths(rows);
  const moved = rows.filter(({ id, path }) => path.join() !== paths.get(id)?.join());
  const texts = moved.map(({ id }) => `{${(paths.get(id) ?? []).map((above) => above ?? 'NULL').join(',')}}`);
  await client.query(
    `update division d set path = input.path::int[] from unnest($1::int[], $2::text[]) as input (id, path) where d.id = input.id`,
    [moved.map(({ id }) => id), texts],
  );
  return moved.map(({ id }) => id);
}

/**
 * Puts the tree in order after divisions were written, in the caller's transaction: districts get a city, which is made of them
 * where none is there; those without a parent get one by position; paths follow the parents.
 * @param wanted parent's code by code, of the file's districts.
 */
export async function mendTree(
  client: Queryable,
  wanted: Map<string, string | null>,
  names: CityNames,
): Promise<TreeReport> {
  const madeCities: string[] = [];
  for (const [code, districts] of await planCities(client, wanted)) {
    if (await makeCity(client, code, districts, names)) madeCities.push(code);
  }
  await yieldToReal(client);
  await refreshCities(client, names);
  return { madeCities, adopted: await adopt(client), moved: await mendPaths(client) };
}
