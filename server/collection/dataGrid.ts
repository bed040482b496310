import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import type { Queryable } from '../db/index.ts';

/** Themes whose records are of persons. */
export const PERSON_THEMES = ['人口', 'population'] as const;

/** What the data grid (数据网格) counts of a division. */
export interface GridCounts {
  addresses: number;
  /** Reached by a collector since the day that was asked for. */
  visited: number;
  lastVisit: Date | null;
  /** Counted, and nobody lives there. */
  withoutPeople: number;
  /** People were never counted there. */
  notCounted: number;
  /** Records of persons that stand on no address, and whose text names the division, or one below it. */
  peopleWithoutAddress: number;
}

export const EMPTY_GRID: GridCounts = {
  addresses: 0,
  visited: 0,
  lastVisit: null,
  withoutPeople: 0,
  notCounted: 0,
  peopleWithoutAddress: 0,
};

/** Which part of a city, and since when a visit counts. */
export interface GridQuestion {
  /** 1 to 5. */
  level: number;
  /** A division, with all below it; null: the whole city. */
  within: number | null;
  since: Date;
}

/**
 * The data grid by division; 0: inside none of the level. Addresses come from an index that holds all that is counted, in order of
 * division: nothing is kept beside the addresses that could differ from them.
 */
export async function readDataGrid(
  client: Queryable,
  scope: Scope,
  { level, within, since }: GridQuestion,
): Promise<Map<number, GridCounts>> {
  const { rows } = await client.query<GridCounts & { id: number }>(
    `with address as (
       select p.division_id, count(*) as addresses, count(*) filter (where p.visited_at >= $2::timestamptz) as visited,
         max(p.visited_at) as last_visit, count(*) filter (where p.people = 0) as without_people,
         count(*) filter (where p.people is null) as not_counted
       from place p where p.retired_at is null and ($4::int is null or p.division_id in (select id from division where $4::int = any(path)))
       group by p.division_id
     ), person as (
       select t.division_id, count(*) as n from record_text t
         join dataset_generation g on g.id = t.generation_id and g.state = 'live'
         join dataset s on s.id = g.dataset_id and s.theme = any($5::text[])
       where t.division_id > 0 and ($4::int is null or t.division_id in (select id from division where $4::int = any(path)))
       group by t.division_id
     ), counted as (
       select division_id, addresses, visited, last_visit, without_people, not_counted, 0 as people from address
       union all select division_id, 0, 0, null, 0, 0, n from person
     )
     select coalesce(d.path[$1::int], 0) as id, sum(addresses)::float8 as addresses, sum(visited)::float8 as visited,
       max(last_visit) as "lastVisit", sum(without_people)::float8 as "withoutPeople", sum(not_counted)::float8 as "notCounted",
       sum(people)::float8 as "peopleWithoutAddress"
     from counted c left join division d on d.id = c.division_id
     where ${scopeCondition('c.division_id', 3)}
     group by 1 order by 1`,
    [level, since, scopeParam(scope), within, PERSON_THEMES],
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

/** Records of persons that stand on no address, wherever: some of them are of no division that is known. */
export async function countPeopleWithoutAddress(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select coalesce(sum(c.not_located), 0)::float8 as n from (
       select dataset_id, not_located from record_count where level = 0
       union all select dataset_id, not_located from record_count_delta
     ) as c join dataset s on s.id = c.dataset_id where s.theme = any($1::text[])`,
    [PERSON_THEMES],
  );
  return rows[0]?.n ?? 0;
}
