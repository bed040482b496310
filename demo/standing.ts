/** Where the open cases stand: status, light and district of each, and a category that fits its age. */
import type { CaseStatus } from '../server/cases/words.ts';
import { FATE, OPEN_FLOOR } from './arrivals.ts';
import { CATEGORIES } from './categories.ts';
import type { CategoryRow } from './categories.ts';
import { HOUR } from './calendar.ts';
import { apportion, createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { Standing } from './story.ts';

export interface OpenPlan extends Standing {
  district: number;
}

/** Plans every open case.
 * @param residents by district: beyond the floor, open cases follow the people. */
export function planOpen(
  times: Float64Array,
  fates: Uint8Array,
  residents: readonly number[],
  seed: number,
  until: number,
): Map<number, OpenPlan> {
  const open: number[] = [];
  for (let i = 0; i < times.length; i++) if (fates[i] === FATE.open) open.push(i);
  const random = createRandom(seed, 131);
  const hours = (i: number): number => (until - times[i]!) / HOUR;
  const quotas = apportion(open.length, residents, open.length >= OPEN_FLOOR * residents.length ? OPEN_FLOOR : 0);
  const districts = quotas.flatMap((n, d) => Array.from({ length: n }, () => d));
  for (let i = districts.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [districts[i], districts[j]] = [districts[j]!, districts[i]!];
  }
  // The youngest wait to be filed or dispatched; where the floor makes most cases old, the youngest seventh do.
  const fresh = Math.max(10, hours(open[Math.floor(open.length * 0.86)]!));
  const plans = new Map<number, OpenPlan>(
    open.map((i, k) => [i, { district: districts[k]!, light: 'green', status: statusFor(hours(i), fresh, random) }]),
  );
  const draw = (share: number, light: 'yellow' | 'red', least: number): void => {
    const fit = open.filter((i) => {
      const p = plans.get(i)!;
      return (
        p.light === 'green' &&
        p.status !== 'to_file' &&
        p.status !== 'suspended' &&
        hours(i) > (p.status === 'to_dispatch' ? least * 2 : least)
      );
    });
    const ranked = fit
      .map((i) => [random.exponential(1) / Math.pow(hours(i), 0.7), i] as const)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [, i] of ranked.slice(0, Math.round(share * open.length))) plans.get(i)!.light = light;
  };
  draw(0.175, 'red', 5.5);
  draw(0.125, 'yellow', 4.5);
  return plans;
}

function statusFor(hours: number, fresh: number, random: Random): CaseStatus {
  const u = random.next();
  if (hours <= fresh && u < 0.36) return u < 0.17 ? 'to_file' : 'to_dispatch';
  if (hours <= 2 * fresh && u < 0.08) return u < 0.03 ? 'to_file' : 'to_dispatch';
  const v = random.next();
  if (v < 0.07 && hours > 30) return 'suspended';
  if (v < 0.15) return 'to_check';
  if (v < 0.235) return 'checking';
  if (v < 0.29) return 'to_close';
  return 'handling';
}

/** A category (and hours of extension, if none is long enough) under which an age shows the wanted light.
 * @param weight of a category on the day of the report. */
export function fitCategory(
  ageHours: number,
  standing: Standing,
  weight: (c: CategoryRow) => number,
  random: Random,
): { category: CategoryRow; extendedHours: number } {
  const choose = (score: (limit: number) => number): CategoryRow | null => {
    let sum = 0;
    const scores = CATEGORIES.map((c) => {
      const s = weight(c) * score(c.limitHours);
      sum += s;
      return s;
    });
    if (sum <= 0) return null;
    let roll = random.next() * sum;
    const i = scores.findIndex((s) => s > 0 && (roll -= s) < 0);
    return CATEGORIES[i < 0 ? scores.findLastIndex((s) => s > 0) : i]!;
  };
  if (standing.status === 'to_file') return { category: choose(() => 1)!, extendedHours: 0 };
  const { light } = standing;
  const category =
    light === 'red'
      ? choose((limit) => (limit < ageHours * 0.9 - 0.4 ? Math.min(1, Math.pow((limit * 2.5) / ageHours, 2)) : 0))
      : light === 'yellow'
        ? choose((limit) =>
            0.86 * limit < ageHours * 0.88 - 0.2 ? Math.exp(-Math.max(0, ageHours - limit) / 5) + 1e-9 : 0,
          )
        : choose((limit) => (limit > ageHours / 0.77 && limit < 30 * ageHours + 30 ? 1 : 0));
  if (category && light !== 'green') return { category, extendedHours: 0 };
  // So long a limit is rare: most old and green cases were given more time.
  if (category && (ageHours < 180 || random.chance(0.3))) return { category, extendedHours: 0 };
  const long = choose((limit) => (limit >= 72 ? 1 : 0))!;
  const wanted = ageHours / random.range(0.45, 0.74);
  return { category: long, extendedHours: Math.max(0, Math.ceil((wanted - long.limitHours) / 24) * 24) };
}
