import { setImmediate } from 'node:timers/promises';
import type { Queryable } from '../../db/index.ts';
import { levelOfCode, MAX_CODE_LEVEL, tileOfCode } from '../../../tiles/codes.ts';
import { tileBounds, type Bbox } from '../../../tiles/grid.ts';
import type { AddressBase } from '../base/base.ts';
import { addPlace, markOf, PLACES, SLICE, type PlaceRow } from './readBase.ts';

/** Where addresses changed: ranges of cells, and the same as boxes. */
export interface ChangedArea {
  first: string[];
  last: string[];
  boxes: Bbox[];
}

/** More than this is read anew as a whole: about what is quicker. */
const MOST_CODES = 256;
const MOST_PLACES = 50_000;
const CELL_BITS = 62;

/** Where addresses changed since a seq; null where that is so much that the whole base is read as quickly. */
export async function readChangedArea(client: Queryable, since: number): Promise<ChangedArea | null> {
  const { rows } = await client.query<{ code: string }>(
    `select code::text as code from tile_version where layer = 'addresses' and seq > $1::bigint
     order by tile_version.code limit ${MOST_CODES + 1}`,
    [since],
  );
  if (rows.length > MOST_CODES) return null;
  const area: ChangedArea = { first: [], last: [], boxes: [] };
  for (const { code: text } of rows) {
    const code = Number(text);
    const level = levelOfCode(code);
    if (level === 0 || level > MAX_CODE_LEVEL) return null;
    const shift = BigInt(CELL_BITS - 2 * level);
    const key = BigInt(code) - (1n << BigInt(2 * level));
    area.first.push((key << shift).toString());
    area.last.push((((key + 1n) << shift) - 1n).toString());
    area.boxes.push(tileBounds(tileOfCode(code)));
  }
  const { rows: counted } = await client.query<{ n: number }>(
    `select count(*)::int as n from (select 1 from unnest($1::bigint[], $2::bigint[]) as r(first, last)
       join place p on p.cell between r.first and r.last limit ${MOST_PLACES + 1}) as places`,
    [area.first, area.last],
  );
  return counted[0]!.n > MOST_PLACES ? null : area;
}

/**
 * Brings a base to what the changed area holds now, and touches nothing else in it: what is as it was stays, what moved, changed, came or went
 * is taken out and put in. Answers between its slices are right of each address, old or new.
 * @returns codes of what changed.
 */
export async function applyChanges(client: Queryable, base: AddressBase, area: ChangedArea): Promise<Set<string>> {
  const { rows } = await client.query<PlaceRow>(
    `${PLACES} join unnest($1::bigint[], $2::bigint[]) as r(first, last) on p.cell between r.first and r.last
     where p.retired_at is null order by p.cell, p.n`,
    [area.first, area.last],
  );
  const held = base.rowsIn(area.boxes);
  const missing = new Set(held.keys());
  const changed = new Set<string>();
  for (const [i, row] of rows.entries()) {
    if (i % SLICE === 0) await setImmediate();
    missing.delete(row.code);
    const known = held.get(row.code);
    if (known && base.markOf(known[0]!) === markOf(row)) continue;
    if (known) base.drop(known);
    addPlace(base, row);
    changed.add(row.code);
  }
  for (const code of await goneOf(client, [...missing])) {
    base.drop(held.get(code)!);
    changed.add(code);
  }
  return changed;
}

/** Those of the codes that no place has, or only one that is retired: a box is a hair wider than its range of cells. */
async function goneOf(client: Queryable, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return [];
  const { rows } = await client.query<{ code: string }>(
    `select c.code from unnest($1::text[]) as c(code)
     where not exists (select 1 from place p where p.code = c.code and p.retired_at is null)
       and not case when c.code ~ '^[0-9]{1,19}-[0-9]{1,9}$' then exists (
         select 1 from place p where p.code is null and p.retired_at is null
           and p.cell = least(split_part(c.code, '-', 1)::numeric, 4611686018427387904)::bigint and p.n = split_part(c.code, '-', 2)::int) else false end
     order by c.code`,
    [codes],
  );
  return rows.map(({ code }) => code);
}
