import { setImmediate } from 'node:timers/promises';
import type { Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { AddressBase } from '../base/base.ts';
import { DIVISION_LEVELS } from '../base/divisionTree.ts';
import type { GazetteerDivision, StandardAddress } from '../types.ts';

/** Rows read at a time, and added before others get the processor: some 5 ms. */
const PAGE = 5000;
export const SLICE = 500;

export interface PlaceRow {
  cell: string;
  n: number;
  code: string;
  text: string;
  elements: StandardAddress['elements'] | null;
  aliases: string[] | null;
  lng: number;
  lat: number;
  divisionId: number;
}

/** The newest changes, the same in every process. */
export interface BaseSeqs {
  /** Of addresses or divisions. */
  base: number;
  aliases: number;
  divisions: number;
}

export async function readSeqs(client: Queryable): Promise<BaseSeqs> {
  const { rows } = await client.query<BaseSeqs>(
    `select coalesce(max(seq) filter (where layer <> 'aliases'), 0)::int as base,
       coalesce(max(seq) filter (where layer = 'aliases'), 0)::int as aliases,
       coalesce(max(seq) filter (where layer = 'divisions'), 0)::int as divisions
     from tile_version where layer in ('addresses', 'aliases', 'divisions')`,
  );
  return rows[0]!;
}

/** The divisions as the parser knows them. */
export async function readGazetteer(client: Queryable): Promise<GazetteerDivision[]> {
  const { rows } = await client.query<{ id: number; parentId: number | null; level: number; name: string }>(
    `select id, parent_id as "parentId", level, name_zh as name from division
     where valid_to is null and level <= $1::int order by division.id`,
    [DIVISION_LEVELS.length],
  );
  return rows.map(({ level, ...row }) => ({ ...row, level: DIVISION_LEVELS[level - 1]! }));
}

/** A place without a code goes by its id; one in a unit grid belongs to the community around it. What is retired has no part in a base. */
export const PLACES = `select p.cell::text as cell, p.n, coalesce(p.code, p.cell || '-' || p.n) as code, p.address as text, p.elements, p.aliases,
    st_x(p.geom) as lng, st_y(p.geom) as lat,
    coalesce(case when d.level > 4 then coalesce(d.path[4], d.path[3], d.path[2], d.path[1]) end, p.division_id)
      as "divisionId"
  from place p left join division d on d.id = p.division_id`;

async function readPlaces(client: Queryable, after: readonly [cell: string, n: number]): Promise<PlaceRow[]> {
  const { rows } = await client.query<PlaceRow>(
    `${PLACES} where p.retired_at is null and (p.cell, p.n) > ($1::bigint, $2::int) order by p.cell, p.n limit ${PAGE}`,
    [...after],
  );
  return rows;
}

/**
 * The address base of the city as it stands, read in pages. What changes meanwhile raises its seq, and whoever keeps the base
 * reads it again.
 * @param version seq of before.
 */
export async function readBase(client: Queryable, version: number): Promise<AddressBase> {
  const base = new AddressBase({ divisions: await readGazetteer(client) }, version);
  let after: [string, number] = ['-1', 0];
  for (;;) {
    const rows = await readPlaces(client, after);
    for (const [i, row] of rows.entries()) {
      if (i % SLICE === 0) await setImmediate();
      addPlace(base, row);
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return base;
    after = [last.cell, last.n];
  }
}

/** An address that names no road, place or village could not be found again: it is left out. */
export function addPlace(base: AddressBase, place: PlaceRow): void {
  const { divisionId, elements, aliases, ...row } = place;
  const address = { ...row, divisionId: divisionId === 0 ? null : divisionId };
  const mark = markOf(place);
  takeIn(base, elements ? { ...address, elements } : address, mark);
  for (const text of aliases ?? []) takeIn(base, { ...address, text }, mark);
}

/** All that an address is read from, in 32 bits (FNV-1a). */
export function markOf({ text, elements, aliases, lng, lat, divisionId }: PlaceRow): number {
  const whole = JSON.stringify([text, elements, aliases, lng, lat, divisionId]);
  let hash = 0x811c9dc5;
  for (let i = 0; i < whole.length; i++) hash = Math.imul(hash ^ whole.charCodeAt(i), 0x01000193);
  return hash | 0;
}

function takeIn(base: AddressBase, address: StandardAddress, mark: number): void {
  try {
    base.add(address, mark);
  } catch (error) {
    if (!(error instanceof HekanError && error.code === 'bad_request')) throw error;
  }
}
