/**
 * What the API answers, as schemas: they validate in tests, make /openapi.json, and give the pages their types.
 * Times are ISO 8601 with zone; days are YYYY-MM-DD in the city's time zone; lengths and areas carry their unit.
 */
import { z } from '@hono/zod-openapi';
import { INDICATOR_IDS } from '../cases/measures.ts';
import { CASE_ACTIONS, CASE_ROLES, CASE_STATUSES, LIMIT_UNITS } from '../cases/words.ts';

export * from './liveShapes.ts';

export const LEVELS = ['city', 'district', 'street', 'community', 'grid'] as const;
export const LIGHTS = ['green', 'yellow', 'red'] as const;
export const CLASSES = ['government', 'industry', 'supply_chain', 'governance', 'sensing'] as const;
export const CRS_NAMES = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const;

const instant = z.string().openapi({ example: '2026-11-23T10:00:00.000+08:00' });
const day = z.string().openapi({ example: '2026-11-23' });
const bbox = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .openapi({ description: 'west, south, east, north' });

/** A share. `percent` is cut, never rounded up: 479034/480717 is "99.64", and only n = d is "100.00". */
export const Rate = z.object({
  numerator: z.number().int(),
  denominator: z.number().int(),
  value: z.number().nullable(),
  percent: z.string().nullable(),
});

/** A count on a page: of what it is a part (null when of nothing), and where the rows behind it are listed. */
export const Figure = z.object({
  numerator: z.number().int(),
  denominator: z.number().int().nullable(),
  asOf: instant,
  href: z.string().nullable(),
});

/** A rate on a page. */
export const RateFigure = Rate.extend({ asOf: instant, href: z.string().nullable() });

/** On everything that may be carried away: whether it is made up. Whoever shows it says 演示数据 / demonstration data. */
export const Origin = z.object({ demonstration: z.boolean() });

export const City = z.object({
  nameZh: z.string(),
  nameEn: z.string(),
  /** demo: everything that shows it says 演示数据 / demonstration data. */
  kind: z.enum(['demo', 'real']),
  timeZone: z.string(),
  extent: bbox,
  standardRef: z.string(),
  /** Set where the city stands still (a demonstration without its player). */
  frozenAt: instant.nullable(),
  asOf: instant,
  /** The newest change this answer has seen; pass it to /api/live as ?since=. */
  seq: z.number().int(),
  engine: z.enum(['postgresql', 'embedded']),
  /** Changes with the pages: one that is left open for weeks loads itself again. */
  build: z.string(),
});

export const DivisionRef = z.object({
  id: z.number().int(),
  code: z.string(),
  level: z.enum(LEVELS),
  nameZh: z.string(),
  nameEn: z.string(),
});

export const Division = DivisionRef.extend({
  parentId: z.number().int().nullable(),
  bbox,
  /** A point inside, where a label looks right. */
  label: z.tuple([z.number(), z.number()]),
  areaKm2: z.number(),
  population: z.number().int().nullable(),
  /** From the city down to this one, itself included. */
  ancestors: z.array(DivisionRef).optional(),
});
export const Divisions = Origin.extend({ items: z.array(Division) });

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

const Named = z.object({ code: z.string(), nameZh: z.string(), nameEn: z.string() });
export const CaseItem = z.object({
  id: z.number().int(),
  caseNo: z.string(),
  status: z.enum(CASE_STATUSES),
  /** As of the answer's asOf; null for a case that is not open. */
  light: z.enum(LIGHTS).nullable(),
  category: Named,
  /** null: not located, or outside every division. */
  division: z.object({ id: z.number().int(), code: z.string(), pathZh: z.string(), pathEn: z.string() }).nullable(),
  lng: z.number().nullable(),
  lat: z.number().nullable(),
  address: z.string().nullable(),
  description: z.string().nullable(),
  source: Named,
  department: Named.nullable(),
  reportedAt: instant,
  acceptedAt: instant.nullable(),
  yellowAt: instant.nullable(),
  dueAt: instant.nullable(),
  closedAt: instant.nullable(),
});
export const CasePage = Origin.extend({
  asOf: instant,
  items: z.array(CaseItem),
  /** All that match, on the first page (later pages carry null). */
  total: z.number().int().nullable(),
  /** Pass as ?after= for the next page; null on the last. */
  next: z.string().nullable(),
});
/** An action that the workflow allows now, and who takes it. */
export const AllowedAction = z.object({
  action: z.enum(CASE_ACTIONS),
  roles: z.array(z.enum(CASE_ROLES)),
  to: z.enum(CASE_STATUSES),
});
export const CaseDetail = CaseItem.extend({
  demonstration: z.boolean(),
  asOf: instant,
  /** The last step's: give it with an action, and be told if somebody was quicker. */
  seq: z.number().int(),
  /** Who runs the case, where it is another platform; null: we do. */
  platform: z.string().nullable(),
  /** What waits for an answer. */
  asked: z.string().nullable(),
  /** Departments that assist the lead one (协办). */
  assisting: z.array(Named),
  /** The time limit that the case was given. */
  limit: z.object({ value: z.number(), unit: z.enum(LIMIT_UNITS) }).nullable(),
  stageDueAt: instant.nullable(),
  reworks: z.number().int(),
  returns: z.number().int(),
  extensions: z.number().int(),
  urges: z.number().int(),
  forced: z.boolean(),
  /** Left out of scores: an appeal was upheld. */
  excluded: z.boolean(),
  satisfied: z.boolean().nullable(),
  duplicateOf: z.number().int().nullable(),
  allowed: z.array(AllowedAction),
  steps: z.array(
    z.object({
      seq: z.number().int(),
      at: instant,
      action: z.enum(CASE_ACTIONS),
      from: z.enum(CASE_STATUSES).nullable(),
      to: z.enum(CASE_STATUSES),
      role: z.enum(CASE_ROLES),
      actor: z.string(),
      note: z.string().nullable(),
      /** Since the stage before it began. */
      usedMs: z.number().int().nullable(),
      late: z.boolean().nullable(),
      data: z.unknown(),
      /** SHA-256 in hex: docs/log.md. Null: from before logs were chained. */
      hash: z.string().nullable(),
    }),
  ),
});
/** RFC 9457. `field` and `given` name what was wrong with the request. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  field: z.string().optional(),
  given: z.string().optional(),
  allowed: z.array(AllowedAction).optional(),
});

export type Level = (typeof LEVELS)[number];
export type Light = (typeof LIGHTS)[number];
export type RecordClass = (typeof CLASSES)[number];
export type CrsName = (typeof CRS_NAMES)[number];
export type Rate = z.infer<typeof Rate>;
export type Figure = z.infer<typeof Figure>;
export type RateFigure = z.infer<typeof RateFigure>;
export type City = z.infer<typeof City>;
export type DivisionRef = z.infer<typeof DivisionRef>;
export type Division = z.infer<typeof Division>;
/** An answer before the route adds where it comes from. */
export type Bare<Answer> = Omit<Answer, 'demonstration'>;
export type Overview = z.infer<typeof Overview>;
export type KpiByDivision = z.infer<typeof KpiByDivision>;
export type KpiTable = z.infer<typeof KpiTable>;
export type KpiByDay = z.infer<typeof KpiByDay>;
export type CaseItem = z.infer<typeof CaseItem>;
export type CasePage = z.infer<typeof CasePage>;
export type CaseDetail = z.infer<typeof CaseDetail>;
