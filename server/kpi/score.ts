import { z } from 'zod';
import { INDICATOR_IDS, type IndicatorId } from '../cases/index.ts';

/** Indicators that count cases whose appeal was upheld (申诉成立): a score leaves those cases out, and so has none of these. */
const WITH_APPEALED: readonly IndicatorId[] = ['completion', 'filing', 'duplicate'];
export const GRADES = ['A', 'B', 'C', 'D', 'E'] as const;
export type Grade = (typeof GRADES)[number];

/** What a file of a scheme holds. docs/indicators.md tells it to people. */
export const SCORE_SCHEME = z.strictObject({
  $comment: z.string().optional(),
  key: z.string().regex(/^[a-z][a-z0-9_-]{0,59}$/, 'expected a lower-case key'),
  nameZh: z.string().min(1).max(100),
  nameEn: z.string().min(1).max(100),
  indicators: z
    .array(
      z.strictObject({
        id: z
          .enum(INDICATOR_IDS)
          .refine(
            (id) => !WITH_APPEALED.includes(id),
            'counts cases whose appeal was upheld, which a score leaves out',
          ),
        weight: z.number().positive().max(1000),
        /** Whether a high rate is good. */
        direction: z.enum(['higher', 'lower']),
      }),
    )
    .min(1)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'each indicator once'),
  /** The fewest points of A, B, C and D, of 100; below that E. */
  bounds: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .refine(
      (bounds) => bounds.every((b, i) => b > 0 && b <= 100 && (i === 0 || b < bounds[i - 1]!)),
      'points of 100, each fewer than the one before',
    ),
});
export type ScoreScheme = z.infer<typeof SCORE_SCHEME>;

export interface Score {
  /** By the order of the scheme's indicators; null: nothing to divide by, its weight is shared among the others. */
  points: (number | null)[];
  /** Share of the whole that each weighed: together 1, or all 0. */
  weights: number[];
  total: number | null;
  grade: Grade | null;
}

const round = (value: number) => Math.round(value * 1e6) / 1e6;

/** The score of rates, in the order of the scheme's indicators. Points are of 100; a total is cut to no less than its bound by rounding
 * at the sixth decimal only. */
export function scoreOf({ indicators, bounds }: ScoreScheme, rates: readonly (number | null)[]): Score {
  const points = indicators.map(({ direction }, i) => {
    const rate = rates[i] ?? null;
    return rate === null ? null : round(100 * (direction === 'higher' ? rate : 1 - rate));
  });
  const weighing = indicators.reduce((sum, { weight }, i) => sum + (points[i] === null ? 0 : weight), 0);
  const weights = indicators.map(({ weight }, i) => (points[i] === null ? 0 : weight / weighing));
  if (weighing === 0) return { points, weights, total: null, grade: null };
  const total = round(weights.reduce((sum, weight, i) => sum + weight * (points[i] ?? 0), 0));
  const at = bounds.findIndex((bound) => total >= bound);
  return { points, weights, total, grade: GRADES[at === -1 ? GRADES.length - 1 : at]! };
}

/** Ranks from 1, the same for the same total; null where there is none. */
export function ranksOf(totals: readonly (number | null)[]): (number | null)[] {
  return totals.map((total) =>
    total === null ? null : 1 + totals.filter((one) => one !== null && one > total).length,
  );
}
