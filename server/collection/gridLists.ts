import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import type { Queryable } from '../db/index.ts';
import { STATE_COLUMNS, type AddressState } from './address.ts';
import { PERSON_THEMES } from './dataGrid.ts';
import { parseAfter } from './history.ts';

/** Which addresses of a division are listed. */
export const GRID_PARTS = ['all', 'visited', 'not_visited', 'without_people', 'not_counted'] as const;
export type GridPart = (typeof GRID_PARTS)[number];

/** As conditions on place p; $4 is the instant since when a visit counts. */
const CONDITIONS: Readonly<Record<GridPart, string>> = {
  all: '$4::timestamptz is not null',
  visited: 'p.visited_at >= $4::timestamptz',
  not_visited: '(p.visited_at is null or p.visited_at < $4::timestamptz)',
  without_people: 'p.people = 0 and $4::timestamptz is not null',
  not_counted: 'p.people is null and $4::timestamptz is not null',
};

export interface GridListFilter {
  /** With all below it; null: the whole city. */
  division: number | null;
  part: GridPart;
  since: Date;
  /** Level of the place; null: any. */
  matchLevel: string | null;
  after: string | null;
  limit: number;
}

/** The addresses behind a figure. */
export interface GridList {
  items: (AddressState & { level: string })[];
  /** How many there are; null behind the first page. */
  total: number | null;
  next: string | null;
}

/** Addresses that are not retired, in an order of their own. */
export async function listGridAddresses(client: Queryable, scope: Scope, filter: GridListFilter): Promise<GridList> {
  const { division, part, since, matchLevel, after, limit } = filter;
  const where = `p.retired_at is null and ${scopeCondition('p.division_id', 1)}
    and ($2::int is null or p.division_id in (select id from division where $2::int = any(path)))
    and ($3::text is null or p.level = $3::text) and ${CONDITIONS[part]}`;
  const params = [scopeParam(scope), division, matchLevel, since];
  const [cell, n] = after === null ? ['-1', '0'] : parseAfter(after);
  const { rows } = await client.query<AddressState & { level: string; key: string }>(
    `select ${STATE_COLUMNS}, p.level, p.cell || '-' || p.n as key from place p
     where ${where} and (p.cell, p.n) > ($5::bigint, $6::int) order by p.cell, p.n limit $7::int`,
    [...params, cell, n, limit],
  );
  const counted =
    after === null
      ? await client.query<{ n: number }>(`select count(*)::float8 as n from place p where ${where}`, params)
      : null;
  return {
    items: rows.map(({ key: _key, ...address }) => address),
    total: counted?.rows[0]?.n ?? null,
    next: rows.length < limit ? null : (rows.at(-1)?.key ?? null),
  };
}

/** Texts of records of persons without an address, taken together by what one correction would fix. */
export interface GridText {
  reason: string;
  key: string;
  n: number;
  sample: string;
}

/** What stands behind peopleWithoutAddress of a division, what would fix most first. */
export async function listGridTexts(
  client: Queryable,
  scope: Scope,
  division: number,
  limit: number,
): Promise<{ items: GridText[]; total: number }> {
  const { rows } = await client.query<GridText & { total: number }>(
    `select t.reason, t.name as key, count(*)::float8 as n, min(t.text) as sample, (sum(count(*)) over ())::float8 as total
     from record_text t join dataset_generation g on g.id = t.generation_id and g.state = 'live'
       join dataset s on s.id = g.dataset_id and s.theme = any($2::text[])
     where t.division_id in (select id from division where $1::int = any(path)) and ${scopeCondition('t.division_id', 3)}
     group by t.reason, t.name order by count(*) desc, t.reason, t.name limit $4::int`,
    [division, PERSON_THEMES, scopeParam(scope), limit],
  );
  return { items: rows.map(({ total: _total, ...text }) => text), total: rows[0]?.total ?? 0 };
}
