import type { Queryable } from '../db/index.ts';

/** Levels that the tally is kept at: 0 is everything, 1 to 4 are divisions. Grids are counted from the cases themselves. */
export const TALLY_LEVELS = [0, 1, 2, 3, 4] as const;
const FOLD_BATCH = 5000;

const ZONE = '(select time_zone from city)';

/**
 * What cases add to the counts, as rows (division_id, day, accepted, closed, ended, closed_on).
 * @param relation SQL name of rows with division_id, status, accepted_at, closed_at.
 * @param sign -1 takes them away again.
 */
export function contributions(relation: string, sign: 1 | -1 = 1): string {
  return `
    select division_id, (accepted_at at time zone ${ZONE})::date as day, ${sign} as accepted,
      ${sign} * (status = 'closed')::int as closed, ${sign} * (status in ('not_filed', 'void'))::int as ended, 0 as closed_on
    from ${relation} where accepted_at is not null
    union all
    select division_id, (closed_at at time zone ${ZONE})::date, 0, 0, 0, ${sign}
    from ${relation} where accepted_at is not null and closed_at is not null and status = 'closed'`;
}

/** Appends contributions to the deltas, summed by division and day; what cancels out is left out. */
export function insertDeltas(contributed: string): string {
  return `
    insert into tally_delta (division_id, day, accepted, closed, ended, closed_on)
    select division_id, day, sum(accepted), sum(closed), sum(ended), sum(closed_on)
    from (${contributed}) as c group by division_id, day
    having sum(accepted) <> 0 or sum(closed) <> 0 or sum(ended) <> 0 or sum(closed_on) <> 0
    order by division_id, day`;
}

/** (level, division_id) of a delta at each level: 0 at level 0, and where no division of a level holds it. An array begins at 1: path[0] is null. */
const ROLLED = (relation: string) => `
  select l.level, coalesce(d.path[l.level], 0) as division_id, m.day,
    sum(m.accepted) as accepted, sum(m.closed) as closed, sum(m.ended) as ended, sum(m.closed_on) as closed_on
  from ${relation} m left join division d on d.id = m.division_id
    cross join (values ${TALLY_LEVELS.map((level) => `(${level})`).join(', ')}) as l (level)
  group by 1, 2, 3 order by 1, 2, 3`;

const ADD = `on conflict (level, division_id, day) do update set accepted = tally.accepted + excluded.accepted,
  closed = tally.closed + excluded.closed, ended = tally.ended + excluded.ended,
  closed_on = tally.closed_on + excluded.closed_on`;

/** Folds deltas into the tally, in key order, in one statement. @returns how many deltas there were. */
export async function foldTally(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`
    with moved as (
      delete from tally_delta where id in (select id from tally_delta order by id limit ${FOLD_BATCH}) returning *
    ), added as (
      insert into tally (level, division_id, day, accepted, closed, ended, closed_on) ${ROLLED('moved')} ${ADD}
    )
    select count(*)::int as n from moved`);
  return rows[0]?.n ?? 0;
}

/** Counts everything again from the cases. For loads that write cases without deltas, and for `hekan rebuild kpi`. */
export async function rebuildTally(client: Queryable): Promise<void> {
  await client.query('delete from tally_delta');
  await client.query('delete from tally');
  await client.query(`with m as (
      select division_id, day, sum(accepted) as accepted, sum(closed) as closed, sum(ended) as ended, sum(closed_on) as closed_on
      from (${contributions('cases')}) as c group by division_id, day
    )
    insert into tally (level, division_id, day, accepted, closed, ended, closed_on) ${ROLLED('m')}`);
}

/**
 * The counts as read: folded and not yet folded, in one snapshot. A relation (division_id, day, accepted, closed, ended,
 * closed_on) of one level.
 * @param param number of the statement's parameter that carries the level (0 to 4).
 */
export function tallyRelation(param: number): string {
  return `(
    select division_id, day, accepted, closed, ended, closed_on from tally where level = $${param}::int
    union all
    select coalesce(d.path[$${param}::int], 0), m.day, m.accepted, m.closed,
      m.ended, m.closed_on
    from tally_delta m left join division d on d.id = m.division_id)`;
}
