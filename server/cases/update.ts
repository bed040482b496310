import { cellOf } from '../../tiles/morton.ts';
import { toColumns, unnestInput, type BulkColumns, type Queryable } from '../db/index.ts';
import { contributions, insertDeltas } from './tally.ts';
import type { CaseStatus } from './words.ts';
import type { NewStep } from './write.ts';

/** What a source may change in a case after it came in. */
export interface CaseValues {
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
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
  yellowAt: Date | null;
  dueAt: Date | null;
  closedAt: Date | null;
}

export interface StoredCase extends CaseValues {
  id: number;
  externalId: string;
}

export interface CaseChange extends CaseValues {
  id: number;
  updatedAt: Date;
  /** Appended to the case's log. */
  steps: NewStep[];
}

/**
 * Cases that a dataset already has, by external id.
 * @param lock true: until the transaction ends nobody else changes them.
 */
export async function readStored(
  client: Queryable,
  datasetId: number,
  externalIds: readonly string[],
  lock: boolean,
): Promise<Map<string, StoredCase>> {
  const { rows } = await client.query<Omit<StoredCase, 'id'> & { id: string }>(
    `select id::text, external_id as "externalId", source_id as "sourceId", category_id as "categoryId",
       department_id as "departmentId", division_id as "divisionId", st_x(geom) as lng, st_y(geom) as lat, address, description,
       status, reported_at as "reportedAt", accepted_at as "acceptedAt", filed_at as "filedAt", yellow_at as "yellowAt",
       due_at as "dueAt", closed_at as "closedAt"
     from cases where dataset_id = $1::int and external_id = any($2::text[])
     order by cases.id ${lock ? 'for update' : ''}`,
    [datasetId, externalIds],
  );
  return new Map(rows.map((row) => [row.externalId, { ...row, id: Number(row.id) }]));
}

const COLUMNS = [
  ['id', 'bigint'],
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
  ['yellow_at', 'timestamptz'],
  ['due_at', 'timestamptz'],
  ['closed_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
] as const satisfies BulkColumns;

const SET = COLUMNS.map(([name]) => name).filter((name) => !['id', 'lng', 'lat'].includes(name));

function changeRow(c: CaseChange): unknown[] {
  const cell = c.lng !== null && c.lat !== null ? cellOf(c.lng, c.lat).toString() : null;
  return [
    c.id,
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
    c.yellowAt,
    c.dueAt,
    c.closedAt,
    c.updatedAt,
  ];
}

const STEP_COLUMNS = [
  ['case_id', 'bigint'],
  ['n', 'int'],
  ['at', 'timestamptz'],
  ['action', 'case_action'],
  ['from_status', 'case_status'],
  ['to_status', 'case_status'],
  ['role', 'case_role'],
  ['actor', 'text'],
  ['note', 'text'],
] as const satisfies BulkColumns;

/** Appends steps behind the last one of their cases. */
async function appendSteps(client: Queryable, changes: readonly CaseChange[]): Promise<void> {
  const rows = changes.flatMap(({ id, steps }) =>
    steps.map((s, i) => [id, i + 1, s.at, s.action, s.from, s.to, s.role, s.actor, s.note]),
  );
  if (rows.length === 0) return;
  const stored = STEP_COLUMNS.slice(2).map(([name]) => name);
  await client.query(
    `insert into step (case_id, seq, ${stored.join(', ')})
     select case_id, n + coalesce((select max(seq) from step where step.case_id = input.case_id), 0), ${stored.join(', ')}
     from ${unnestInput(STEP_COLUMNS)}`,
    toColumns(STEP_COLUMNS, rows),
  );
}

/** `changed` is an update of cases that returns these: what it was goes from the counts, what it is comes in. */
const COUNTED = `counted as (${insertDeltas(`${contributions('old', -1)} union all ${contributions('changed')}`)})`;
const KEPT = 'division_id, status, accepted_at, closed_at';
const RETURNED = KEPT.split(', ')
  .map((name) => `cases.${name}`)
  .join(', ');

/**
 * Changes cases, appends their steps and moves what they add to the counts, in the caller's transaction, which must hold the
 * rows locked (readStored): the old values are those of the statement's snapshot.
 */
export async function updateCases(client: Queryable, changes: readonly CaseChange[]): Promise<void> {
  if (changes.length === 0) return;
  const point = 'case when input.lng is null then null else st_setsrid(st_makepoint(input.lng, input.lat), 4326) end';
  await client.query(
    `with input as (select * from ${unnestInput(COLUMNS)}),
     old as (select ${KEPT} from cases where id in (select id from input)),
     changed as (
       update cases set geom = ${point}, ${SET.map((name) => `${name} = input.${name}`).join(', ')}
       from input where cases.id = input.id
       returning ${RETURNED}
     ), ${COUNTED}
     select 1 from changed limit 1`,
    toColumns(COLUMNS, changes.map(changeRow)),
  );
  await appendSteps(client, changes);
}

const MOVE_COLUMNS = [
  ['id', 'bigint'],
  ['division_id', 'int'],
] as const satisfies BulkColumns;

/** Files cases under other divisions, counts included, in the caller's transaction, which must hold the rows locked. */
export async function moveCases(
  client: Queryable,
  moves: readonly { id: string; divisionId: number }[],
): Promise<void> {
  if (moves.length === 0) return;
  await client.query(
    `with input as (select * from ${unnestInput(MOVE_COLUMNS)}),
     old as (select ${KEPT} from cases where id in (select id from input)),
     changed as (
       update cases set division_id = input.division_id from input where cases.id = input.id
       returning ${RETURNED}
     ), ${COUNTED}
     select 1 from changed limit 1`,
    [moves.map(({ id }) => id), moves.map(({ divisionId }) => divisionId)],
  );
}
