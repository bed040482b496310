import { toColumns, unnestInput, type Queryable } from '../../db/index.ts';
import { inTurn } from '../inTurn.ts';
import { parseJson } from '../json.ts';
import type { Outlet } from '../outlet.ts';
import { readUpdate } from './readUpdate.ts';

const COLUMNS = [
  ['external_id', 'text'],
  ['case_ref', 'text'],
  ['sequence', 'bigint'],
  ['body', 'jsonb'],
  ['received_at', 'timestamptz'],
  ['state', 'text'],
  ['reason', 'text'],
] as const;

interface Received {
  externalId: string;
  raw: Buffer;
  receivedAt: Date;
}

/**
 * Takes those of an outlet's signals that tell of a case its platform runs into the queue of updates, in the caller's transaction.
 * @returns the others: they are to become cases.
 */
export async function takeUpdates<Signal extends Received>(
  client: Queryable,
  outlet: Outlet,
  signals: readonly Signal[],
): Promise<Signal[]> {
  const { platform } = outlet.config;
  if (!platform) return [...signals];
  const updates = await inTurn(signals, ({ raw }) =>
    readUpdate(platform, outlet.timeZone, parseJson(raw.toString('utf8'))),
  );
  const rows = signals.flatMap(({ externalId, receivedAt }, i) => {
    const update = updates[i];
    if (!update) return [];
    const { caseRef, sequence, problem } = update;
    const state = problem === null ? 'waiting' : 'conflict';
    return [[externalId, caseRef, sequence, JSON.stringify(update), receivedAt, state, problem]];
  });
  if (rows.length > 0) await writeUpdates(client, outlet.id, rows);
  return signals.filter((_, i) => !updates[i]);
}

async function writeUpdates(client: Queryable, outletId: number, rows: unknown[][]): Promise<void> {
  await client.query(
    `with input as (select * from ${unnestInput(COLUMNS, 2)}),
     told as (
       update signal s set state = 'update', reason = null from input
       where s.outlet_id = $1::int and s.external_id = input.external_id
     )
     insert into case_update (outlet_id, external_id, case_ref, sequence, body, received_at, next_at, state, reason)
     select $1::int, external_id, case_ref, sequence, body, received_at, '-infinity', state, reason from input
     on conflict do nothing`,
    [outletId, ...toColumns(COLUMNS, rows)],
  );
}
