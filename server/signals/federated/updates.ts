import type { Queryable } from '../../db/index.ts';
import type { Outlet } from '../outlet.ts';
import type { Update } from './readUpdate.ts';

/** An update that is not done with. */
export interface OpenUpdate {
  id: number;
  externalId: string;
  sequence: number | null;
  body: Update;
  receivedAt: Date;
  state: 'waiting' | 'conflict';
  reason: string | null;
}

/** Updates of a case that are not done with, in order, locked: whoever works on a case's updates begins here. */
export async function lockUpdates(client: Queryable, outletId: number, caseRef: string): Promise<OpenUpdate[]> {
  const { rows } = await client.query<OpenUpdate>(
    `select id::float8 as id, external_id as "externalId", sequence::float8 as sequence, body, received_at as "receivedAt", state, reason
     from case_update where outlet_id = $1::int and case_ref = $2::text and state in ('waiting', 'conflict')
     order by case_update.sequence, case_update.received_at, external_id for update`,
    [outletId, caseRef],
  );
  return rows;
}

/** The place of the last update that was taken, or dropped; null: none was. */
export async function lastSequence(client: Queryable, outletId: number, caseRef: string): Promise<number | null> {
  const { rows } = await client.query<{ last: number | null }>(
    `select max(sequence)::float8 as last from case_update
     where outlet_id = $1::int and case_ref = $2::text and state in ('applied', 'dropped')`,
    [outletId, caseRef],
  );
  return rows[0]?.last ?? null;
}

/** The case that an outlet's platform runs, by the outlet's id of it or by our number; null: there is none. */
export async function findCase(client: Queryable, { id, key }: Outlet, caseRef: string): Promise<number | null> {
  const { rows } = await client.query<{ id: string }>(
    `select c.id::text as id from cases c join source s on s.id = c.source_id and s.key = $2::text
     where c.owner = 'federated' and c.id = coalesce(
       (select case_id from signal where outlet_id = $1::int and external_id = $3::text and state = 'cased'),
       (select id from cases where case_no = $3::text order by cases.id limit 1))`,
    [id, key, caseRef],
  );
  return rows[0] ? Number(rows[0].id) : null;
}

/** Ends an update, or leaves it to an operator with the reason. */
export async function settle(
  client: Queryable,
  id: number,
  state: 'applied' | 'dropped' | 'conflict',
  { caseId = null, reason = null, at }: { caseId?: number | null; reason?: string | null; at: Date },
): Promise<void> {
  await client.query(
    `update case_update set state = $2::text, case_id = coalesce($3::bigint, case_id), reason = coalesce($4::text, reason),
       done_at = case when $2::text = 'conflict' then null else $5::timestamptz end where id = $1::bigint`,
    [id, state, caseId, reason, at],
  );
}
