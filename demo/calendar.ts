/** The city's calendar: local dates, holidays, and how much is reported when. Time zone fixed at +8, no summer time. */
import { hashUnit } from './random.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const ZONE = 8 * HOUR;

/** Number of the local day (days since 1970-01-01 in +8). */
export function dayOf(atMs: number): number {
  return Math.floor((atMs + ZONE) / DAY);
}

/** Instant at which a local day begins. */
export function startOfDay(day: number): number {
  return day * DAY - ZONE;
}

/** Local hour with its fraction, 0 to 24. */
export function hourOf(atMs: number): number {
  return (atMs + ZONE - dayOf(atMs) * DAY) / HOUR;
}

export interface LocalDate {
  year: number;
  month: number;
  day: number;
  /** 0 = Sunday. */
  weekday: number;
  /** Month and day as one number, e.g. 1115 for 15 November: easy to compare with. */
  monthDay: number;
}

/** Calendar date of a local day. */
export function dateOf(day: number): LocalDate {
  const d = new Date(day * DAY);
  const month = d.getUTCMonth() + 1;
  return {
    year: d.getUTCFullYear(),
    month,
    day: d.getUTCDate(),
    weekday: d.getUTCDay(),
    monthDay: month * 100 + d.getUTCDate(),
  };
}

/** First day of the lunar year, month and day. Compared with ICU's Chinese calendar, which differs by a day in 2027 and
 * 2030, when the new moon falls within minutes of midnight in China. A year not listed counts as 5 February. */
// prettier-ignore
const SPRING_FESTIVAL = new Map([
  [2019, 205], [2020, 125], [2021, 212], [2022, 201], [2023, 122], [2024, 210], [2025, 129], [2026, 217], [2027, 206],
  [2028, 126], [2029, 213], [2030, 203], [2031, 123], [2032, 211], [2033, 131], [2034, 219], [2035, 208],
]);

/** Days since the Spring Festival of the same calendar year, negative before it. */
export function daysSinceSpringFestival(day: number): number {
  const { year } = dateOf(day);
  const monthDay = SPRING_FESTIVAL.get(year) ?? 205;
  return day - Math.round(Date.UTC(year, Math.floor(monthDay / 100) - 1, monthDay % 100) / DAY);
}

/** Public holidays, roughly: the days on which offices are closed. */
export function isHoliday(day: number): boolean {
  const { monthDay } = dateOf(day);
  const spring = daysSinceSpringFestival(day);
  if (spring >= -1 && spring <= 6) return true;
  return (
    monthDay === 101 ||
    (monthDay >= 1001 && monthDay <= 1007) ||
    (monthDay >= 501 && monthDay <= 505) ||
    monthDay === 405
  );
}

const BY_HOUR = [
  0.16, 0.11, 0.08, 0.07, 0.09, 0.2, 0.5, 1.15, 1.95, 2.2, 1.95, 1.45, 0.95, 1.2, 1.7, 1.8, 1.8, 1.75, 1.4, 1.05, 0.85,
  0.65, 0.42, 0.25,
];
const HOUR_MEAN = BY_HOUR.reduce((a, b) => a + b, 0) / 24;
const BY_WEEKDAY = [0.74, 1.14, 1.1, 1.07, 1.05, 1.06, 0.84];

/** How busy an hour of the day is; mean 1 over the day. */
export function hourWeight(hour: number): number {
  const i = Math.floor(hour) % 24;
  const t = hour - Math.floor(hour);
  return (BY_HOUR[i]! * (1 - t) + BY_HOUR[(i + 1) % 24]! * t) / HOUR_MEAN;
}

/** How busy a day is by its weekday, holidays and chance; the season is the categories' matter. */
export function dayWeight(day: number, seed: number): number {
  const chance = 0.9 + 0.2 * hashUnit(seed, 101, day);
  return (isHoliday(day) ? 0.6 : BY_WEEKDAY[dateOf(day).weekday]!) * chance;
}

/** Days on which it snows, by a fixed roll of the dice; snow cases crowd on these and the two days after. */
export function snowiness(day: number, seed: number): number {
  const falls = (d: number): number => (hashUnit(seed, 102, d) < 0.14 ? 1 : 0);
  return 0.25 + 3 * falls(day) + 1.8 * falls(day - 1) + 0.8 * falls(day - 2);
}

/** Heavy rain in the same manner. */
export function raininess(day: number, seed: number): number {
  const falls = (d: number): number => (hashUnit(seed, 103, d) < 0.16 ? 1 : 0);
  return 0.15 + 3.5 * falls(day) + 1.2 * falls(day - 1);
}
