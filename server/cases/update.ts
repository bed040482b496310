import { toColumns, unnestInput, type BulkColumns, type Queryable } from '../db/index.ts';
import { bulkOf, POINT_OF_INPUT, rowOf, storedNames, VALUE_COLUMNS, type CaseValues, type NewStep } from './columns.ts';
import { appendSteps, readHeads } from './log/append.ts';
import { contributions, insertDeltas } from './tally.ts';
import { keepWas } from './was.ts';

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

const CHANGE_BULK = [['id', 'bigint'], ...bulkOf(VALUE_COLUMNS)] as const;
const SET = storedNames(CHANGE_BULK)
  .map((name) => `${name} = input.${name}`)
  .join(', ');

/** `changed` is an update of cases that returns these: what it was goes from the counts, what it is comes in. */
const COUNTED = `counted as (${insertDeltas(`${contributions('old', -1)} union all ${contributions('changed')}`)})`;

/**
 * Changes cases, appends their steps and moves what they add to the counts, in the caller's transaction, which must hold the
 * rows locked (readStored): the old values are those of the statement's snapshot.
 */
export async function updateCases(client: Queryable, changes: readonly CaseChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => [change.id, ...rowOf(VALUE_COLUMNS, change)]);
  await client.query(
    `with input as (select * from ${unnestInput(CHANGE_BULK)}),
     old as (select * from cases where id in (select id from input)),
     changed as (
       update cases set geom = ${POINT_OF_INPUT}, ${SET}
       from input where cases.id = input.id
       returning cases.*
     ), ${keepWas('changed')}, ${COUNTED}
     select 1 from changed limit 1`,
    toColumns(CHANGE_BULK, rows),
  );
  const logged = changes.filter(({ steps }) => steps.length > 0);
  const heads = await readHeads(
    client,
    logged.map(({ id }) => id),
  );
  await appendSteps(
    client,
    logged.map(({ id, steps }) => ({ caseId: id, head: heads.get(id) ?? null, steps })),
  );
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
     old as (select * from cases where id in (select id from input)),
     changed as (
       update cases set division_id = input.division_id from input where cases.id = input.id
       returning cases.*
     ), ${COUNTED}
     select 1 from changed limit 1`,
    [moves.map(({ id }) => id), moves.map(({ divisionId }) => divisionId)],
  );
}
