import { z } from '@hono/zod-openapi';
import { INDICATOR_IDS } from '../cases/index.ts';
import { GRADES, SCORE_SCHEME } from '../kpi/index.ts';
import { DivisionRef, LEVELS, Origin, Rate } from './shapes.ts';

const day = z.string().nullable();

export const ScoreSchemes = z.object({
  items: z.array(SCORE_SCHEME.omit({ $comment: true }).extend({ version: z.number().int() })),
});

export const ScoreTable = Origin.extend({
  scheme: z.object({
    key: z.string(),
    version: z.number().int(),
    nameZh: z.string(),
    nameEn: z.string(),
    /** The fewest points of A, B, C and D. */
    bounds: z.array(z.number()),
    indicators: z.array(
      z.object({
        id: z.enum(INDICATOR_IDS),
        /** Version of the indicator's definition. */
        version: z.number().int(),
        nameZh: z.string(),
        nameEn: z.string(),
        weight: z.number(),
        direction: z.enum(['higher', 'lower']),
      }),
    ),
  }),
  by: z.enum(['division', 'department']),
  level: z.enum(LEVELS).optional(),
  asOf: z.string(),
  from: day,
  to: day,
  rows: z.array(
    z.object({
      rank: z.number().int().nullable(),
      key: z.string(),
      code: z.string(),
      nameZh: z.string(),
      nameEn: z.string(),
      division: DivisionRef.optional(),
      /** Points of 100; null: not one of the rates has a denominator. */
      total: z.number().nullable(),
      grade: z.enum(GRADES).nullable(),
      /** In the order of the scheme. points null: no denominator; its weight, then 0, is shared among the others. */
      figures: z.array(
        Rate.extend({
          id: z.enum(INDICATOR_IDS),
          points: z.number().nullable(),
          weight: z.number(),
          href: z.string(),
        }),
      ),
    }),
  ),
});
export type ScoreTable = z.infer<typeof ScoreTable>;
