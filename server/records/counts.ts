import type { Queryable } from '../db/index.ts';
import { CLASS_COLUMNS } from './density.ts';

/** Level 0 is everything, 1 to 5 are divisions down to unit grids. */
const COUNT_LEVELS = [0, 1, 2, 3, 4, 5];
const COLUMNS = ['places', 'not_located', ...CLASS_COLUMNS];
const NAMES = COLUMNS.join(', ');
const SUMS = COLUMNS.map((c) => `sum(m.${c})`).join(', ');
const FOLD_BATCH = 20_000;

/** What records add to the counts of a division. */
export interface RecordDelta {
  /** The finest division; 0: inside none, or not located. */
  divisionId: number;
  places: number;
  notLocated: number;
  /** By class. */
  counts: ArrayLike<number>;
}

/** Appends what a transaction adds to the counts of a dataset. */
export async function appendRecordCounts(
  client: Queryable,
  datasetId: number,
  deltas: readonly RecordDelta[],
): Promise<void> {
  if (deltas.length === 0) return;
  const arrays = COLUMNS.map((_, i) => `$${i + 3}::int[]`).join(', ');
  await client.query(
    `insert into record_count_delta (dataset_id, division_id, ${NAMES})
     select $1::int, * from unnest($2::int[], ${arrays})`,
    [
      datasetId,
      deltas.map((d) => d.divisionId),
      deltas.map((d) => d.places),
      deltas.map((d) => d.notLocated),
      ...CLASS_COLUMNS.map((_, c) => deltas.map((d) => d.counts[c] ?? 0)),
    ],
  );
}

/** Appends the counts of all records of a generation, or what takes them away again. */
export async function appendGenerationCounts(
  client: Queryable,
  datasetId: number,
  generation: number,
  sign: 1 | -1,
): Promise<void> {
  await client.query(
    `insert into record_count_delta (dataset_id, division_id, not_located, ${CLASS_COLUMNS.join(', ')})
     select $1::int, coalesce(p.division_id, 0), $3::int * sum(r.not_located),
       ${CLASS_COLUMNS.map((c) => `$3::int * sum(r.${c})`).join(', ')}
     from (
       select cell, n, (count(*) filter (where cell is null)) as not_located,
         ${CLASS_COLUMNS.map((c, i) => `(count(*) filter (where cell is not null and class = ${i})) as ${c}`).join(', ')}
       from record where generation_id = $2::int group by 1, 2
     ) as r left join place p on p.cell = r.cell and p.n = r.n
     group by 2 order by 2`,
    [datasetId, generation, sign],
  );
}

/** Carries the counts of the records of places over to other divisions. Parameters, an array each: cell, n, division from, to. */
export const CARRY_RECORDS = `
  insert into record_count_delta (dataset_id, division_id, ${CLASS_COLUMNS.join(', ')})
  select dataset_id, division_id, ${CLASS_COLUMNS.map((c) => `sum(${c})`).join(', ')} from (
    select g.dataset_id, side.division_id, ${CLASS_COLUMNS.map((c, i) => `case when r.class = ${i} then side.sign else 0 end as ${c}`).join(', ')}
    from unnest($1::bigint[], $2::int[], $3::int[], $4::int[]) as k (cell, n, from_id, to_id)
      join record r on r.cell = k.cell and r.n = k.n
      join dataset_generation g on g.id = r.generation_id and g.state = 'live'
      cross join lateral (values (k.from_id, -1), (k.to_id, 1)) as side (division_id, sign)
  ) as carried group by 1, 2 order by 1, 2`;

/** Rows (dataset_id, division_id, counts) at every level. */
const ROLLED = (relation: string) => `
  select l.level, case l.level when 0 then 0 else coalesce(d.path[l.level], 0) end as division_id, m.dataset_id, ${SUMS}
  from ${relation} m left join division d on d.id = m.division_id
    cross join (values ${COUNT_LEVELS.map((level) => `(${level})`).join(', ')}) as l (level)
  group by 1, 2, 3 order by 1, 2, 3`;

/** Folds deltas into the counts, in key order, in one statement. @returns how many there were. */
export async function foldRecordCounts(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`
    with moved as (
      delete from record_count_delta where id in (select id from record_count_delta order by id limit ${FOLD_BATCH}) returning *
    ), added as (
      insert into record_count (level, division_id, dataset_id, ${NAMES}) ${ROLLED('moved')}
      on conflict (level, division_id, dataset_id) do update set
        ${COLUMNS.map((c) => `${c} = record_count.${c} + excluded.${c}`).join(', ')}
    )
    select count(*)::int as n from moved`);
  return rows[0]?.n ?? 0;
}

/** What the rows themselves say, as rows (dataset_id, division_id, counts): records by the division of their place, and places. */
export const RECOUNT_RECORDS = `
  select dataset_id, division_id, ${COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', ')} from (
    select g.dataset_id, coalesce(p.division_id, 0) as division_id, 0::bigint as places, r.not_located,
      ${CLASS_COLUMNS.map((c) => `r.${c}`).join(', ')}
    from (
      select generation_id, cell, n, (count(*) filter (where cell is null)) as not_located,
        ${CLASS_COLUMNS.map((c, i) => `(count(*) filter (where cell is not null and class = ${i})) as ${c}`).join(', ')}
      from record group by 1, 2, 3
    ) as r join dataset_generation g on g.id = r.generation_id and g.state = 'live'
      left join place p on p.cell = r.cell and p.n = r.n
    union all
    select dataset_id, division_id, count(*), 0, ${CLASS_COLUMNS.map(() => '0').join(', ')} from place group by 1, 2
  ) as counted group by 1, 2`;

/** Counts everything again from the rows. */
export async function rebuildRecordCounts(client: Queryable): Promise<void> {
  await client.query('delete from record_count_delta');
  await client.query('delete from record_count');
  await client.query(`with m as (${RECOUNT_RECORDS})
    insert into record_count (level, division_id, dataset_id, ${NAMES}) ${ROLLED('m')}`);
}

/**
 * The counts as read, folded and not yet folded: a relation (division_id, dataset_id, counts).
 * @param param number of the statement's parameter that carries the level (0 to 5).
 */
export function recordCounts(param: number): string {
  return `(
    select division_id, dataset_id, ${NAMES} from record_count where level = $${param}::int
    union all
    select case $${param}::int when 0 then 0 else coalesce(d.path[$${param}::int], 0) end, m.dataset_id,
      ${COLUMNS.map((c) => `m.${c}`).join(', ')}
    from record_count_delta m left join division d on d.id = m.division_id)`;
}
