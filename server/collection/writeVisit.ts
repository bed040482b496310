import { createHash } from 'node:crypto';
import type { Clock, Queryable } from '../db/index.ts';
import type { HeldAddress } from './address.ts';
import type { Visit } from './readVisit.ts';
import { COUNTED, REACHED, type Counts } from './words.ts';

/** Somebody else is taking the same visit at this moment. */
export class Raced extends Error {}

/** What a visit says, as a key: the same id must not come with anything else. */
export const contentOf = (visit: Visit): Buffer => createHash('sha256').update(JSON.stringify(visit)).digest();

/** Writes what stands from now on. @returns the version of the address behind it: it moves where a count is another than before. */
export async function writeCounts(client: Queryable, held: HeldAddress, visit: Visit, counts: Counts): Promise<number> {
  const isNews = COUNTED.some((name) => counts[name] !== null && counts[name] !== held[name]);
  const version = held.version + (isNews ? 1 : 0);
  await client.query(
    `update place set people = coalesce($3::int, people), houses = coalesce($4::int, houses), units = coalesce($5::int, units),
       version = $6::int, visited_at = case when $7::boolean then greatest(visited_at, $8::timestamptz) else visited_at end,
       changed_at = now()
     where cell = $1::bigint and n = $2::int`,
    [
      held.cell,
      held.n,
      ...COUNTED.map((name) => counts[name]),
      version,
      REACHED.includes(visit.outcome),
      visit.visitedAt,
    ],
  );
  return version;
}

/** What a visit did. */
export interface Written {
  /** Of the address: its code, or the id of the visit that proposed it. */
  key: string;
  version: number;
  counted: boolean;
  divisionId: number;
}

/** Adds a visit to the history. @throws Raced where it is there already. */
export async function writeVisit(client: Queryable, clock: Clock, visit: Visit, written: Written): Promise<void> {
  const { rows } = await client.query(
    `insert into visit (id, address, collector, visited_at, received_at, outcome, people, houses, units, note, base_version, version,
       counted, content)
     values ($1::uuid, $2::text, $3::text, $4::timestamptz, $5::timestamptz, $6::text, $7::int, $8::int, $9::int, $10::text, $11::int,
       $12::int, $13::boolean, $14::bytea)
     on conflict (id) do nothing returning 1`,
    [
      visit.id,
      written.key,
      visit.collector,
      visit.visitedAt,
      clock.now(),
      visit.outcome,
      ...COUNTED.map((name) => visit.counts[name]),
      visit.note,
      visit.baseVersion,
      written.version,
      written.counted,
      contentOf(visit),
    ],
  );
  if (rows.length === 0) throw new Raced();
}

/** Puts what a visit would change of the base before a reviewer. @returns their ids. */
export async function writeProposals(
  client: Queryable,
  clock: Clock,
  visit: Visit,
  { key, divisionId }: Written,
): Promise<number[]> {
  const { corrections } = visit;
  if (corrections.length === 0) return [];
  const bodies = corrections.map(({ text, at }) =>
    JSON.stringify({ ...(text === null ? {} : { text }), ...(at === null ? {} : { lng: at[0], lat: at[1] }) }),
  );
  const { rows } = await client.query<{ id: number }>(
    `insert into address_proposal (visit_id, kind, address, body, base_version, division_id, proposed_at)
     select $1::uuid, kind, $2::text, body::jsonb, $3::int, $4::int, $5::timestamptz
     from unnest($6::text[], $7::text[]) with ordinality as c (kind, body, at) order by at returning id::float8 as id`,
    [visit.id, key, visit.baseVersion, divisionId, clock.now(), corrections.map(({ kind }) => kind), bodies],
  );
  return rows.map(({ id }) => id);
}
