import { codeOfCell } from '../../tiles/codes.ts';
import { cellOf } from '../../tiles/morton.ts';
import { CASE_LAYERS, insertCases, type NewCase } from '../cases/index.ts';
import type { Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';

/** A signal that has all that a case needs. */
export interface CaseDraft {
  id: number;
  externalId: string;
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
  divisionId: number;
  lng: number;
  lat: number;
  address: string | null;
  description: string | null;
  reportedAt: Date;
}

/** Ids of cases to be, and the numbers that go with them. */
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

/** Tells the screens of each case: what reportCase tells, in one statement for many. */
async function announce(client: Queryable, cases: readonly CaseDraft[], at: Date): Promise<void> {
  await client.query(
    `insert into outbox (topic, body, layers, dirty, case_ids)
     select 'case', jsonb_build_object('caseId', c.id, 'caseNo', c.case_no, 'status', c.status, 'categoryZh', g.name_zh,
         'categoryEn', g.name_en, 'divisionId', c.division_id, 'divisionZh', coalesce(p.zh, ''), 'divisionEn', coalesce(p.en, ''),
         'address', c.address, 'lng', st_x(c.geom), 'lat', st_y(c.geom), 'yellowAt', c.yellow_at, 'dueAt', c.due_at,
         'action', 'report', 'at', $3::text), $4::text[], array[i.code], array[c.id]
     from unnest($1::bigint[], $2::bigint[]) with ordinality as i (id, code, n) join cases c on c.id = i.id
       join category g on g.id = c.category_id left join division d on d.id = c.division_id
       left join lateral (
         select string_agg(a.name_zh, ' · ' order by a.level) as zh, string_agg(a.name_en, ' · ' order by a.level) as en
         from division a where a.id = any(d.path) and a.level between 2 and 4
       ) as p on true
     order by i.n`,
    [cases.map((c) => c.id), cases.map((c) => codeOfCell(cellOf(c.lng, c.lat))), at.toISOString(), CASE_LAYERS],
  );
}

/** Reports many cases at once, in the caller's transaction: rows, first steps, counts and what the screens are told. */
export async function reportCases(
  client: Queryable,
  datasetId: number,
  drafts: readonly (CaseDraft & { caseNo: string })[],
  actor: string,
  at: Date,
): Promise<void> {
  if (drafts.length === 0) return;
  const status = 'reported' as const;
  const unset = { acceptedAt: null, filedAt: null, dispatchedAt: null, yellowAt: null, dueAt: null, handledAt: null };
  const cases = drafts.map((draft): NewCase => ({
    ...draft,
    ...unset,
    closedAt: null,
    status,
    reworks: 0,
    updatedAt: at,
    steps: [{ at, action: 'report', from: null, to: status, role: 'system', actor, note: null }],
  }));
  const ids = await insertCases(client, datasetId, cases);
  if (ids.size !== drafts.length)
    throw new HekanError('conflict', `dataset ${datasetId} has a case of one of these signals already`);
  await announce(client, drafts, at);
}
