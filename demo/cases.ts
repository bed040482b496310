/** The year's cases, one by one in order of report: a stream, because at scale 1 they are half a million. */
import { FATE, arriveAt, countCases, createIntensity, decideFates } from './arrivals.ts';
import { HOUR, dateOf, dayOf, hourOf } from './calendar.ts';
import type { CategoryRow } from './categories.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import type { Picker, Spot } from './pick.ts';
import { fitCategory, planOpen } from './standing.ts';
import type { OpenPlan } from './standing.ts';
import { tellClosed, tellDropped, tellOnTheSpot, tellOpen, tellPending } from './story.ts';
import type { Brief, Story } from './story.ts';
import type { DemoCase } from './types.ts';

export interface CasePlan {
  seed: number;
  until: number;
  times: Float64Array;
  fates: Uint8Array;
  open: Map<number, OpenPlan>;
}

/** Decides when each case is reported and how it ends. */
export function planCases(seed: number, scale: number, until: number, residents: readonly number[]): CasePlan {
  const counts = countCases(scale);
  const times = arriveAt(counts.accepted + counts.rejected + counts.pending, createIntensity(seed, until), seed, until);
  const fates = decideFates(times, counts, seed, until);
  return { seed, until, times, fates, open: planOpen(times, fates, residents, seed, until) };
}

interface Draft {
  category: CategoryRow;
  spot: Spot;
  sourceKey: string;
  story: Story;
}

function draft(plan: CasePlan, picker: Picker, i: number, random: Random): Draft {
  const reportedAt = plan.times[i]!;
  const { until } = plan;
  const day = dayOf(reportedAt);
  const hour = hourOf(reportedAt);
  const fate = plan.fates[i]!;
  const brief = (category: CategoryRow, spot: Spot, sourceKey: string): Brief => ({
    category,
    district: spot.district,
    sourceKey,
    reportedAt,
    until,
    random,
  });
  if (fate === FATE.open) {
    const standing = plan.open.get(i)!;
    const { category, extendedHours } = fitCategory(
      (until - reportedAt) / HOUR,
      standing,
      (c) => picker.weight(c, day),
      random,
    );
    const spot = picker.spot(category.where, random, standing.district);
    const sourceKey = picker.source(category, hour, random);
    return { category, spot, sourceKey, story: tellOpen(brief(category, spot, sourceKey), standing, extendedHours) };
  }
  for (let tries = 0; ; tries++) {
    const category = picker.category(day, random);
    const spot = picker.spot(category.where, random);
    let sourceKey = picker.source(category, hour, random);
    if (fate === FATE.closed) {
      const onSpot = tries > 12 || (sourceKey === 'collector' && random.chance(0.045));
      if (onSpot) sourceKey = 'collector';
      const b = brief(category, spot, sourceKey);
      const story = onSpot ? tellOnTheSpot(b) : tellClosed(b);
      if (!story) continue;
      return { category, spot, sourceKey, story };
    }
    if (fate === FATE.rejected && sourceKey === 'collector') sourceKey = random.chance(0.5) ? 'hotline' : 'app';
    const b = brief(category, spot, sourceKey);
    if (fate === FATE.pending) return { category, spot, sourceKey, story: tellPending(b) };
    const how = fate === FATE.rejected ? 'rejected' : fate === FATE.notFiled ? 'not_filed' : 'void';
    return { category, spot, sourceKey, story: tellDropped(b, how) };
  }
}

/** Walks the cases of a plan. Walking it again gives the same. */
export function* walkCases(plan: CasePlan, picker: Picker): Generator<DemoCase> {
  let stamp = '';
  let stampDay = -1;
  for (let i = 0; i < plan.times.length; i++) {
    const random = createRandom(plan.seed, 141, i);
    const reportedAt = plan.times[i]!;
    const { category, spot, sourceKey, story } = draft(plan, picker, i, random);
    const day = dayOf(reportedAt);
    if (day !== stampDay) {
      const d = dateOf(day);
      stamp = `HT${d.year}${String(d.monthDay).padStart(4, '0')}`;
      stampDay = day;
    }
    yield {
      externalId: stamp + String(i + 1).padStart(6, '0'),
      sourceKey,
      categoryCode: category.code,
      departmentKey: category.departmentKey,
      lng: spot.lng,
      lat: spot.lat,
      gridCode: spot.gridCode,
      addressZh: spot.addressZh,
      descriptionZh: picker.describe(category, spot, random),
      reportedAt,
      ...story,
    };
  }
}
