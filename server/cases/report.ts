import { locateDivisions } from '../city/index.ts';
import type { Clock, Database, Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { announceCases } from './announce.ts';
import type { Act } from './act.ts';
import { postLetters } from './letters.ts';
import { checkReporter } from './machine.ts';
import type { CaseOwner } from './words.ts';
import { insertCases, type NewCase } from './write.ts';

/** What is reported, and where. */
interface Reported {
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
  lng: number;
  lat: number;
  address: string | null;
  description: string | null;
}

export interface Report extends Reported {
  datasetId: number;
}

/** A report that has its number and its division. */
export interface CaseDraft extends Reported {
  id: number;
  caseNo: string;
  externalId: string;
  divisionId: number;
  reportedAt: Date;
  owner?: CaseOwner;
  /** Departments that assist the lead one. */
  assisting?: readonly number[];
}

/** Ids of cases to be, and the numbers that go with them: the running part is the id, the day is the city's.
 * @throws HekanError('not_ready') before there is a city. */
export async function drawCaseNumbers(
  client: Queryable,
  at: Date,
  n: number,
): Promise<{ id: number; caseNo: string }[]> {
  const { rows } = await client.query<{ id: number; caseNo: string }>(
    `select n.id::float8 as id, c.case_no_prefix || to_char($1::timestamptz at time zone c.time_zone, 'YYYYMMDD') || '-' ||
       lpad(n.id::text, 7, '0') as "caseNo"
     from city c cross join (select nextval(pg_get_serial_sequence('cases', 'id')) as id from generate_series(1, $2::int)) as n
     order by n.id`,
    [at, n],
  );
  if (rows.length < n) throw new HekanError('not_ready', 'there is no city yet');
  return rows;
}

/** Reports many cases at once, in the caller's transaction: rows, first steps, counts and what the screens are told.
 * @throws HekanError('conflict') where the dataset has one of them already. */
export async function reportCases(
  client: Queryable,
  datasetId: number,
  drafts: readonly CaseDraft[],
  by: Pick<Act, 'role' | 'actor'>,
  at: Date,
): Promise<void> {
  checkReporter(by.role);
  if (drafts.length === 0) return;
  const cases = drafts.map((draft): NewCase => ({
    ...draft,
    status: 'reported',
    acceptedAt: null,
    filedAt: null,
    dispatchedAt: null,
    yellowAt: null,
    dueAt: null,
    handledAt: null,
    closedAt: null,
    reworks: 0,
    updatedAt: at,
    steps: [{ at, action: 'report', from: null, to: 'reported', note: null, ...by }],
  }));
  const ids = await insertCases(client, datasetId, cases);
  if (ids.size !== drafts.length)
    throw new HekanError('conflict', `dataset ${datasetId} has one of these cases already`);
  await writeAssisting(client, drafts);
  const caseIds = drafts.map(({ id }) => id);
  await announceCases(client, caseIds, 'report', at);
  if (drafts.some(({ owner }) => owner === 'federated')) await postLetters(client, caseIds, { type: 'dispatch' }, at);
}

/** Lists of lists are no parameters of PostgreSQL: each travels as text. */
async function writeAssisting(client: Queryable, drafts: readonly CaseDraft[]): Promise<void> {
  const helped = drafts.flatMap(({ id, assisting = [] }) => (assisting.length > 0 ? [{ id, assisting }] : []));
  if (helped.length === 0) return;
  await client.query(
    `update cases c set assisting = i.assisting::int[] from unnest($1::bigint[], $2::text[]) as i (id, assisting)
     where c.id = i.id`,
    [helped.map(({ id }) => id), helped.map(({ assisting }) => `{${assisting.join(',')}}`)],
  );
}

/** A new case (信息收集): reported, located, announced. @returns its id. */
export async function reportCase(
  db: Database,
  clock: Clock,
  { datasetId, ...reported }: Report,
  by: Pick<Act, 'role' | 'actor'>,
): Promise<number> {
  return db.transaction(async (client) => {
    const at = clock.now();
    const [number] = await drawCaseNumbers(client, at, 1);
    const [divisionId = 0] = await locateDivisions(client, [[reported.lng, reported.lat]]);
    const { id, caseNo } = number!;
    const draft = { id, caseNo, externalId: caseNo, divisionId, reportedAt: at, ...reported };
    await reportCases(client, datasetId, [draft], by, at);
    return id;
  });
}
