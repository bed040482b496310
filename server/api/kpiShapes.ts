/** What the figures answer. */
import { z } from '@hono/zod-openapi';
import { INDICATOR_IDS } from '../cases/measures.ts';
import { LEVELS, CLASSES, instant, day, Rate, Figure, RateFigure, Origin, DivisionRef } from './baseShapes.ts';

export const Overview = Origin.extend({
  asOf: instant,
  seq: z.number().int(),
  /** null: the whole city; else the division these figures are of. */
  division: DivisionRef.nullable(),
  records: z.object({
    /** Records that stand on a place ÷ all records. City-wide whatever the division. */
    annotated: RateFigure,
    byClass: z.array(z.object({ class: z.enum(CLASSES), located: Figure })),
    datasets: z.array(
      z.object({
        key: z.string(),
        nameZh: z.string(),
        nameEn: z.string(),
        theme: z.string().nullable(),
        class: z.enum(CLASSES),
        annotated: RateFigure,
      }),
    ),
  }),
  places: Figure,
  cases: z.object({
    accepted: Figure,
    closed: Figure,
    /** closed ÷ accepted, all time. */
    completion: RateFigure,
    /** The same over the cases accepted in the last 30 days (days of the city's zone, today included). */
    last30Days: RateFigure.extend({ from: day, to: day }),
    open: Figure,
    /** Open and past the deadline ÷ open. */
    overdue: RateFigure,
    /** Open with 80 % or more of the limit used, not yet past it ÷ open. */
    yellow: RateFigure,
    acceptedToday: Figure,
    closedToday: Figure,
    /** Kept and counted, but without a position. */
    notLocated: Figure,
    /** With a position, but inside no division. */
    outside: Figure,
  }),
});

const KpiRow = z.object({
  accepted: z.number().int(),
  closed: z.number().int(),
  open: z.number().int(),
  overdue: z.number().int(),
  value: z.number().nullable(),
  percent: z.string().nullable(),
  href: z.string(),
});
export const KpiByDivision = Origin.extend({
  id: z.literal('completion'),
  version: z.number().int(),
  by: z.literal('division'),
  level: z.enum(LEVELS),
  asOf: instant,
  from: day.nullable(),
  to: day.nullable(),
  /** Lowest rate first; divisions without a case come last, with null. */
  rows: z.array(KpiRow.extend({ division: DivisionRef })),
  /** Cases of the period inside no division of this level (not located, or outside). */
  elsewhere: KpiRow,
  total: KpiRow,
});
export const KpiByDay = Origin.extend({
  id: z.literal('completion'),
  version: z.number().int(),
  by: z.literal('day'),
  asOf: instant,
  from: day,
  to: day,
  /** One row a day, empty days included. accepted: accepted on it; closedOn: closed on it; closed: of those accepted on it. */
  rows: z.array(
    z.object({
      day,
      accepted: z.number().int(),
      closed: z.number().int(),
      closedOn: z.number().int(),
      percent: z.string().nullable(),
    }),
  ),
});
/** A rate of a table, with the cases behind both its numbers. */
const KpiFigure = Rate.extend({
  /** The cases of the denominator; null where they cannot be listed. */
  href: z.string().nullable(),
  numeratorHref: z.string().nullable(),
  /** With compare: the rate of the period before, and how far the value is from it. */
  before: Rate.optional(),
  change: z.number().nullable().optional(),
  /** Of `completion`. */
  accepted: z.number().int().optional(),
  closed: z.number().int().optional(),
  open: z.number().int().optional(),
  overdue: z.number().int().optional(),
});
export const KPI_BY = [
  ...(['division', 'category', 'source', 'department', 'owner', 'person'] as const),
  ...(['hour', 'day', 'week', 'month', 'quarter', 'year'] as const),
] as const;
export const KpiTable = Origin.extend({
  id: z.enum(INDICATOR_IDS),
  version: z.number().int(),
  by: z.enum(KPI_BY),
  level: z.enum(LEVELS).optional(),
  asOf: instant,
  from: day.nullable(),
  to: day.nullable(),
  compare: z.enum(['yoy', 'pop']).optional(),
  before: z.object({ from: day, to: day }).nullable().optional(),
  /** By division the lowest rate first, those without a case last; else in order of code or time, empty times included. */
  rows: z.array(
    KpiFigure.extend({
      key: z.string(),
      code: z.string(),
      nameZh: z.string(),
      nameEn: z.string(),
      division: DivisionRef.optional(),
      day: day.optional(),
      closedOn: z.number().int().optional(),
    }),
  ),
  /** What no row has: by division, cases inside none of the level. */
  elsewhere: KpiFigure,
  total: KpiFigure,
});
const bilingual = (name: string) => ({ [`${name}Zh`]: z.string(), [`${name}En`]: z.string() });
export const KpiDefinition = z.object({
  id: z.enum(INDICATOR_IDS),
  version: z.number().int(),
  nameZh: z.string(),
  nameEn: z.string(),
  ...bilingual('numerator'),
  ...bilingual('denominator'),
  ...bilingual('cohort'),
  ...bilingual('exclusions'),
  ...bilingual('formula'),
});
export const KpiDefinitions = z.object({ items: z.array(KpiDefinition) });

export type Overview = z.infer<typeof Overview>;
export type KpiByDivision = z.infer<typeof KpiByDivision>;
export type KpiTable = z.infer<typeof KpiTable>;
export type KpiByDay = z.infer<typeof KpiByDay>;
