import type { City } from '../city/index.ts';
import { toColumns, unnestInput, type Queryable } from '../db/index.ts';
import type { SignalFlag } from './flags.ts';
import type { Outlet } from './outlet.ts';

/** What became of a signal. */
export interface Outcome {
  externalId: string;
  state: 'cased' | 'duplicate' | 'waiting';
  reason: string | null;
  caseId: number | null;
  flags: readonly SignalFlag[];
}

async function writeWords(client: Queryable, outlet: Outlet, city: City) {
  const names = [outlet.key, outlet.nameZh, outlet.nameEn];
  const source = await client.query<{ id: number }>(
    `insert into source (key, name_zh, name_en) values ($1::text, $2::text, $3::text)
     on conflict (key) do update set name_zh = excluded.name_zh returning id`,
    names,
  );
  const dataset = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ('outlet-' || $1::text, $2::text, $3::text, 'cases', $4::text)
     on conflict (key) do update set name_zh = excluded.name_zh returning id`,
    [...names, city.kind === 'demo' ? 'demo' : 'import'],
  );
  return { sourceId: source.rows[0]!.id, datasetId: dataset.rows[0]!.id };
}

/** The dataset and the source of an outlet's cases, made on first sight. */
export async function ensureWords(client: Queryable, outlet: Outlet, city: City) {
  const { rows } = await client.query<{ sourceId: number; datasetId: number }>(
    `select s.id as "sourceId", d.id as "datasetId" from source s join dataset d on d.key = 'outlet-' || s.key
     where s.key = $1::text and s.name_zh = $2::text and d.name_zh = $2::text`,
    [outlet.key, outlet.nameZh],
  );
  return rows[0] ?? writeWords(client, outlet, city);
}

const OUTCOME = [
  ['external_id', 'text'],
  ['state', 'text'],
  ['reason', 'text'],
  ['case_id', 'bigint'],
  ['flags', 'text'],
] as const;

/** Notes what became of an outlet's signals. */
export async function writeOutcomes(client: Queryable, outletId: number, outcomes: readonly Outcome[], at: Date) {
  const rows = outcomes.map((o) => [o.externalId, o.state, o.reason, o.caseId, o.flags.join(' ')]);
  await client.query(
    `update signal s set state = input.state, reason = input.reason, case_id = input.case_id, attempts = attempts + 1,
       flags = string_to_array(input.flags, ' '), done_at = $2::timestamptz
     from ${unnestInput(OUTCOME, 3)} where s.outlet_id = $1::int and s.external_id = input.external_id`,
    [outletId, at, ...toColumns(OUTCOME, rows)],
  );
}

/** Notes duplicates: each the case, the signal that doubles it, and that signal's own case where it has one. */
export async function writeDuplicates(
  client: Queryable,
  outletId: number,
  rows: [number, string, number | null][],
  at: Date,
) {
  if (rows.length === 0) return;
  await client.query(
    `insert into case_duplicate (case_id, outlet_id, external_id, child_case_id, at)
     select case_id, $1::int, external_id, child, $2::timestamptz from unnest($3::bigint[], $4::text[], $5::bigint[])
       as i (case_id, external_id, child) on conflict do nothing`,
    [outletId, at, rows.map((r) => r[0]), rows.map((r) => r[1]), rows.map((r) => r[2])],
  );
}
