/** The working calendar of the demonstration: as announced where it has been, else the statutory days off alone. */
import { dateOf, daysSinceSpringFestival } from '../calendar.ts';
import type { DemoRules } from '../types.ts';

type WorkYear = DemoRules['workYears'][number];
const HOURS = ['08:30-12:00', '13:00-17:00'];
const DAY_MS = 86_400_000;

/** Days off as MMDD or MMDD-MMDD, and make-up days. Source: State Council, holiday arrangements of the year. */
const ANNOUNCED: Record<number, { daysOff: string; makeUpDays: string }> = {
  2025: {
    daysOff: '0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008',
    makeUpDays: '0126 0208 0427 0928 1011',
  },
  2026: {
    daysOff: '0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007',
    makeUpDays: '0104 0214 0228 0509 0920 1010',
  },
};

const dayNumber = (year: number, monthDay: number): number =>
  Date.UTC(year, Math.floor(monthDay / 100) - 1, monthDay % 100) / DAY_MS;
const written = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

function expand(year: number, text: string): string[] {
  return text.split(' ').flatMap((span) => {
    const [first, last = first] = span.split('-').map((one) => dayNumber(year, Number(one))) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, i) => written(first + i));
  });
}

/** New Year, Spring Festival with its eve, Qingming, Labour Day, National Day. The other feasts of the moon are entered when they are announced. */
function statutory(year: number): string[] {
  const newYear = dayNumber(year, 101);
  const spring = Array.from({ length: 80 }, (_, i) => newYear + i).find((day) => daysSinceSpringFestival(day) === 0)!;
  const qingming = year % 4 <= 1 ? 404 : 405;
  const fixed = [101, qingming, 501, 502, 1001, 1002, 1003].map((monthDay) => dayNumber(year, monthDay));
  return [...fixed, spring - 1, spring, spring + 1, spring + 2].sort((a, b) => a - b).map(written);
}

/** The years around a local day: the one before, and as many after it as the longest limit and a demonstration left running need. */
export function buildWorkYears(day: number): WorkYear[] {
  const { year: current } = dateOf(day);
  return Array.from({ length: 6 }, (_, i) => {
    const year = current - 1 + i;
    const known = ANNOUNCED[year];
    return {
      year,
      hours: HOURS,
      daysOff: known ? expand(year, known.daysOff) : statutory(year),
      makeUpDays: known ? expand(year, known.makeUpDays) : [],
    };
  });
}
