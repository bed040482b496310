import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import type { Queryable } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import { STATE_COLUMNS, type AddressState } from './address.ts';
import type { Counts, Outcome } from './words.ts';

/** A visit as it is kept. */
export interface KeptVisit extends Counts {
  id: string;
  collector: string;
  visitedAt: Date;
  receivedAt: Date;
  outcome: Outcome;
  note: string | null;
  baseVersion: number | null;
  version: number;
  counted: boolean;
  proposals: { id: number; kind: string; state: string }[];
}

/** Visits to an address, the latest first. @param after id of the last visit of the page before; null: the first page. */
export async function listVisits(
  client: Queryable,
  scope: Scope,
  { address, after, limit }: { address: string; after: string | null; limit: number },
): Promise<KeptVisit[]> {
  const { rows } = await client.query<KeptVisit>(
    `select v.id, v.collector, v.visited_at as "visitedAt", v.received_at as "receivedAt", v.outcome, v.people, v.houses, v.units, v.note,
       v.base_version as "baseVersion", v.version, v.counted,
       coalesce((select jsonb_agg(jsonb_build_object('id', o.id, 'kind', o.kind, 'state', o.state) order by o.id)
         from address_proposal o where o.visit_id = v.id), '[]') as proposals
     from visit v left join place p on p.code = v.address
     where v.address = $1::text and ${scopeCondition('coalesce(p.division_id, 0)', 2)}
       and ($3::uuid is null or (v.visited_at, v.id) < (select last.visited_at, last.id from visit last where last.id = $3::uuid))
     order by v.visited_at desc, v.id desc limit $4::int`,
    [address, scopeParam(scope), after, limit],
  );
  return rows;
}

/** A page of addresses for a device. */
export interface AddressPage {
  items: AddressState[];
  /** Pass it as after; null: this was the last page. */
  next: string | null;
  /** Pass it as changedSince next time, from the first page of this. */
  syncedAt: Date;
}

/** Transactions that began before an answer and end behind it are told again by the next. */
const OVERLAP_S = 60;

/** The key of the last address of a page. @throws HekanError('bad_request'). */
export function parseAfter(after: string): [cell: string, n: string] {
  const [, cell = '', n = ''] = /^(\d{1,19})-(\d{1,9})$/.exec(after) ?? [];
  if (cell === '' || BigInt(cell) >= 2n ** 62n || Number(n) > 65_535)
    throw badRequest('after', after, 'next of the page before');
  return [cell, n];
}

/** Addresses of a division with all below it, retired ones among them, with their versions. */
export async function listAddresses(
  client: Queryable,
  scope: Scope,
  {
    division,
    changedSince,
    after,
    limit,
  }: { division: number; changedSince: Date | null; after: string | null; limit: number },
): Promise<AddressPage> {
  const [cell, n] = after === null ? ['-1', '0'] : parseAfter(after);
  const { rows } = await client.query<AddressState & { key: string }>(
    `select ${STATE_COLUMNS}, p.cell || '-' || p.n as key from place p
     where p.division_id in (select id from division where $1::int = any(path)) and ${scopeCondition('p.division_id', 2)}
       and ($3::timestamptz is null or p.changed_at >= $3::timestamptz) and (p.cell, p.n) > ($4::bigint, $5::int)
     order by p.cell, p.n limit $6::int`,
    [division, scopeParam(scope), changedSince, cell, n, limit],
  );
  const now = await client.query<{ at: Date }>(`select now() - make_interval(secs => ${OVERLAP_S}) as at`);
  const items = rows.map(({ key: _key, ...state }) => state);
  const next = rows.length < limit ? null : (rows.at(-1)?.key ?? null);
  return { items, next, syncedAt: now.rows[0]!.at };
}
