import { toWgs84 } from '../city/index.ts';
import { unnestInput, type Queryable } from '../db/index.ts';
import type { Outlet } from './outlet.ts';
import type { Reading } from './reading.ts';

/** What looks wrong in a signal, for whoever looks after its outlet. Nothing is put right by itself. */
export const SIGNAL_FLAGS = ['zero', 'swapped', 'outside_city', 'time_odd', 'looks_gcj02'] as const;
export type SignalFlag = (typeof SIGNAL_FLAGS)[number];

const OF_PROBLEM: ReadonlyMap<string, SignalFlag> = new Map([
  ['position_zero', 'zero'],
  ['position_swapped', 'swapped'],
  ['position_outside_the_city', 'outside_city'],
  ['position_out_of_range', 'outside_city'],
]);

/** Flags that a signal gives away by itself. */
export function ownFlags(problem: string | null, inTime: boolean): SignalFlag[] {
  const flag = OF_PROBLEM.get(problem ?? '');
  return [...(flag ? [flag] : []), ...(inTime ? [] : (['time_odd'] as const))];
}

const INPUT = [
  ['i', 'int'],
  ['word', 'text'],
  ['lng', 'float8'],
  ['lat', 'float8'],
  ['moved_lng', 'float8'],
  ['moved_lat', 'float8'],
] as const;

/** Divisions of each word, by code or by name: each a join of its own, which an "or" between them would not be. */
const NAMED = ['code', 'name_zh', 'name_en'].map(
  (column) => `select w.word, d.id from (select distinct word from input) as w
     join division d on d.valid_to is null and d.${column} = w.word`,
);
const coveredBy = (point: 'given' | 'moved') => `
  select 1 from named n join division d on d.id = n.id where n.word = p.word and d.geom && p.${point} and st_covers(d.geom, p.${point})`;

/** Flags positions that lie outside the division that the signal names, and would lie inside it if they were GCJ-02, of an outlet that
 * promised another system. @returns the readings, in order. */
export async function flagGcj02(client: Queryable, outlet: Outlet, readings: readonly Reading[]): Promise<Reading[]> {
  const { crs } = outlet.config;
  if (crs !== 'wgs84' && crs !== 'cgcs2000') return [...readings];
  const named = readings.flatMap(({ position, division }, i) =>
    position && division !== null ? [[i, division, ...position, ...toWgs84('gcj02', ...position)] as const] : [],
  );
  if (named.length === 0) return [...readings];
  const { rows } = await client.query<{ i: number }>(
    `with input as (select * from ${unnestInput(INPUT)}), named as materialized (${NAMED.join(' union ')}),
     points as (
       select i, word, st_setsrid(st_makepoint(lng, lat), 4326) as given, st_setsrid(st_makepoint(moved_lng, moved_lat), 4326) as moved
       from input
     )
     select i from points p where exists (${coveredBy('moved')}) and not exists (${coveredBy('given')})`,
    INPUT.map((_, column) => named.map((row) => row[column])),
  );
  const flagged = new Set(rows.map(({ i }) => i));
  return readings.map((reading, i) =>
    flagged.has(i) ? { ...reading, flags: [...reading.flags, 'looks_gcj02'] } : reading,
  );
}
