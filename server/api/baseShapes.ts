/** What several answers have in common, and the city and its divisions. */
import { z } from '@hono/zod-openapi';

export const LEVELS = ['city', 'district', 'street', 'community', 'grid'] as const;
export const LIGHTS = ['green', 'yellow', 'red'] as const;
export const CLASSES = ['government', 'industry', 'supply_chain', 'governance', 'sensing'] as const;
export const CRS_NAMES = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const;

export const instant = z.string().openapi({ example: '2026-11-23T10:00:00.000+08:00' });
export const day = z.string().openapi({ example: '2026-11-23' });
export const bbox = z
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
