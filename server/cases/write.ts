import { toColumns, unnestInput, type Queryable } from '../db/index.ts';
import {
  bulkOf,
  POINT_OF_INPUT,
  rowOf,
  storedNames,
  VALUE_COLUMNS,
  type CaseValues,
  type Column,
  type NewStep,
} from './columns.ts';
import { appendSteps } from './log/append.ts';
import { contributions, insertDeltas } from './tally.ts';
import type { CaseOwner } from './words.ts';

export interface NewCase extends CaseValues {
  /** Given to set it, null to draw the next one. */
  id: number | null;
  externalId: string;
  caseNo: string;
  dispatchedAt: Date | null;
  handledAt: Date | null;
  reworks: number;
  /** Who runs it; without it, we do. */
  owner?: CaseOwner;
  updatedAt: Date;
  steps: NewStep[];
}

const NEW_COLUMNS: readonly Column<NewCase>[] = [
  ['id', 'bigint', (c) => c.id],
  ['external_id', 'text', (c) => c.externalId],
  ['case_no', 'text', (c) => c.caseNo],
  ...VALUE_COLUMNS,
  ['dispatched_at', 'timestamptz', (c) => c.dispatchedAt],
  ['handled_at', 'timestamptz', (c) => c.handledAt],
  ['reworks', 'smallint', (c) => c.reworks],
  ['owner', 'text', (c) => c.owner ?? 'hosted'],
  ['stage_since', 'timestamptz', (c) => (c.status === 'reported' ? c.reportedAt : null)],
];
const NEW_BULK = bulkOf(NEW_COLUMNS);
const STORED = storedNames(NEW_BULK).join(', ');

/**
 * Inserts cases with their steps and what they add to the counts, in the caller's transaction. A case whose external id the
 * dataset already has is left alone.
 * @param counted false: the caller rebuilds the tally afterwards (a first load).
 * @returns id by external id, of those that went in.
 */
export async function insertCases(
  client: Queryable,
  datasetId: number,
  cases: readonly NewCase[],
  counted = true,
): Promise<Map<string, number>> {
  if (cases.length === 0) return new Map();
  const rows = cases.map((c) => rowOf(NEW_COLUMNS, c));
  const inserted = await client.query<{ id: string; external_id: string }>(
    `with new as (
       insert into cases (id, dataset_id, geom, ${STORED})
       select coalesce(id, nextval(pg_get_serial_sequence('cases', 'id'))), $1::int, ${POINT_OF_INPUT}, ${STORED}
       from ${unnestInput(NEW_BULK, 2)}
       on conflict (dataset_id, external_id) do nothing
       returning *
     )${counted ? `, counted as (${insertDeltas(contributions('new'))})` : ''}
     select id::text, external_id from new`,
    [datasetId, ...toColumns(NEW_BULK, rows)],
  );
  const ids = new Map(inserted.rows.map((row) => [row.external_id, Number(row.id)]));
  await appendSteps(
    client,
    cases.flatMap(({ externalId, steps }) => {
      const caseId = ids.get(externalId);
      return caseId === undefined ? [] : [{ caseId, head: null, steps }];
    }),
  );
  return ids;
}
