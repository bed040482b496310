import { ENDED_STATUSES, type CaseStatus } from '../cases/index.ts';
import type { Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { formatInstant, parseInstant } from './formats.ts';
import type { Endpoint } from './endpoints.ts';
import { statusNotes } from './statusNotes.ts';

const MAX_ROWS = 1000;
const MAX_SPAN_MS = 90 * 86_400_000;
const EVER = { from: new Date('1900-01-01T00:00:00Z'), to: new Date('2200-01-01T00:00:00Z') };

/** Which requests are asked for. */
export interface RequestFilter {
  /** Overrides all else. */
  ids: string[] | null;
  codes: string[] | null;
  from: Date;
  to: Date;
  status: 'open' | 'closed' | null;
}

/** Values of a parameter that may be given several times, and in each with commas; null for none. */
function listOf(values: readonly string[] | undefined): string[] | null {
  const all = (values ?? []).flatMap((value) => value.split(',')).flatMap((value) => value.trim() || []);
  return all.length > 0 ? all : null;
}

function readSpan(start: string | undefined, end: string | undefined, now: Date): { from: Date; to: Date } {
  const [from, to] = [start ? parseInstant('start_date', start) : null, end ? parseInstant('end_date', end) : null];
  const last = to ?? (from ? new Date(Math.min(now.getTime(), from.getTime() + MAX_SPAN_MS)) : now);
  const first = from ?? new Date(last.getTime() - MAX_SPAN_MS);
  if (to && first > to) throw badRequest('start_date', start ?? '', 'an instant not after end_date');
  if (last.getTime() - first.getTime() > MAX_SPAN_MS)
    throw badRequest('start_date', start ?? '', 'at most 90 days to end_date');
  return { from: first, to: last };
}

/** Reads the query of GET requests. @throws HekanError('bad_request') that names the parameter. */
export function readFilter(query: Record<string, string[]>, now: Date): RequestFilter {
  const ids = listOf(query['service_request_id']);
  if (ids && ids.length > MAX_ROWS) throw badRequest('service_request_id', `${ids.length} ids`, `at most ${MAX_ROWS}`);
  const words = new Set(ids ? [] : listOf(query['status']));
  for (const word of words)
    if (word !== 'open' && word !== 'closed') throw badRequest('status', word, 'open or closed');
  const span = ids ? EVER : readSpan(query['start_date']?.at(-1), query['end_date']?.at(-1), now);
  const status = words.size === 1 ? (words.has('open') ? 'open' : 'closed') : null;
  return { ids, codes: ids ? null : listOf(query['service_code']), ...span, status };
}

interface Row {
  id: string;
  status: CaseStatus;
  duplicateOf: string | null;
  code: string;
  name: string;
  description: string | null;
  agency: string | null;
  reportedAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  dueAt: Date | null;
  address: string | null;
  lng: number | null;
  lat: number | null;
}

/** Cases that came in by the outlet, by themselves or merged into another; where it shows all, all of its services. */
const SEEN = `(src.key = $2::text or exists (select 1 from case_duplicate x where x.case_id = c.id and x.outlet_id = $1::int)
  or ($3::boolean and s.code is not null))`;

/** Requests, newest first. */
export async function readRequests(client: Queryable, endpoint: Endpoint, filter: RequestFilter): Promise<object[]> {
  const { outlet, config } = endpoint;
  const ids = filter.ids?.filter((id) => /^[1-9]\d{0,14}$/.test(id)) ?? null;
  const { rows } = await client.query<Row>(
    `select c.id::text as id, c.status, c.duplicate_of::text as "duplicateOf", coalesce(s.code, g.code) as code,
       case when $4::text = 'zh' then g.name_zh else g.name_en end as name, c.description,
       case when $4::text = 'zh' then t.name_zh else t.name_en end as agency, c.reported_at as "reportedAt",
       c.updated_at as "updatedAt", c.closed_at as "closedAt", c.due_at as "dueAt", c.address, st_x(c.geom) as lng, st_y(c.geom) as lat
     from cases c join category g on g.id = c.category_id join source src on src.id = c.source_id
       left join signal_category s on s.outlet_id = $1::int and s.category_id = c.category_id
       left join department t on t.id = c.department_id
     where ${SEEN} and ($5::bigint[] is null or c.id = any($5::bigint[])) and ($6::text[] is null or s.code = any($6::text[]))
       and c.reported_at between $7::timestamptz and $8::timestamptz
       and ($9::text is null or (c.status = any($10::case_status[])) = ($9::text = 'closed'))
     order by c.reported_at desc, c.id desc limit ${MAX_ROWS}`,
    [
      outlet.id,
      outlet.key,
      config.requests === 'all',
      config.language,
      ids,
      filter.codes,
      filter.from,
      filter.to,
      filter.status,
      ENDED_STATUSES,
    ],
  );
  return rows.map((row) => requestItem(row, endpoint));
}

/** A case, in the standard's words. Who filed it stays in the signal. */
function requestItem(row: Row, { config }: Endpoint) {
  const closed = ENDED_STATUSES.includes(row.status);
  return {
    service_request_id: row.id,
    status: closed ? 'closed' : 'open',
    status_notes: statusNotes(row.status, row.duplicateOf, config.language),
    service_name: row.name,
    service_code: row.code,
    description: row.description?.slice(0, 4000) ?? null,
    agency_responsible: row.agency,
    service_notice: config.services[row.code]?.notice ?? null,
    requested_datetime: formatInstant(row.reportedAt),
    updated_datetime: formatInstant(closed ? (row.closedAt ?? row.updatedAt) : row.updatedAt),
    expected_datetime: formatInstant(row.dueAt),
    address: row.address,
    address_id: null,
    zipcode: null,
    lat: row.lat,
    long: row.lng,
    media_url: null,
  };
}

/** The request of a token: its id is null until there is a case. @throws HekanError('not_found'). */
export async function readToken(client: Queryable, { outlet }: Endpoint, token: string): Promise<object> {
  const missing = new HekanError('not_found', `token ${token.slice(0, 100)} not found`, {
    field: 'token',
    given: token.slice(0, 200),
  });
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(token)) throw missing;
  const { rows } = await client.query<{ id: string | null }>(
    `select case_id::text as id from signal where receipt = $1::uuid and outlet_id = $2::int
       and content_type = 'application/x-www-form-urlencoded'`,
    [token, outlet.id],
  );
  if (!rows[0]) throw missing;
  return { service_request_id: rows[0].id, token };
}
