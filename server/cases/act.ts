import { locateDivisions } from '../city/index.ts';
import { appendOutbox, type Clock, type Database, type Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { codeOfCell } from '../../tiles/codes.ts';
import { nextStatus, stepEffects, type StepEffects } from './machine.ts';
import { contributions, insertDeltas } from './tally.ts';
import { insertCases, insertSteps } from './write.ts';
import type { CaseAction, CaseRole, CaseStatus } from './words.ts';

/** Tile layers that a case's step changes. */
export const CASE_LAYERS = ['cases'];

export interface Act {
  action: CaseAction;
  role: CaseRole;
  actor: string;
  note: string | null;
}

export interface Report {
  datasetId: number;
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
  lng: number;
  lat: number;
  address: string | null;
  description: string | null;
}

interface CaseState {
  status: CaseStatus;
  limitHours: number | null;
  yellowAt: Date | null;
  dueAt: Date | null;
  lastStepAt: Date;
  steps: number;
}

async function lockCase(client: Queryable, caseId: number): Promise<CaseState> {
  const { rows } = await client.query<CaseState>(
    `select c.status, g.limit_hours as "limitHours", c.yellow_at as "yellowAt", c.due_at as "dueAt", s.at as "lastStepAt",
       s.seq::int as steps
     from cases c join category g on g.id = c.category_id
       cross join lateral (select seq, at from step where case_id = c.id order by seq desc limit 1) as s
     where c.id = $1::bigint for update of c`,
    [caseId],
  );
  const state = rows[0];
  if (!state) throw new HekanError('not_found', `no case with id ${caseId}`, { field: 'id', given: String(caseId) });
  return state;
}

/** Moves the case and appends what that adds to the counts, in one statement. */
async function moveCase(
  client: Queryable,
  caseId: number,
  status: CaseStatus,
  at: Date,
  effects: StepEffects,
): Promise<void> {
  await client.query(
    `with old as (
       select division_id, status, accepted_at, closed_at from cases where id = $1::bigint
     ), moved as (
       update cases set status = $2::case_status, updated_at = $3::timestamptz,
         accepted_at = coalesce($4::timestamptz, accepted_at), filed_at = coalesce($5::timestamptz, filed_at),
         dispatched_at = coalesce($6::timestamptz, dispatched_at), handled_at = coalesce($7::timestamptz, handled_at),
         closed_at = case when $2::case_status = 'closed' then coalesce($8::timestamptz, closed_at) end,
         yellow_at = coalesce($9::timestamptz, yellow_at), due_at = coalesce($10::timestamptz, due_at),
         reworks = reworks + $11::int
       where id = $1::bigint returning division_id, status, accepted_at, closed_at
     )
     ${insertDeltas(`${contributions('old', -1)} union all ${contributions('moved')}`)}`,
    [
      caseId,
      status,
      at,
      effects.acceptedAt ?? null,
      effects.filedAt ?? null,
      effects.dispatchedAt ?? null,
      effects.handledAt ?? null,
      effects.closedAt ?? null,
      effects.yellowAt ?? null,
      effects.dueAt ?? null,
      effects.addRework ? 1 : 0,
    ],
  );
}

/** Tells the screens: the body of a LiveCase, all but its seq. */
async function announce(client: Queryable, caseId: number, action: CaseAction, at: Date): Promise<void> {
  const { rows } = await client.query<{ body: Record<string, unknown>; cell: string | null }>(
    `select c.cell::text as cell, jsonb_build_object('caseId', c.id, 'caseNo', c.case_no, 'status', c.status, 'categoryZh', g.name_zh,
       'categoryEn', g.name_en, 'divisionId', c.division_id, 'divisionZh', coalesce(p.zh, ''), 'divisionEn', coalesce(p.en, ''),
       'address', c.address, 'lng', st_x(c.geom), 'lat', st_y(c.geom), 'yellowAt', c.yellow_at, 'dueAt', c.due_at) as body
     from cases c join category g on g.id = c.category_id
       left join division d on d.id = c.division_id
       left join lateral (
         select string_agg(a.name_zh, ' · ' order by a.level) as zh, string_agg(a.name_en, ' · ' order by a.level) as en
         from division a where a.id = any(d.path) and a.level between 2 and 4
       ) as p on true
     where c.id = $1::bigint`,
    [caseId],
  );
  const cell = rows[0]?.cell ?? null;
  await appendOutbox(client, {
    topic: 'case',
    body: { ...rows[0]?.body, action, at: at.toISOString() },
    layers: CASE_LAYERS,
    dirty: cell === null ? [] : [codeOfCell(BigInt(cell))],
    caseIds: [caseId],
  });
}

/**
 * Takes a case one step on: checks the machine, writes case, step, counts and outbox in one transaction.
 * @returns the new status.
 * @throws HekanError: not_found; conflict where the workflow does not allow it.
 */
export async function actOnCase(db: Database, clock: Clock, caseId: number, act: Act): Promise<CaseStatus> {
  return db.transaction(async (client) => {
    const state = await lockCase(client, caseId);
    const to = nextStatus(state.status, act.action, act.role);
    const at = clock.now();
    await moveCase(client, caseId, to, at, stepEffects(act.action, at, state));
    await insertSteps(client, caseId, state.steps + 1, [{ at, from: state.status, to, ...act }]);
    await announce(client, caseId, act.action, at);
    return to;
  });
}

/** The running part is the case's id; the day is the city's. */
async function nextCaseNo(client: Queryable, at: Date): Promise<{ id: number; caseNo: string }> {
  const { rows } = await client.query<{ id: number; caseNo: string }>(
    `select n.id::int as id, c.case_no_prefix || to_char($1::timestamptz at time zone c.time_zone, 'YYYYMMDD') || '-' ||
       lpad(n.id::text, 7, '0') as "caseNo"
     from city c cross join (select nextval(pg_get_serial_sequence('cases', 'id')) as id) as n`,
    [at],
  );
  const next = rows[0];
  if (!next) throw new HekanError('not_ready', 'there is no city yet');
  return next;
}

/** A new case (信息收集): reported, located, announced. @returns its id. */
export async function reportCase(
  db: Database,
  clock: Clock,
  report: Report,
  by: Pick<Act, 'role' | 'actor'>,
): Promise<number> {
  return db.transaction(async (client) => {
    const at = clock.now();
    const status = nextStatus(null, 'report', by.role);
    const { id, caseNo } = await nextCaseNo(client, at);
    const [divisionId = 0] = await locateDivisions(client, [[report.lng, report.lat]]);
    const { datasetId, ...rest } = report;
    const unset = {
      acceptedAt: null,
      filedAt: null,
      dispatchedAt: null,
      yellowAt: null,
      dueAt: null,
      handledAt: null,
      closedAt: null,
    };
    const steps = [{ at, action: 'report' as const, from: null, to: status, note: null, ...by }];
    await insertCases(client, datasetId, [
      {
        id,
        externalId: caseNo,
        caseNo,
        divisionId,
        status,
        reportedAt: at,
        updatedAt: at,
        reworks: 0,
        steps,
        ...unset,
        ...rest,
      },
    ]);
    await announce(client, id, 'report', at);
    return id;
  });
}
