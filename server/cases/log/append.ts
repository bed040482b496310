import { insertRows, type Queryable } from '../../db/index.ts';
import type { NewStep } from '../columns.ts';
import { GENESIS, hashStep, type Head, type LoggedStep } from './chain.ts';

const STEP_BULK = [
  ['case_id', 'bigint'],
  ['seq', 'smallint'],
  ['at', 'timestamptz'],
  ['action', 'case_action'],
  ['from_status', 'case_status'],
  ['to_status', 'case_status'],
  ['role', 'case_role'],
  ['actor', 'text'],
  ['note', 'text'],
  ['used_ms', 'bigint'],
  ['late', 'boolean'],
  ['data', 'jsonb'],
  ['hash', 'bytea'],
] as const;
const HEAD_BULK = [
  ['case_id', 'bigint'],
  ['seq', 'smallint'],
  ['hash', 'bytea'],
] as const;

/** Steps of one case, behind the last one that it has. */
export interface Appended {
  caseId: number;
  /** The last step there is; null: the case is new. */
  head: { seq: number; hash: Buffer | null } | null;
  steps: readonly NewStep[];
}

function complete(step: NewStep): LoggedStep {
  return { ...step, usedMs: step.usedMs ?? null, late: step.late ?? null, data: step.data ?? null };
}

/**
 * Appends steps to logs, each chained to the one before, and leaves their new heads to be sealed; in the caller's transaction, which
 * must hold the cases locked.
 */
export async function appendSteps(client: Queryable, appended: readonly Appended[]): Promise<void> {
  const rows: unknown[][] = [];
  const heads: Head[] = [];
  for (const { caseId, head, steps } of appended) {
    let [seq, hash] = [head?.seq ?? 0, head?.hash ?? GENESIS];
    for (const given of steps) {
      const step = complete(given);
      hash = hashStep(hash, caseId, ++seq, step);
      const { at, action, from, to, role, actor, note, usedMs, late, data } = step;
      const json = data === null ? null : JSON.stringify(data);
      rows.push([caseId, seq, at, action, from, to, role, actor, note, usedMs, late, json, hash]);
    }
    if (steps.length > 0) heads.push({ caseId, seq, hash });
  }
  await insertRows(client, 'step', STEP_BULK, rows);
  await insertRows(
    client,
    'unsealed',
    HEAD_BULK,
    heads.map(({ caseId, seq, hash }) => [caseId, seq, hash]),
  );
}

/** The last step of cases, by case. */
export async function readHeads(
  client: Queryable,
  caseIds: readonly number[],
): Promise<Map<number, { seq: number; hash: Buffer | null }>> {
  const { rows } = await client.query<{ caseId: string; seq: number; hash: Buffer | null }>(
    `select i.id::text as "caseId", s.seq::int as seq, s.hash from unnest($1::bigint[]) as i (id)
       cross join lateral (select seq, hash from step where case_id = i.id order by seq desc limit 1) as s`,
    [caseIds],
  );
  return new Map(rows.map(({ caseId, seq, hash }) => [Number(caseId), { seq, hash }]));
}
