import { codeOfCell, coarsenCodes } from '../../../tiles/codes.ts';
import { PLACE_BLOCK_ZOOM } from '../../../tiles/pyramid.ts';
import { locateDivisions } from '../../city/index.ts';
import { appendDataEvent, toColumns, unnestInput, type Queryable } from '../../db/index.ts';
import { UNRANKED } from '../placeColumns.ts';
import { rankOf } from '../rank.ts';
import type { Component } from './readComponent.ts';

const MAX_DIRTY = 200;

/** Whose components are written. */
export interface ComponentTarget {
  datasetId: number;
  /** The import_run. */
  batch: number;
}

export interface WrittenComponents {
  inserted: number;
  updated: number;
  unchanged: number;
  /** By component, in order: the finest division that covers it, 0 for none. */
  divisions: number[];
}

const COLUMNS = [
  ['code', 'text'],
  ['standard_ref', 'text'],
  ['category', 'text'],
  ['name', 'text'],
  ['division_id', 'int'],
  ['cell', 'bigint'],
  ['shape', 'text'],
  ['rank', 'real'],
] as const;

const SHAPE = 'st_setsrid(st_geomfromgeojson(i.shape), 4326)';

/** Ends those that are now otherwise, and marks the others as seen. @returns place in the input of what is to be inserted. */
const SETTLE = `
  with given as (select i.*, row_number() over () as at from ${unnestInput(COLUMNS, 3).replace('as input', 'as i')}), known as (
    select c.id, c.cell, i.at, c.dataset_id = $1::int and c.name = i.name and c.division_id = i.division_id
      and st_asewkb(c.geom) = st_asewkb(${SHAPE}) as same
    from given i join component c on c.standard_ref = i.standard_ref and c.code = i.code and c.valid_to is null
  ), told as (
    update component c set batch = case when k.same then $2::int else c.batch end,
      valid_to = case when k.same then null else now() end, min_zoom = case when k.same then c.min_zoom else ${UNRANKED} end
    from known k where c.id = k.id
  )
  select (i.at - 1)::int as at, k.cell::text as "oldCell" from given i left join known k on k.at = i.at
  where k.same is not true order by i.at`;

const INSERT = `
  insert into component (dataset_id, batch, code, standard_ref, category, name, division_id, cell, geom, rank, min_zoom)
  select $1::int, $2::int, i.code, i.standard_ref, i.category, i.name, i.division_id, i.cell, ${SHAPE}, i.rank, ${UNRANKED}
  from ${unnestInput(COLUMNS, 3).replace('as input', 'as i')}`;

/** Writes components by standard and code, in the caller's transaction: one that changed gets a new validity. */
export async function writeComponents(
  client: Queryable,
  { datasetId, batch }: ComponentTarget,
  components: readonly Component[],
): Promise<WrittenComponents> {
  const divisions = await locateDivisions(
    client,
    components.map(({ lng, lat }) => [lng, lat]),
  );
  const rows = components.map(({ code, standardRef, category, name, cell, shape }, i) => [
    code,
    standardRef,
    category,
    name,
    divisions[i],
    cell.toString(),
    JSON.stringify(shape),
    rankOf(code),
  ]);
  const { rows: changed } = await client.query<{ at: number; oldCell: string | null }>(SETTLE, [
    datasetId,
    batch,
    ...toColumns(COLUMNS, rows),
  ]);
  if (changed.length > 0) {
    await client.query(INSERT, [
      datasetId,
      batch,
      ...toColumns(
        COLUMNS,
        changed.map(({ at }) => rows[at]!),
      ),
    ]);
    const cells = changed.flatMap(({ at, oldCell }) => [
      components[at]!.cell,
      ...(oldCell === null ? [] : [BigInt(oldCell)]),
    ]);
    await tellComponents(client, cells);
  }
  const updated = changed.filter(({ oldCell }) => oldCell !== null).length;
  return { inserted: changed.length - updated, updated, unchanged: components.length - changed.length, divisions };
}

async function tellComponents(client: Queryable, cells: readonly bigint[]): Promise<void> {
  const codes = cells.map((cell) => codeOfCell(cell, PLACE_BLOCK_ZOOM));
  await appendDataEvent(client, 'components', ['components'], { dirty: coarsenCodes(codes, MAX_DIRTY), caseIds: [] });
}

/** Ends some of the dataset's components that an import did not bring. @returns how many; 0: there are no more. */
export async function endOtherComponents(
  client: Queryable,
  { datasetId, batch }: ComponentTarget,
  limit: number,
): Promise<number> {
  const { rows } = await client.query<{ cell: string }>(
    `update component set valid_to = now(), min_zoom = ${UNRANKED} where id in (
       select id from component where dataset_id = $1::int and batch <> $2::int and valid_to is null order by id limit $3::int)
     returning cell::text as cell`,
    [datasetId, batch, limit],
  );
  if (rows.length > 0)
    await tellComponents(
      client,
      rows.map(({ cell }) => BigInt(cell)),
    );
  return rows.length;
}
