import type { Queryable } from '../db/index.ts';
import { MEASURES, MEASURE_NAMES } from './measures.ts';

const FOLD_BATCH = 5000;
const ZONE = '(select time_zone from city)';

/** By what the tally tells cases apart, in the order of their numbers. */
export const TALLY_KINDS = ['all', 'category', 'source', 'department', 'owner'] as const;
export type TallyKind = (typeof TALLY_KINDS)[number];
export const TALLY_GRAINS = ['hour', 'day', 'month'] as const;
export type TallyGrain = (typeof TALLY_GRAINS)[number];

/** Column of a delta that is the key of a kind. */
export const KIND_KEY: Record<TallyKind, string> = {
  all: '0',
  category: 'category_id',
  source: 'source_id',
  department: 'department_id',
  owner: 'owner',
};
export const kindNumber = (kind: TallyKind): number => TALLY_KINDS.indexOf(kind);
export const grainNumber = (grain: TallyGrain): number => TALLY_GRAINS.indexOf(grain);

/** Levels that the tally is kept at: 0 is everything, 1 to 4 are divisions. Anything else is counted from the cases. */
export function tallyLevels(kind: TallyKind, grain: TallyGrain): readonly number[] {
  if (grain === 'hour') return kind === 'all' ? [0, 1, 2] : [];
  return kind === 'all' ? [0, 1, 2, 3, 4] : [0, 1, 2, 3];
}

/** How a case is told apart, of rows c of cases. */
export const CASE_KEYS = `c.division_id, c.category_id, c.source_id, coalesce(c.department_id, 0) as department_id,
  (c.owner = 'federated')::int as owner`;
const KEYS = 'division_id, category_id, source_id, department_id, owner';

/**
 * What cases add to the counts, as rows (division_id, category_id, source_id, department_id, owner, hour, measure, n).
 * @param relation SQL name of rows with all columns of cases.
 * @param sign -1 takes them away again.
 */
export function contributions(relation: string, sign: 1 | -1 = 1): string {
  return `select ${CASE_KEYS}, date_trunc('hour', m.at at time zone ${ZONE}) as hour, m.measure, ${sign} as n
    from ${relation} as c cross join lateral (values ${MEASURES.map(({ at, when }, i) => `(${i}, ${at}, ${when})`).join(
      ', ',
    )}) as m (measure, at, counts)
    where m.counts and m.at is not null`;
}

/** Appends contributions to the deltas, summed; what cancels out is left out. */
export function insertDeltas(contributed: string): string {
  return `
    insert into tally_delta (${KEYS}, hour, measure, n)
    select ${KEYS}, hour, measure, sum(n) from (${contributed}) as c group by ${KEYS}, hour, measure
    having sum(n) <> 0 order by ${KEYS}, hour, measure`;
}

const SUMS = MEASURE_NAMES.map((name, i) => `coalesce(sum(n) filter (where measure = ${i}), 0) as ${name}`).join(', ');
const ADD = `on conflict (kind, grain, level, key, start, division_id) do update set
  ${MEASURE_NAMES.map((name) => `${name} = tally.${name} + excluded.${name}`).join(', ')}`;

/** The order that the tally is read in: a year of a level's days, or of one of its keys, lies on few pages. */
const AS_READ = 'kind, grain, level, key, start, division_id';

/** Every (kind, grain, level) that the tally keeps. */
const TALLY_CELLS = TALLY_KINDS.flatMap((kind) =>
  TALLY_GRAINS.flatMap((grain) => tallyLevels(kind, grain).map((level) => ({ kind, grain, level }))),
);
type TallyCell = (typeof TALLY_CELLS)[number];

/** Rows of the tally that rows like deltas make. An array begins at 1: path[0] is null, so level 0 is division 0. */
function rolled(relation: string, cells: readonly TallyCell[]): string {
  const values = cells.map(({ kind, grain, level }) => `(${kindNumber(kind)}, ${grainNumber(grain)}, ${level})`);
  const kinds = [...new Set(cells.map(({ kind }) => kind))];
  const keys = kinds.map((kind) => `when ${kindNumber(kind)} then ${KIND_KEY[kind]}`).join(' ');
  const starts = TALLY_GRAINS.map((grain, i) => `when ${i} then date_trunc('${grain}', hour)`).join(' ');
  return `select kind, grain, level, start, division_id, key, ${SUMS} from (
      select l.kind, l.grain, l.level, case l.grain ${starts} end as start, coalesce(d.path[l.level], 0) as division_id,
        case l.kind ${keys} end as key, measure, sum(n) as n
      from ${relation} m left join division d on d.id = m.division_id cross join (values ${values.join(', ')}) as l (kind, grain, level)
      group by 1, 2, 3, 4, 5, 6, 7) as r
    group by 1, 2, 3, 4, 5, 6 order by ${AS_READ}`;
}

const INTO = `insert into tally (kind, grain, level, start, division_id, key, ${MEASURE_NAMES.join(', ')})`;

/** Folds deltas into the tally, in key order, in one statement. @returns how many deltas there were. */
export async function foldTally(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`
    with moved as (
      delete from tally_delta where id in (select id from tally_delta order by id limit ${FOLD_BATCH}) returning *
    ), added as (${INTO} ${rolled('moved', TALLY_CELLS)} ${ADD})
    select count(*)::int as n from moved`);
  return rows[0]?.n ?? 0;
}

/** What all of the tally is summed from: hours, and days with the months they make. */
export const TALLY_BASES: readonly { kind: TallyKind; grain: TallyGrain }[] = [
  { kind: 'all', grain: 'hour' },
  ...TALLY_KINDS.map((kind) => ({ kind, grain: 'day' as const })),
];
export type TallyBase = (typeof TALLY_BASES)[number];

/** The parts of the tally that are summed from a base. */
const cellsOf = ({ kind, grain }: TallyBase): TallyCell[] =>
  TALLY_CELLS.filter((cell) => cell.kind === kind && (cell.grain === 'hour') === (grain === 'hour'));

/** Instants of cases, each once. */
const INSTANTS = [...new Set(MEASURES.map(({ at }) => at))];

/** The contributions of all cases in few and wide rows: one an instant, with a column a measure. Made once a rebuild: telling the hour in
 * the city's zone is what takes the time. */
const WIDE = `select ${CASE_KEYS}, date_trunc('hour', m.at at time zone ${ZONE}) as hour, ${MEASURE_NAMES.map((name) => `m.${name}`).join(', ')}
    from cases c cross join lateral (values ${INSTANTS.map(
      (instant) =>
        `(${instant}, ${MEASURES.map(({ at, when }) => (at === instant ? `(${when})::int::smallint` : '0::smallint')).join(', ')})`,
    ).join(', ')}) as m (at, ${MEASURE_NAMES.join(', ')})
    where m.at is not null`;

/** The deepest division down to a level that holds a case of division d: of which those of all levels above can be told. */
const placeOf = (level: number) =>
  `coalesce(${[...Array.from({ length: level }, (_, i) => `d.path[${level - i}]`), '0'].join(', ')})`;

/**
 * The tally's rows of a base, from the cases: summed by what the base tells apart, each level of divisions from the one below it, so that
 * the many rows of the deepest are read three times and not ten.
 * @param counted relation of all contributions, as WIDE gives them.
 */
function recountedBase(base: TallyBase, counted: string): string {
  const { kind, grain } = base;
  const cells = cellsOf(base);
  const levels = [...new Set(cells.map(({ level }) => level))].sort((a, b) => b - a);
  const sums = MEASURE_NAMES.map((name) => `sum(${name})::int as ${name}`).join(', ');
  const joined = (relation: string) => `from ${relation} as c left join division d on d.id = c.division_id`;
  const relations = levels.map((level, i) =>
    i === 0
      ? `l${level} as materialized (
          select ${placeOf(level)} as division_id, ${KIND_KEY[kind]} as key, date_trunc('${grain}', hour) as start, ${sums}
          ${joined(counted)} group by 1, 2, 3 having ${MEASURE_NAMES.map((name) => `sum(${name}) > 0`).join(' or ')})`
      : `l${level} as materialized (
          select ${placeOf(level)} as division_id, key, start, ${sums} ${joined(`l${levels[i - 1]}`)} group by 1, 2, 3)`,
  );
  const parts = cells.map(
    (cell) => `select ${kindNumber(kind)} as kind, ${grainNumber(cell.grain)} as grain, ${cell.level} as level,
      date_trunc('${cell.grain}', start) as start, coalesce(d.path[${cell.level}], 0) as division_id, key, ${sums}
      ${joined(`l${cell.level}`)} group by 4, 5, 6`,
  );
  return `with ${relations.join(', ')} ${parts.join(' union all ')}`;
}

/** What a recount of the cases gives for a base: rows (kind, grain, level, start, division_id, key, and the measures). */
export function recountedTally(base: TallyBase): string {
  return recountedBase(base, `(${WIDE})`);
}

/** The counts of a base as read, as rows like those of a recount. */
export function readTally(base: TallyBase): string {
  const sums = MEASURE_NAMES.map((name) => `sum(${name})::bigint as ${name}`).join(', ');
  const parts = cellsOf(base).map(
    ({ kind, grain, level }) =>
      `select ${kindNumber(kind)} as kind, ${grainNumber(grain)} as grain, ${level} as level, start, division_id, key, ${sums}
       from ${tallyRelation(String(level), kind, grain)} as t group by start, division_id, key`,
  );
  return parts.join(' union all ');
}

/** Counts everything again from the cases. For loads that write cases without deltas, and for `hekan rebuild kpi`.
 * @param onProgress before each base. */
export async function rebuildTally(
  client: Queryable,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  await client.query('delete from tally_delta');
  await client.query('delete from tally');
  await client.query(`create temp table case_count on commit drop as ${WIDE}`);
  for (const [i, base] of TALLY_BASES.entries()) {
    onProgress(i, TALLY_BASES.length);
    await client.query(`${INTO} select * from (${recountedBase(base, 'case_count')}) as r order by ${AS_READ}`);
  }
  await client.query('drop table case_count');
  await client.query('analyze tally');
}

/** Whether cases have never been counted: after a schema that does not carry the counts over. */
export async function needsTally(client: Queryable): Promise<boolean> {
  const { rows } = await client.query<{ needed: boolean }>(
    `select not exists (select 1 from tally) and not exists (select 1 from tally_delta)
       and exists (select 1 from cases) and exists (select 1 from city) as needed`,
  );
  return rows[0]?.needed ?? false;
}

/**
 * The counts as read: folded and not yet folded, in one snapshot. A relation (division_id, key, start, and the measures) of
 * one kind, grain and level.
 * @param level SQL of the level, such as '$1::int'.
 */
export function tallyRelation(level: string, kind: TallyKind = 'all', grain: TallyGrain = 'day'): string {
  return `(
    select division_id, key, start, ${MEASURE_NAMES.join(', ')} from tally
    where kind = ${kindNumber(kind)} and grain = ${grainNumber(grain)} and level = ${level}
    union all
    select coalesce(d.path[${level}], 0), ${KIND_KEY[kind]}, date_trunc('${grain}', hour),
      ${MEASURE_NAMES.map((_, i) => `case when measure = ${i} then n else 0 end`).join(', ')}
    from tally_delta m left join division d on d.id = m.division_id)`;
}
