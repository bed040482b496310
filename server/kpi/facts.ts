import { scopeCondition, scopeParam, type Scope } from '../access/index.ts';
import {
  CASE_KEYS,
  casesAt,
  grainNumber,
  KIND_KEY,
  kindNumber,
  measureNumber,
  measureOf,
  personOf,
  tallyLevels,
  type Indicator,
  type IndicatorId,
  type MeasureName,
  type TallyGrain,
  type TallyKind,
} from '../cases/index.ts';
import { addDays, dayIn } from './days.ts';
import { planSpans, type Span } from './spans.ts';

/** A division's id and its level's number; null: the whole city. */
export type Within = { id: number; level: number } | null;

export interface Period {
  /** First and last day, in the zone of the city; null: without an end. */
  from: string | null;
  to: string | null;
}

export const TIME_UNITS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];
export const KEYED = ['category', 'source', 'department', 'owner'] as const;
export type Keyed = (typeof KEYED)[number];
export type By = 'total' | 'division' | 'person' | Keyed | TimeUnit;

/** What is counted, of which cases, told apart how. */
export interface Question {
  sums: Pick<Indicator, 'numerator' | 'denominator'>;
  by: By;
  /** Whose work by=person is about. */
  indicator?: IndicatorId;
  /** Of by=division: the number of the level. */
  level: number;
  within: Within;
  /** Only cases of these keys. */
  only: readonly { kind: Keyed; ids: readonly number[] }[];
  period: Period;
  timeZone: string;
  now: Date;
  /** An instant in the past, for which the cases are counted again; null: now. */
  asOf: Date | null;
}

/** Parameters of a statement as it grows. */
class Params {
  readonly list: unknown[] = [];
  /** The city's zone. A value, not a look-up: the planner then knows how many cases a period holds. */
  get zone(): string {
    return (this.#zone ??= this.bind(this.#timeZone, 'text'));
  }
  #zone: string | null = null;
  readonly #timeZone: string;
  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }
  /** @returns the value's place with its type, such as `$3::int`. */
  bind(value: unknown, type: string): string {
    return `$${this.list.push(value)}::${type}`;
  }
  /** The scope as a condition; none where it is the whole city. */
  seen(scope: Scope, column: string): string[] {
    const ids = scopeParam(scope);
    return ids ? [scopeCondition(column, this.list.push(ids))] : [];
  }
}

const isUnit = (by: By): by is TimeUnit => (TIME_UNITS as readonly By[]).includes(by);
const isKeyed = (by: By): by is Keyed => (KEYED as readonly By[]).includes(by);

/** Statement and parameters that answer a question: rows (key, n, d). */
export function factsQuery(scope: Scope, question: Question): { text: string; params: unknown[] } {
  const params = new Params(question.timeZone);
  const cube = planCube(scope, question);
  const rows = cube ? cubeRows(question, cube, params) : recountedRows(scope, question, params);
  const conditions = cube ? cubeConditions(scope, question, params) : [];
  const text = `select ${keyOf(question.by)} as key, sum(n)::int as n, sum(d)::int as d
    from (${rows.join('\nunion all ')}) as f left join division d on d.id = f.division_id
    where ${['true', ...conditions].join(' and ')} group by 1`;
  return { text, params: params.list };
}

/** Narrows the tally's rows where they are read, so that its order by key serves. */
function ofKeys({ only }: Question, { kind }: Cube, params: Params): string[] {
  if (kind === 'all') return ['and key = 0'];
  return only.map(({ ids }) => `and key = any(${params.bind(ids, 'int[]')})`);
}

/** Narrows the tally's rows where they are read, so that its index by division serves. */
function inside({ by, within }: Question, params: Params): string[] {
  if (!within || by !== 'division') return [];
  return [
    `and division_id in (select id from division where path[${within.level}] = ${params.bind(within.id, 'int')})`,
  ];
}

function cubeConditions(scope: Scope, { by, within, only }: Question, params: Params): string[] {
  const found = params.seen(scope, 'f.division_id');
  if (within && by === 'division') found.push(`d.path[${within.level}] = ${params.bind(within.id, 'int')}`);
  else if (within) found.push(`f.division_id = ${params.bind(within.id, 'int')}`);
  for (const { ids } of only) found.push(`f.key = any(${params.bind(ids, 'int[]')})`);
  return found;
}

function keyOf(by: By): string {
  if (by === 'total') return '0';
  if (by === 'division') return 'f.division_id';
  if (!isUnit(by)) return 'f.key';
  const formats = { hour: 'YYYY-MM-DD"T"HH24', month: 'YYYY-MM', quarter: 'YYYY-"Q"Q', year: 'YYYY' };
  const format = by === 'day' || by === 'week' ? 'YYYY-MM-DD' : formats[by];
  return `to_char(date_trunc('${by}', f.start), '${format}')`;
}

interface Cube {
  kind: TallyKind;
  level: number;
  grain: TallyGrain;
}

/** Which of the tally's counts answer it; null: only the cases themselves do. */
function planCube(scope: Scope, { by, level: wanted, within, only, asOf }: Question): Cube | null {
  if (asOf !== null || by === 'person' || only.length > 1 || (only.length > 0 && isKeyed(by))) return null;
  if (scopeParam(scope) && by !== 'division') return null;
  const kind = isKeyed(by) ? by : (only[0]?.kind ?? 'all');
  const level = by === 'division' ? wanted : (within?.level ?? 0);
  const grain = by === 'hour' ? 'hour' : by === 'day' || by === 'week' ? 'day' : 'month';
  return tallyLevels(kind, grain).includes(level) ? { kind, level, grain } : null;
}

const pendingOnly = (names: readonly MeasureName[]) => names.filter((name) => measureOf(name).pending);
const settledOnly = (names: readonly MeasureName[]) => names.filter((name) => !measureOf(name).pending);
const isEmpty = ({ from, to }: Period) => from !== null && to !== null && from > to;
const sumOf = (names: readonly string[]) => names.join(' + ') || '0';

/** From the tally and its deltas. Deadlines of today are looked up one by one: they pass as the day goes. */
function cubeRows(question: Question, cube: Cube, params: Params): string[] {
  const { sums, period, now, timeZone } = question;
  const today = dayIn(timeZone, now);
  const yesterday = addDays(today, -1);
  const pending = pendingOnly([...new Set([...sums.numerator, ...sums.denominator])]);
  if (pending.length === 0) return part((names) => names, period);
  // Read once up to yesterday, all of it: what is pending counts no further.
  const past = { from: period.from, to: period.to === null || period.to > yesterday ? yesterday : period.to };
  const rest = { from: period.from === null || period.from < today ? today : period.from, to: period.to };
  const rows = isEmpty(past) ? [] : part((names) => names, past);
  if (isEmpty(rest)) return rows;
  return [...rows, ...part(settledOnly, rest), ...(rest.from === today ? dueToday() : [])];

  function part(pick: (names: readonly MeasureName[]) => readonly MeasureName[], when: Period): string[] {
    const [n, d] = [pick(sums.numerator), pick(sums.denominator)];
    const spans: Span[] =
      cube.grain === 'month'
        ? planSpans(when.from, when.to)
        : [{ grain: cube.grain, from: when.from, before: when.to && addDays(when.to, 1), sign: 1 }];
    return [...spans.map((span) => folded(span, n, d)), waiting(when, n, d)];
  }

  function folded({ grain, from, before, sign }: Span, n: readonly string[], d: readonly string[]): string {
    const bounds = [
      ...ofKeys(question, cube, params),
      ...inside(question, params),
      from === null ? '' : `and start >= ${params.bind(from, 'timestamp')}`,
      before === null ? '' : `and start < ${params.bind(before, 'timestamp')}`,
    ];
    return `select division_id, key, start, ${sign} * (${sumOf(n)}) as n, ${sign} * (${sumOf(d)}) as d from tally
      where kind = ${kindNumber(cube.kind)} and grain = ${grainNumber(grain)} and level = ${cube.level} ${bounds.join(' ')}`;
  }

  function waiting({ from, to }: Period, n: readonly MeasureName[], d: readonly MeasureName[]): string {
    const among = (names: readonly MeasureName[]) => `any('{${names.map(measureNumber).join(',')}}'::smallint[])`;
    return `select coalesce(w.path[${cube.level}], 0), ${KIND_KEY[cube.kind]}, hour,
        case when measure = ${among(n)} then m.n else 0 end, case when measure = ${among(d)} then m.n else 0 end
      from tally_delta m left join division w on w.id = m.division_id
      where measure = ${among([...new Set([...n, ...d])])} ${from === null ? '' : `and hour >= ${params.bind(from, 'timestamp')}`}
        ${to === null ? '' : `and hour < ${params.bind(addDays(to, 1), 'timestamp')}`}`;
  }

  function dueToday(): string[] {
    return pending.map((name) => {
      const { at, when } = measureOf(name);
      return `select coalesce(w.path[${cube.level}], 0), ${KIND_KEY[cube.kind]}, ${at} at time zone ${params.zone},
          ${flags(question, name)}
        from (select ${CASE_KEYS}, c.${at} from cases c
          where ${when} and c.${at} >= ${params.bind(today, 'timestamp')} at time zone ${params.zone} and c.${at} < ${params.bind(now, 'timestamptz')}
        ) as c left join division w on w.id = c.division_id`;
    });
  }
}

/** Whether a case of the denominator's measure stands in the numerator, and 1. */
function flags({ sums }: Question, name: MeasureName): string {
  return `${sums.numerator.includes(name) ? 1 : 0} as n, ${sums.denominator.includes(name) ? 1 : 0} as d`;
}

/** From the cases, as they are or as they were. */
function recountedRows(scope: Scope, question: Question, params: Params): string[] {
  const { by, indicator, sums, level } = question;
  const cases = question.asOf === null ? 'cases' : casesAt(params.bind(question.asOf, 'timestamptz'));
  const key = by === 'person' && indicator ? personOf(indicator) : isKeyed(by) ? KIND_KEY[by] : '0';
  const conditions = recountConditions(scope, question, params);
  const names = [...new Set([...sums.numerator, ...sums.denominator])];
  const placed = by === 'division';
  return sameInstant(names).map((group) => {
    const any = group.map((name) => `(${measureOf(name).when})`).join(' or ');
    const { at } = measureOf(group[0]!);
    const bounds = [`(${any})`, ...conditions, ...cohortConditions(group[0]!, question, params)];
    const [n, d] = [sums.numerator, sums.denominator].map((side) =>
      countOf(group.filter((name) => side.includes(name))),
    );
    return `select ${placed ? `coalesce(w.path[${level}], 0)` : '0'} as division_id, ${key} as key, c.at as start, c.n, c.d
      from (select c.id, ${CASE_KEYS}, c.${at} at time zone ${params.zone} as at, ${n} as n, ${d} as d
          from ${cases} as c where ${bounds.join(' and ')}) as c
        ${placed ? 'left join division w on w.id = c.division_id' : ''}`;
  });
}

/** Measures that count at one instant, of which a case is read once. */
function sameInstant(names: readonly MeasureName[]): MeasureName[][] {
  const groups = Map.groupBy(names, (name) => `${measureOf(name).at} ${measureOf(name).pending ?? false}`);
  return [...groups.values()];
}

/** How many of the measures a case c counts in. */
const countOf = (names: readonly MeasureName[]) =>
  names.map((name) => `(${measureOf(name).when})::int`).join(' + ') || '0';

function recountConditions(scope: Scope, { within, only }: Question, params: Params): string[] {
  const found = params.seen(scope, 'c.division_id');
  if (within)
    found.push(`c.division_id in (select id from division where ${params.bind(within.id, 'int')} = any(path))`);
  for (const { kind, ids } of only) {
    const key = kind === 'owner' ? `(c.owner = 'federated')::int` : `coalesce(c.${KIND_KEY[kind]}, 0)`;
    found.push(`${key} = any(${params.bind(ids, 'int[]')})`);
  }
  return found;
}

/** When a measure counts: in the period, and a deadline once it has passed. */
function cohortConditions(name: MeasureName, { period, now, asOf }: Question, params: Params): string[] {
  const { at, pending } = measureOf(name);
  const found = [`c.${at} is not null`];
  const edge = (day: string) => `${params.bind(day, 'timestamp')} at time zone ${params.zone}`;
  if (period.from !== null) found.push(`c.${at} >= ${edge(period.from)}`);
  if (period.to !== null) found.push(`c.${at} < ${edge(addDays(period.to, 1))}`);
  if (pending) found.push(`c.${at} < ${params.bind(asOf ?? now, 'timestamptz')}`);
  return found;
}
