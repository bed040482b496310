import type { Queryable } from '../db/index.ts';
import { MAX_CODE_LEVEL } from '../../tiles/codes.ts';
import type { CaseAction } from './words.ts';

/** Tile layers that a case's step changes. */
export const CASE_LAYERS = ['cases'];

/** codeOfCell, as SQL over c.cell. */
const CODE = `${4 ** MAX_CODE_LEVEL} + (c.cell >> ${2 * (31 - MAX_CODE_LEVEL)})`;

/** Tells the screens of each case, in the order given: the body of a LiveCase, all but its seq. */
export async function announceCases(
  client: Queryable,
  caseIds: readonly number[],
  action: CaseAction,
  at: Date,
): Promise<void> {
  await client.query(
    `insert into outbox (topic, body, layers, dirty, case_ids)
     select 'case', jsonb_build_object('caseId', c.id, 'caseNo', c.case_no, 'status', c.status, 'categoryZh', g.name_zh,
         'categoryEn', g.name_en, 'divisionId', c.division_id, 'divisionZh', coalesce(p.zh, ''), 'divisionEn', coalesce(p.en, ''),
         'address', c.address, 'lng', st_x(c.geom), 'lat', st_y(c.geom), 'yellowAt', c.yellow_at, 'dueAt', c.due_at,
         'action', $2::text, 'at', $3::text),
       $4::text[], case when c.cell is null then '{}' else array[${CODE}] end, array[c.id]
     from unnest($1::bigint[]) with ordinality as i (id, n) join cases c on c.id = i.id
       join category g on g.id = c.category_id left join division d on d.id = c.division_id
       left join lateral (
         select string_agg(a.name_zh, ' · ' order by a.level) as zh, string_agg(a.name_en, ' · ' order by a.level) as en
         from division a where a.id = any(d.path) and a.level between 2 and 4
       ) as p on true
     order by i.n`,
    [caseIds, action, at.toISOString(), CASE_LAYERS],
  );
}
