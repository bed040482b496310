import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import type { Clock, Database, Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { keepPlaces, lockPlaces } from '../records/index.ts';
import { applyChange, type Changed } from './accept.ts';
import type { ProposalKind, ProposalState } from './words.ts';

/** What a visit would change of the base, and what became of it. */
export interface Proposal {
  id: number;
  kind: ProposalKind;
  state: ProposalState;
  address: string;
  /** Of a new address, another text, a name or an alias. */
  text: string | null;
  /** WGS 84; of a new address or another position. */
  lng: number | null;
  lat: number | null;
  baseVersion: number | null;
  divisionId: number;
  visitId: string;
  visitedAt: Date;
  collector: string;
  note: string | null;
  proposedAt: Date;
  reviewer: string | null;
  reason: string | null;
  decidedAt: Date | null;
  /** How the address stands now; null: it is not there (yet). */
  current: { version: number; text: string; lng: number; lat: number; retired: boolean } | null;
}

/** Which proposals. */
export interface ProposalFilter {
  state: ProposalState;
  division: number | null;
  after: number;
  limit: number;
}

/** Proposals in the order in which they came. */
export async function listProposals(
  client: Queryable,
  scope: Scope,
  { state, division, after, limit }: ProposalFilter,
): Promise<Proposal[]> {
  const { rows } = await client.query<Proposal>(
    `select o.id::float8 as id, o.kind, o.state, o.address, o.body ->> 'text' as text, (o.body ->> 'lng')::float8 as lng,
       (o.body ->> 'lat')::float8 as lat, o.base_version as "baseVersion", o.division_id as "divisionId", o.visit_id as "visitId",
       v.visited_at as "visitedAt", v.collector, v.note, o.proposed_at as "proposedAt", o.reviewer, o.reason, o.decided_at as "decidedAt",
       case when p.code is not null then jsonb_build_object('version', p.version, 'text', p.address, 'lng', st_x(p.geom), 'lat', st_y(p.geom),
         'retired', p.retired_at is not null) end as current
     from address_proposal o join visit v on v.id = o.visit_id left join place p on p.code = o.address
     where o.state = $1::text and o.id > $2::bigint and ${scopeCondition('o.division_id', 3)}
       and ($4::int is null or o.division_id in (select id from division where $4::int = any(path)))
     order by o.id limit $5::int`,
    [state, after, scopeParam(scope), division, limit],
  );
  return rows;
}

/** A reviewer's word on a proposal. */
export interface Decision {
  reviewer: string;
  reason: string;
  /** Code of an address that is new; null: the id of its visit. */
  code: string | null;
  /** Version of the address that the reviewer saw; null: any. */
  version: number | null;
}

interface Decided {
  kind: ProposalKind;
  address: string;
  body: { text?: string; lng?: number; lat?: number };
}

/** Takes a proposal for one reviewer: who comes second finds it decided. */
async function decide(
  client: Queryable,
  clock: Clock,
  id: number,
  state: Exclude<ProposalState, 'waiting'>,
  { reviewer, reason }: Decision,
): Promise<Decided> {
  const { rows } = await client.query<Decided>(
    `update address_proposal set state = $2::text, reviewer = $3::text, reason = $4::text, decided_at = $5::timestamptz
     where id = $1::bigint and state = 'waiting' returning kind, address, body`,
    [id, state, reviewer, reason, clock.now()],
  );
  if (rows[0]) return rows[0];
  const { state: was, reviewer: by } = await readDecision(client, id);
  throw new HekanError('conflict', `id: proposal ${id} was ${was} by ${by ?? ''}`, { field: 'id', given: String(id) });
}

/** @throws HekanError('not_found'). */
async function readDecision(
  client: Queryable,
  id: number,
): Promise<{ kind: ProposalKind; state: ProposalState; reviewer: string | null }> {
  const { rows } = await client.query<{ kind: ProposalKind; state: ProposalState; reviewer: string | null }>(
    'select kind, state, reviewer from address_proposal where id = $1::bigint',
    [id],
  );
  if (!rows[0]) throw new HekanError('not_found', `id: there is no proposal ${id}`, { field: 'id', given: String(id) });
  return rows[0];
}

/**
 * Accepts a proposal: the base is as if an import had brought it.
 * @throws HekanError: not_found; conflict where it was decided before, where the address is another meanwhile, or while an import relies on
 * the places as they stand.
 */
export async function acceptProposal(db: Database, clock: Clock, id: number, decision: Decision): Promise<Changed> {
  const { kind } = await readDecision(db, id);
  if (decision.code !== null && kind !== 'new')
    throw new HekanError('bad_request', 'code: expected none, the address has one', {
      field: 'code',
      given: decision.code,
    });
  const release = await (kind === 'new' || kind === 'move' ? lockPlaces(db) : keepPlaces(db));
  try {
    return await db.transaction(async (client) => {
      const { body, ...of } = await decide(client, clock, id, 'accepted', decision);
      const change = { ...of, text: body.text ?? null, lng: body.lng ?? null, lat: body.lat ?? null };
      const changed = await applyChange(client, clock, change, { code: decision.code, seen: decision.version });
      await client.query('update address_proposal set version = $2::int where id = $1::bigint', [id, changed.version]);
      return changed;
    });
  } finally {
    await release();
  }
}

/** Rejects a proposal: the base stays as it is. @throws HekanError: not_found; conflict where it was decided before. */
export async function rejectProposal(db: Database, clock: Clock, id: number, decision: Decision): Promise<void> {
  await db.transaction((client) => decide(client, clock, id, 'rejected', decision));
}
