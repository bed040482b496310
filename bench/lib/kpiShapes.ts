/** What is asked of the indicators, and how long it takes: as a request, and as a recount from the cases. */
import type { Scope } from '../../server/access/index.ts';
import type { IndicatorId } from '../../server/cases/index.ts';
import { indicatorOf } from '../../server/cases/index.ts';
import type { Database } from '../../server/db/index.ts';
import { readFacts, type By, type Question, type Within } from '../../server/kpi/index.ts';
import { communityId, districtId, KPI_NOW, streetId } from './kpiCity.ts';

export interface Shape {
  name: string;
  by: By;
  /** Number of the level of by=division. */
  level?: number;
  within?: Exclude<Within, null>;
  /** More filters of the request. */
  only?: Record<string, string>;
  /** Told apart more finely than the tally is kept: counted case by case, and so the slower the more cases the place has. */
  fromCases?: true;
}

/** A year each, in other places of their months: whole months, and days at both ends. */
const YEARS = [
  ['2025-11-24', '2026-11-23'],
  ['2025-11-25', '2026-11-24'],
  ['2025-11-01', '2026-10-31'],
  ['2025-11-16', '2026-11-15'],
] as const;
const LEVELS = ['', 'city', 'district', 'street', 'community'] as const;
const DISTRICT = { id: districtId(3), level: 2 };
const STREET = { id: streetId(7), level: 3 };
const COMMUNITY = { id: communityId(11), level: 4 };
const KEYS: ReadonlySet<By> = new Set(['category', 'source', 'department', 'owner']);
const PLACES = [
  ['', undefined],
  [' in a district', DISTRICT],
  [' in a street', STREET],
  [' in a community', COMMUNITY],
] as const;

const inPlaces = (by: By): Shape[] =>
  PLACES.map(([place, within]) => ({
    name: `${by}${place}`,
    by,
    ...(within ? { within } : {}),
    ...(KEYS.has(by) && within && within.level > STREET.level ? { fromCases: true } : {}),
  }));

export const KPI_SHAPES: Shape[] = [
  ...[1, 2, 3, 4].map((level) => ({ name: LEVELS[level]!, by: 'division' as const, level })),
  { name: 'street in a district', by: 'division', level: 3, within: DISTRICT },
  { name: 'community in a street', by: 'division', level: 4, within: STREET },
  ...(['category', 'source', 'department', 'owner', 'month', 'day'] as const).flatMap(inPlaces),
  { name: 'district, one category', by: 'division', level: 2, only: { category: 'c3' } },
  { name: 'street, one category', by: 'division', level: 3, only: { category: 'c3' } },
  { name: 'community, one category', by: 'division', level: 4, only: { category: 'c3' }, fromCases: true },
  { name: 'day, one department in a district', by: 'day', within: DISTRICT, only: { department: 'k5' } },
  { name: 'month, one category and source', by: 'month', only: { category: 'c3', source: 's2' }, fromCases: true },
  { name: 'department, one category', by: 'department', only: { category: 'c3' }, fromCases: true },
  {
    name: 'category, one department in a district',
    by: 'category',
    within: DISTRICT,
    only: { department: 'k5' },
    fromCases: true,
  },
];

function pathOf({ by, level, within, only }: Shape, id: IndicatorId, [from, to]: readonly [string, string]): string {
  const place = within ? { [by === 'division' ? 'parent' : 'division']: String(within.id) } : {};
  const query = new URLSearchParams({ by, ...(level ? { level: LEVELS[level]! } : {}), ...place, ...only, from, to });
  return `/kpi/${id}?${query.toString()}`;
}

/** Every indicator over every year; over one of them where each case is read. @returns ms of each request. */
export async function measureShape(
  shape: Shape,
  ids: readonly IndicatorId[],
  get: (path: string) => Promise<unknown>,
): Promise<number[]> {
  await get(pathOf(shape, 'closure', YEARS[0]));
  const ms: number[] = [];
  for (const id of ids)
    for (const year of shape.fromCases ? YEARS.slice(-1) : YEARS) {
      const began = performance.now();
      await get(pathOf(shape, id, year));
      ms.push(performance.now() - began);
    }
  return ms;
}

/** Owners twice: a question that no count answers, of the same cases. */
const UNCOUNTED: Question['only'] = [
  { kind: 'owner', ids: [0, 1] },
  { kind: 'owner', ids: [0, 1] },
];

/** Once from the counts and once from the cases: they must agree. @returns ms of the recount; null: only a recount answers it. */
export async function recountShape(db: Database, scope: Scope, shape: Shape): Promise<number | null> {
  if (shape.only) return null;
  const [from, to] = YEARS[3];
  const { by, level = 0, within = null } = shape;
  const base = { sums: indicatorOf('on_time_closure'), by, level, within, period: { from, to } } as const;
  const question: Question = { ...base, only: [], timeZone: 'Asia/Shanghai', now: KPI_NOW, asOf: null };
  const read = await readFacts(db, scope, question);
  const began = performance.now();
  const recount = await readFacts(db, scope, { ...question, only: UNCOUNTED });
  const ms = performance.now() - began;
  const shown = (facts: typeof read) =>
    JSON.stringify([...facts].filter(([, { numerator, denominator }]) => numerator !== 0 || denominator !== 0).sort());
  if (shown(read) !== shown(recount)) throw new Error(`${shape.name}: the counts are not what a recount gives`);
  return ms;
}
