import { appendOutbox, type Queryable } from '../db/index.ts';
import { codeOfCell } from '../../tiles/codes.ts';
import type { CaseAction } from './words.ts';

/** Tile layers that a case's step changes. */
export const CASE_LAYERS = ['cases'];

/** Tells the screens: the body of a LiveCase, all but its seq. */
export async function announceCase(client: Queryable, caseId: number, action: CaseAction, at: Date): Promise<void> {
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
