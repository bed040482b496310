import type { Queryable } from '../db/index.ts';
import type { Counts } from './words.ts';

/** An address as it stands: what a device is told where it knew another state. */
export interface AddressState extends Counts {
  /** Its code, or the id of a place without one. */
  address: string;
  version: number;
  text: string;
  aliases: string[];
  lng: number;
  lat: number;
  divisionId: number;
  visitedAt: Date | null;
  retiredAt: Date | null;
}

/** What is selected of a place `p` for AddressState. */
export const STATE_COLUMNS = `coalesce(p.code, p.cell || '-' || p.n) as address, p.version, p.address as text,
  coalesce(p.aliases, '[]') as aliases, st_x(p.geom) as lng, st_y(p.geom) as lat, p.division_id as "divisionId", p.people, p.houses, p.units,
  p.visited_at as "visitedAt", p.retired_at as "retiredAt"`;

export interface HeldAddress extends AddressState {
  cell: string;
  n: number;
}

/** The greatest 62-bit key. */
const MAX_CELL = 2n ** 62n - 1n;

/** Finds an address by its code or id, and holds it until the caller's transaction ends. @returns null: there is none. */
export async function holdAddress(client: Queryable, address: string): Promise<HeldAddress | null> {
  const [, cell = null, n = null] = /^(\d{1,19})-(\d{1,9})$/.exec(address) ?? [];
  const isCell = cell !== null && BigInt(cell) <= MAX_CELL;
  const { rows } = await client.query<HeldAddress>(
    `select ${STATE_COLUMNS}, p.cell::text as cell, p.n from place p
     where p.code = $1::text or (p.code is null and p.cell = $2::bigint and p.n = $3::int)
     order by p.code nulls last limit 1 for update of p`,
    [address, isCell ? cell : null, isCell ? n : null],
  );
  return rows[0] ?? null;
}

/** An address that is only proposed: the id of the visit that proposed it stands for it. */
export interface ProposedAddress {
  state: 'waiting' | 'accepted' | 'rejected';
  /** Its code, once it is accepted. */
  address: string;
}

/** What became of an address that a visit proposed. @returns null where no visit of this id proposed one. */
export async function readProposed(client: Queryable, visitId: string): Promise<ProposedAddress | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(visitId)) return null;
  const { rows } = await client.query<ProposedAddress>(
    `select state, address from address_proposal where visit_id = $1::uuid and kind = 'new' for share`,
    [visitId],
  );
  return rows[0] ?? null;
}
