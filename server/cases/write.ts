import { cellOf } from '../../tiles/morton.ts';
import { insertRows, toColumns, unnestInput, type BulkColumns, type Queryable } from '../db/index.ts';
import { contributions, insertDeltas } from './tally.ts';
import type { CaseAction, CaseRole, CaseStatus } from './words.ts';

export interface NewStep {
  at: Date;
  action: CaseAction;
  from: CaseStatus | null;
  to: CaseStatus;
  role: CaseRole;
  actor: string;
  note: string | null;
}

export interface NewCase {
  /** Given to set it, null to draw the next one. */
  id: number | null;
  externalId: string;
  caseNo: string;
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
  /** 0: none. */
  divisionId: number;
  /** WGS 84; both or neither. */
  lng: number | null;
  lat: number | null;
  address: string | null;
  description: string | null;
  status: CaseStatus;
  reportedAt: Date;
  acceptedAt: Date | null;
  filedAt: Date | null;
  dispatchedAt: Date | null;
  yellowAt: Date | null;
  dueAt: Date | null;
  handledAt: Date | null;
  closedAt: Date | null;
  reworks: number;
  updatedAt: Date;
  steps: NewStep[];
}

const COLUMNS = [
  ['id', 'bigint'],
  ['external_id', 'text'],
  ['case_no', 'text'],
  ['source_id', 'int'],
  ['category_id', 'int'],
  ['department_id', 'int'],
  ['division_id', 'int'],
  ['lng', 'float8'],
  ['lat', 'float8'],
  ['cell', 'bigint'],
  ['address', 'text'],
  ['description', 'text'],
  ['status', 'case_status'],
  ['reported_at', 'timestamptz'],
  ['accepted_at', 'timestamptz'],
  ['filed_at', 'timestamptz'],
  ['dispatched_at', 'timestamptz'],
  ['yellow_at', 'timestamptz'],
  ['due_at', 'timestamptz'],
  ['handled_at', 'timestamptz'],
  ['closed_at', 'timestamptz'],
  ['reworks', 'smallint'],
  ['updated_at', 'timestamptz'],
] as const satisfies BulkColumns;

const STEP_COLUMNS = [
  ['case_id', 'bigint'],
  ['seq', 'smallint'],
  ['at', 'timestamptz'],
  ['action', 'case_action'],
  ['from_status', 'case_status'],
  ['to_status', 'case_status'],
  ['role', 'case_role'],
  ['actor', 'text'],
  ['note', 'text'],
] as const satisfies BulkColumns;

const STORED = COLUMNS.map(([name]) => name).filter((name) => !['id', 'lng', 'lat'].includes(name));

function caseRow(c: NewCase): unknown[] {
  const cell = c.lng !== null && c.lat !== null ? cellOf(c.lng, c.lat).toString() : null;
  return [
    c.id,
    c.externalId,
    c.caseNo,
    c.sourceId,
    c.categoryId,
    c.departmentId,
    c.divisionId,
    c.lng,
    c.lat,
    cell,
    c.address,
    c.description,
    c.status,
    c.reportedAt,
    c.acceptedAt,
    c.filedAt,
    c.dispatchedAt,
    c.yellowAt,
    c.dueAt,
    c.handledAt,
    c.closedAt,
    c.reworks,
    c.updatedAt,
  ];
}

function stepRow(caseId: number, seq: number, step: NewStep): unknown[] {
  return [caseId, seq, step.at, step.action, step.from, step.to, step.role, step.actor, step.note];
}

/** Appends steps to one case. */
export async function insertSteps(
  client: Queryable,
  caseId: number,
  firstSeq: number,
  steps: NewStep[],
): Promise<void> {
  const rows = steps.map((step, i) => stepRow(caseId, firstSeq + i, step));
  await insertRows(client, 'step', STEP_COLUMNS, rows);
}

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
  const point = 'case when lng is null then null else st_setsrid(st_makepoint(lng, lat), 4326) end';
  const { rows } = await client.query<{ id: string; external_id: string }>(
    `with new as (
       insert into cases (id, dataset_id, geom, ${STORED.join(', ')})
       select coalesce(id, nextval(pg_get_serial_sequence('cases', 'id'))), $1::int, ${point}, ${STORED.join(', ')}
       from ${unnestInput(COLUMNS, 2)}
       on conflict (dataset_id, external_id) do nothing
       returning id, external_id, division_id, status, accepted_at, closed_at
     )${counted ? `, counted as (${insertDeltas(contributions('new'))})` : ''}
     select id::text, external_id from new`,
    [datasetId, ...toColumns(COLUMNS, cases.map(caseRow))],
  );
  const ids = new Map(rows.map((row) => [row.external_id, Number(row.id)]));
  const steps = cases.flatMap((c) => {
    const id = ids.get(c.externalId);
    return id === undefined ? [] : c.steps.map((step, i) => stepRow(id, i + 1, step));
  });
  await insertRows(client, 'step', STEP_COLUMNS, steps);
  return ids;
}
