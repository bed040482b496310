import type { Queryable } from '../db/index.ts';
import type { Placed } from './decide.ts';

export interface DuplicateRule {
  categoryId: number;
  radiusM: number;
  windowHours: number;
}

/** The rules of the categories that these signals have. */
export async function readRules(client: Queryable, signals: readonly Placed[]): Promise<Map<number, DuplicateRule>> {
  const { rows } = await client.query<DuplicateRule>(
    `select category_id as "categoryId", radius_m as "radiusM", window_hours as "windowHours" from duplicate_rule
     where category_id = any($1::int[])`,
    [[...new Set(signals.map(({ categoryId }) => categoryId))]],
  );
  return new Map(rows.map((rule) => [rule.categoryId, rule]));
}

/** Of the sphere that PostGIS' st_distancesphere measures on. */
const EARTH_M = 6_371_008.7714;
const HOUR_MS = 3_600_000;

/** Great-circle distance in metres (haversine). */
export function distanceM(a: readonly [number, number], b: readonly [number, number]): number {
  const rad = Math.PI / 180;
  const [dx, dy] = [((b[0] - a[0]) * rad) / 2, ((b[1] - a[1]) * rad) / 2];
  const h = Math.sin(dy) ** 2 + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * Math.sin(dx) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(Math.min(1, h)));
}

/**
 * Duplicates that came in the same chunk: the nearest one before it of the same category within radius and window, or, where that one doubles
 * another that is near enough too, the other.
 * @param at when each was reported. @param near those that double a case which was there before. @param merging duplicates get no case,
 * so nothing can be added to them.
 * @returns position of the twin by position.
 */
export function findTwins(
  rules: ReadonlyMap<number, DuplicateRule>,
  signals: readonly Placed[],
  at: readonly Date[],
  near: ReadonlyMap<number, unknown>,
  merging: boolean,
  now: Date,
): Map<number, number> {
  const twins = new Map<number, number>();
  const heads = new Map<number, number[]>();
  for (const [i, { categoryId, position }] of signals.entries()) {
    const rule = rules.get(categoryId);
    if (!rule) continue;
    const before = heads.get(categoryId) ?? [];
    heads.set(categoryId, before);
    if (!near.has(i)) {
      const close = before
        .map((j) => [j, distanceM(signals[j]!.position, position)] as const)
        .filter(([j, m]) => m <= rule.radiusM && at[j]!.getTime() > now.getTime() - rule.windowHours * HOUR_MS);
      const [nearest] = close.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
      const head = nearest && close.find(([j]) => j === twins.get(nearest[0]));
      if (nearest) twins.set(i, (head ?? nearest)[0]);
    }
    if (!merging || !(near.has(i) || twins.has(i))) before.push(i);
  }
  return twins;
}
