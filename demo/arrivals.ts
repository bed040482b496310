/** When cases are reported, and what is to become of each: the exact counts of the demonstration. */
import { CATEGORIES } from './categories.ts';
import { DAY, HOUR, dayOf, dayWeight, hourOf, hourWeight } from './calendar.ts';
import { createRandom, hashUnit } from './random.ts';
import { seasonWeight } from './seasons.ts';

export const ACCEPTED = 480_717;
export const CLOSED = 479_034;
export const HISTORY_DAYS = 365;
/** Open cases that every district has at least, at any scale. */
export const OPEN_FLOOR = 25;
const DISTRICT_COUNT = 16;
/** No case is older than this and still open. */
const OLDEST_HOURS = 50 * 24;

export interface CaseCounts {
  accepted: number;
  closed: number;
  /** Accepted and in one of OPEN_STATUSES. */
  open: number;
  notFiled: number;
  void: number;
  /** Reported and turned down before they were accepted. */
  rejected: number;
  /** Still reported or being verified. */
  pending: number;
}

/** How many cases end how, at a scale. accepted = closed + open + notFiled + void. */
export function countCases(scale: number): CaseCounts {
  const accepted = Math.round(ACCEPTED * scale);
  const least = OPEN_FLOOR * DISTRICT_COUNT;
  if (accepted < 2 * least)
    throw new RangeError(`scale ${scale} gives ${accepted} cases; at least ${2 * least} are needed`);
  const gap = Math.max(accepted - Math.round(CLOSED * scale), least);
  const dropped = Math.min(Math.round(gap * 0.05), gap - least);
  const notFiled = Math.round(dropped * 0.7);
  return {
    accepted,
    closed: accepted - gap,
    open: gap - dropped,
    notFiled,
    void: dropped - notFiled,
    rejected: Math.round(accepted * 0.04),
    pending: Math.round(14 + 26 * Math.min(1, scale)),
  };
}

/** How busy the city is at an instant; mean 1 over the year that ends at `until`. */
export function createIntensity(seed: number, until: number): (atMs: number) => number {
  const season = (day: number): number =>
    CATEGORIES.reduce((sum, c) => sum + c.weight * seasonWeight(c.season, day, seed), 0);
  const all = CATEGORIES.reduce((sum, c) => sum + c.weight, 0);
  const cache = new Map<number, number>();
  const raw = (day: number): number => {
    let w = cache.get(day);
    if (w === undefined) cache.set(day, (w = dayWeight(day, seed) * (0.45 + (0.55 * season(day)) / all)));
    return w;
  };
  const last = dayOf(until);
  let mean = 0;
  for (let d = last - HISTORY_DAYS; d < last; d++) mean += raw(d) / HISTORY_DAYS;
  return (atMs) => (raw(dayOf(atMs)) / mean) * hourWeight(hourOf(atMs));
}

/** `count` instants of the year before `until`, ascending, as dense as the intensity says. */
export function arriveAt(
  count: number,
  intensity: (atMs: number) => number,
  seed: number,
  until: number,
): Float64Array {
  const from = until - HISTORY_DAYS * DAY;
  const slots = HISTORY_DAYS * 24 * 2;
  const sums = new Float64Array(slots + 1);
  for (let i = 0; i < slots; i++) sums[i + 1] = sums[i]! + intensity(from + (i + 0.5) * (HOUR / 2));
  const out = new Float64Array(count);
  let slot = 0;
  for (let i = 0; i < count; i++) {
    const want = ((i + hashUnit(seed, 121, i)) / count) * sums[slots]!;
    while (sums[slot + 1]! < want) slot++;
    const part = (want - sums[slot]!) / (sums[slot + 1]! - sums[slot]!);
    // Whole seconds, as a form would have them.
    out[i] = Math.min(until - 1000, Math.floor((from + (slot + part) * (HOUR / 2)) / 1000) * 1000);
  }
  return out;
}

export const FATE = { closed: 0, open: 1, notFiled: 2, void: 3, rejected: 4, pending: 5 } as const;

/** Chance that a case of this age in hours is still open, were nothing forced; from the limits of the categories. */
function survival(hours: number): number {
  let sum = 0;
  let all = 0;
  for (const c of CATEGORIES) {
    all += c.weight;
    sum += c.weight * Math.max(0, 1 - Math.max(0, hours - 1.5) / (0.93 * c.limitHours));
  }
  return sum / all;
}

/** Decides the fate of every arrival so that the counts come out exactly. Young ones are the likelier to be open,
 * by the same law that closes cases all year; if the floor asks for more, the law is stretched in time. */
export function decideFates(times: Float64Array, counts: CaseCounts, seed: number, until: number): Uint8Array {
  const fates = new Uint8Array(times.length);
  const n = times.length;
  const young = Array.from({ length: Math.min(n, counts.pending * 2) }, (_, i) => n - 1 - i);
  young.sort((a, b) => hashUnit(seed, 122, a) - hashUnit(seed, 122, b) || a - b);
  for (const i of young.slice(0, counts.pending)) fates[i] = FATE.pending;

  const table = Float64Array.from({ length: 760 }, (_, h) => survival(h));
  const chance = (i: number, stretch: number): number => {
    const hours = (until - times[i]!) / HOUR;
    const h = hours > OLDEST_HOURS ? Infinity : hours / stretch;
    const k = Math.floor(h);
    return k >= 759 ? 0 : table[k]! + (table[k + 1]! - table[k]!) * (h - k);
  };
  let low = 0.05;
  let high = 400;
  for (let round = 0; round < 40; round++) {
    const middle = Math.sqrt(low * high);
    let sum = 0;
    for (let i = n - 1; i >= 0 && sum <= counts.open; i--) {
      const c = fates[i] === FATE.pending ? 0 : chance(i, middle);
      if (c === 0 && fates[i] !== FATE.pending) break;
      sum += c;
    }
    if (sum > counts.open) high = middle;
    else low = middle;
  }
  const rank: [number, number][] = [];
  for (let i = n - 1; i >= 0; i--) {
    if (fates[i] !== FATE.pending) rank.push([chance(i, high) - hashUnit(seed, 123, i), i]);
    if (rank.length > counts.open && chance(i, high) === 0) break;
  }
  rank.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
  for (const [, i] of rank.slice(0, counts.open)) fates[i] = FATE.open;

  // The rest by selection sampling among those old enough to have been judged.
  const random = createRandom(seed, 124);
  const need: [number, number][] = [
    [FATE.notFiled, counts.notFiled],
    [FATE.void, counts.void],
    [FATE.rejected, counts.rejected],
  ];
  let wanted = counts.notFiled + counts.void + counts.rejected;
  let left = 0;
  const old = (i: number): boolean => fates[i] === FATE.closed && until - times[i]! > 14 * HOUR;
  for (let i = 0; i < n; i++) if (old(i)) left++;
  for (let i = 0; i < n; i++) {
    if (!old(i)) continue;
    if (random.next() * left-- >= wanted) continue;
    let roll = random.next() * wanted--;
    const slot = need.find(([, m]) => (roll -= m) < 0) ?? need.find(([, m]) => m > 0)!;
    slot[1]--;
    fates[i] = slot[0];
  }
  return fates;
}
