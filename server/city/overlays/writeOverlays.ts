import { unnestInput, type Queryable } from '../../db/index.ts';
import type { NewDivision } from '../divisionWrite.ts';
import type { OverlayKind } from './kinds.ts';

export interface WrittenOverlays {
  inserted: number;
  updated: number;
  unchanged: number;
}

const COLUMNS = [
  ['code', 'text'],
  ['name_zh', 'text'],
  ['name_en', 'text'],
  ['responsible', 'text'],
  ['ewkb', 'text'],
] as const;

/**
 * One statement: what is the same is marked as seen; what changed ends, and begins anew as it is now. @param batch the import_run.
 */
const WRITE = `
  with given as (
    select code, name_zh, name_en, responsible, st_geomfromewkb(decode(ewkb, 'hex')) as geom from ${unnestInput(COLUMNS, 3)}
  ), known as (
    select o.id, g.code, o.name_zh = g.name_zh and o.name_en = g.name_en and o.responsible is not distinct from g.responsible
      and st_asewkb(o.geom) = st_asewkb(g.geom) as same
    from given g join grid_overlay o on o.kind = $1::text and o.code = g.code and o.valid_to is null
  ), told as (
    update grid_overlay o set batch = case when k.same then $2::int else o.batch end, valid_to = case when k.same then null else now() end
    from known k where o.id = k.id
  )
  select g.code, g.name_zh, g.name_en, g.responsible, encode(st_asewkb(g.geom), 'hex') as ewkb, k.code is null as fresh
  from given g left join known k using (code) where k.same is not true order by g.code`;

const INSERT = `
  insert into grid_overlay (kind, batch, code, name_zh, name_en, responsible, geom, area_km2)
  select $1::text, $2::int, code, name_zh, name_en, responsible, geom, st_area(geom::geography) / 1e6
  from ${unnestInput(COLUMNS, 3)} cross join lateral (select st_geomfromewkb(decode(ewkb, 'hex')) as geom) as shape`;

/** Writes overlays by their code, in the caller's transaction: one that changed gets a new validity. */
export async function writeOverlays(
  client: Queryable,
  kind: OverlayKind,
  batch: number,
  grids: readonly NewDivision[],
): Promise<WrittenOverlays> {
  const rows = grids.map(({ code, nameZh, nameEn, responsible, ewkb }) => [
    code,
    nameZh,
    nameEn ?? nameZh,
    responsible,
    ewkb,
  ]);
  const { rows: changed } = await client.query<Record<(typeof COLUMNS)[number][0], string> & { fresh: boolean }>(
    WRITE,
    [kind, batch, ...COLUMNS.map((_, i) => rows.map((row) => row[i]))],
  );
  if (changed.length > 0)
    await client.query(INSERT, [kind, batch, ...COLUMNS.map(([name]) => changed.map((row) => row[name]))]);
  const inserted = changed.filter(({ fresh }) => fresh).length;
  return { inserted, updated: changed.length - inserted, unchanged: grids.length - changed.length };
}

/** Ends those of a kind that an import did not bring. @returns how many. */
export async function endOtherOverlays(client: Queryable, kind: OverlayKind, batch: number): Promise<number> {
  const { rowCount } = await client.query(
    'update grid_overlay set valid_to = now() where kind = $1::text and valid_to is null and batch <> $2::int',
    [kind, batch],
  );
  return rowCount ?? 0;
}

/** Ends proposals where unit grids are in force now, or whose division is gone. @returns how many. */
export async function endProposals(client: Queryable): Promise<number> {
  const { rowCount } = await client.query(
    `update grid_overlay o set valid_to = now() where status = 'proposed' and valid_to is null and (
       exists (select 1 from division d where d.valid_to is null and d.level = 5 and o.community_id = any(d.path))
       or not exists (select 1 from division d where d.valid_to is null and d.id = o.community_id))`,
  );
  return rowCount ?? 0;
}
