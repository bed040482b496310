import type { Light } from '../../api/shapes.ts';
import type { CaseFilter } from '../filter.ts';
import { CASE_STATUSES, OPEN_STATUSES, type CaseStatus } from '../words.ts';
import { dayNumber, type FieldPlan } from './fields.ts';
import type { HeldWords } from './heldWords.ts';
import type { Predicate } from './match.ts';
import { NOT_ACCEPTED, NUMBERS, type OpenCases } from './openCases.ts';

type Ranges = [low: number, high: number][];

/** A filter in the numbers of the columns. null: no condition. */
export interface Criteria {
  /** Only open cases can match. */
  openOnly: boolean;
  /** Open cases can match, too. */
  maybeOpen: boolean;
  statuses: Ranges | null;
  accepted: boolean;
  light: Light | null;
  /** Days since DAY_ZERO. */
  days: Ranges | null;
  categories: Ranges | null;
  sources: Ranges | null;
  /** Each of these. */
  divisions: Ranges[];
}

const statusRange = (status: CaseStatus): Ranges => {
  const at = CASE_STATUSES.indexOf(status);
  return [[at, at]];
};

function statusCriteria(status: CaseFilter['status']): Partial<Criteria> | null {
  switch (status) {
    case undefined:
    case 'all':
      return {};
    case 'accepted':
      return { accepted: true };
    case 'open':
      return { openOnly: true };
    case 'overdue':
      return { openOnly: true, light: 'red' };
    case 'yellow':
      return { openOnly: true, light: 'yellow' };
    case 'not_located':
      return null;
    case 'outside':
      return { divisions: [[[0, 0]]] };
    case 'closed':
      return { statuses: statusRange('closed'), accepted: true, maybeOpen: false };
    default:
      return {
        statuses: statusRange(status),
        openOnly: OPEN_STATUSES.includes(status),
        maybeOpen: OPEN_STATUSES.includes(status),
      };
  }
}

/**
 * What a filter of tiles asks of a case.
 * @param seen divisions of the reader's scope, or null for the whole city.
 * @returns null where no located case can match.
 */
export function toCriteria(filter: CaseFilter, seen: readonly number[] | null, words: HeldWords): Criteria | null {
  const byStatus = statusCriteria(filter.status);
  if (byStatus === null) return null;
  const criteria: Criteria = {
    openOnly: false,
    maybeOpen: true,
    statuses: null,
    accepted: false,
    light: null,
    days: null,
    categories: filter.category === undefined ? null : words.categoriesOf(filter.category),
    sources: filter.source === undefined ? null : words.sourcesOf(filter.source),
    divisions: [],
    ...byStatus,
  };
  if (filter.division !== undefined) criteria.divisions.push(words.divisionsUnder([filter.division]));
  if (seen !== null) criteria.divisions.push(words.divisionsUnder(seen));
  if (filter.from !== undefined || filter.to !== undefined) {
    criteria.accepted = true;
    const first = filter.from === undefined ? -Infinity : dayNumber(filter.from);
    criteria.days = [[first, filter.to === undefined ? Infinity : dayNumber(filter.to)]];
  }
  return criteria;
}

/** The same for columns; lights and openness are no business of theirs. */
export function toPredicates(criteria: Criteria, plan: FieldPlan): Predicate[] {
  const predicates: Predicate[] = criteria.divisions.map((ranges) => ({ field: plan.division, ranges }));
  if (criteria.categories) predicates.push({ field: plan.category, ranges: criteria.categories });
  if (criteria.sources) predicates.push({ field: plan.source, ranges: criteria.sources });
  if (criteria.days) {
    const ranges = criteria.days.map(([low, high]) => [low - plan.firstDay, high - plan.firstDay] as const);
    predicates.push({ field: plan.day, ranges });
  }
  if (criteria.statuses) predicates.push({ field: plan.status, ranges: criteria.statuses });
  if (criteria.accepted) predicates.push({ field: plan.accepted, ranges: [[1, 1]] });
  return predicates;
}

const within = (ranges: Ranges | null, value: number) =>
  ranges === null || ranges.some(([low, high]) => low <= value && value <= high);

/** Whether the open case at an index matches, but for its light. */
export function matchesOpen(criteria: Criteria, { numbers }: OpenCases, index: number): boolean {
  const { statuses, accepted, days, categories, sources, divisions } = criteria;
  const at = index * NUMBERS;
  const day = numbers[at + 4]!;
  return (
    within(statuses, numbers[at]!) &&
    within(categories, numbers[at + 1]!) &&
    within(sources, numbers[at + 2]!) &&
    (day === NOT_ACCEPTED ? !accepted : within(days, day)) &&
    (divisions.length === 0 || divisions.every((ranges) => within(ranges, numbers[at + 3]!)))
  );
}
