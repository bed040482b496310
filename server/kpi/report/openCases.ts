import { scopeCondition, scopeParam, type Scope } from '../../access/index.ts';
import { casesAt, isOverdue, type CaseStatus } from '../../cases/index.ts';
import { levelNumber } from '../../city/index.ts';
import type { Queryable } from '../../db/index.ts';
import type { Cut } from '../figures.ts';

/** Overdue cases that a report lists; how many there are stands beside them. */
export const MAX_LISTED = 5000;

export interface OverdueCase {
  caseNo: string;
  status: CaseStatus;
  categoryZh: string;
  categoryEn: string;
  divisionZh: string | null;
  divisionEn: string | null;
  departmentZh: string | null;
  departmentEn: string | null;
  address: string | null;
  reportedAt: Date;
  dueAt: Date;
}

/** Open cases whose deadline had passed at an instant, as they were then, the latest first. */
export async function listOverdue(client: Queryable, scope: Scope, asOf: Date): Promise<OverdueCase[]> {
  const { rows } = await client.query<OverdueCase>(
    `with late as (
       select id, status, category_id, division_id, department_id, reported_at, due_at from ${casesAt('$1::timestamptz')} as c
       where ${isOverdue('$1::timestamptz')} and ${scopeCondition('c.division_id', 2)}
       order by due_at, id limit $3::int)
     select c.case_no as "caseNo", l.status, g.name_zh as "categoryZh", g.name_en as "categoryEn", p.zh as "divisionZh", p.en as "divisionEn",
       t.name_zh as "departmentZh", t.name_en as "departmentEn", c.address, l.reported_at as "reportedAt", l.due_at as "dueAt"
     from late l join cases c on c.id = l.id join category g on g.id = l.category_id
       left join department t on t.id = l.department_id left join division d on d.id = l.division_id
       left join lateral (
         select string_agg(a.name_zh, ' · ' order by a.level) as zh, string_agg(a.name_en, ' · ' order by a.level) as en
         from division a where a.id = any(d.path) and a.level > 1) as p on true
     order by l.due_at, l.id`,
    [asOf, scopeParam(scope), MAX_LISTED],
  );
  return rows;
}

export interface OpenThen {
  open: number;
  overdue: number;
}
const NONE: OpenThen = { open: 0, overdue: 0 };
const SPLIT = ['total', 'district', 'street', 'department', 'category'] as const satisfies readonly Cut[];

/** How many cases were open, and overdue, at an instant. @returns by cut and key. */
export async function countOpen(
  client: Queryable,
  scope: Scope,
  asOf: Date,
): Promise<(cut: Cut, key: string) => OpenThen> {
  const { rows } = await client.query<OpenThen & { cut: number; key: string }>(
    `with standing as (
       select division_id, coalesce(department_id, 0) as department_id, category_id, ${isOverdue('$1::timestamptz')} as late, count(*) as n
       from ${casesAt('$1::timestamptz')} as c where open and ${scopeCondition('c.division_id', 2)} group by 1, 2, 3, 4)
     select l.cut, (case l.cut when 0 then 0 when 1 then coalesce(d.path[${levelNumber('district')}], 0)
         when 2 then coalesce(d.path[${levelNumber('street')}], 0) when 3 then s.department_id else s.category_id end)::text as key,
       sum(s.n)::int as open, coalesce(sum(s.n) filter (where s.late), 0)::int as overdue
     from standing s left join division d on d.id = s.division_id cross join (values ${SPLIT.map((_, i) => `(${i})`).join(', ')}) as l (cut)
     group by 1, 2`,
    [asOf, scopeParam(scope)],
  );
  const counts = new Map(rows.map(({ cut, key, open, overdue }) => [`${SPLIT[cut]} ${key}`, { open, overdue }]));
  return (cut, key) => counts.get(`${cut} ${key}`) ?? NONE;
}
