/** When in the year a category is reported. */
import { dateOf, daysSinceSpringFestival, raininess, snowiness } from './calendar.ts';

export type Season =
  | 'all'
  | 'snow'
  | 'heating'
  | 'rubbish'
  | 'mosquito'
  | 'vending'
  | 'barbecue'
  | 'flood'
  | 'fireworks'
  | 'dust'
  | 'thaw'
  | 'grass'
  | 'frost';

const ranges: Record<Exclude<Season, 'all'>, (monthDay: number, day: number, seed: number) => number> = {
  // Only with snow on the ground: November to March.
  snow: (d, day, seed) => (d >= 1101 || d <= 331 ? (d >= 1201 || d <= 228 ? 1.3 : 0.6) * snowiness(day, seed) : 0),
  // The heating season is 15 October to 15 April; most complaints at its start and in deep cold.
  heating: (d) => (d >= 1015 && d <= 1115 ? 2.2 : d >= 1116 || d <= 228 ? 1.5 : d <= 415 ? 0.7 : 0),
  rubbish: (d) => (d >= 601 && d <= 831 ? 1.75 : d >= 401 && d <= 1031 ? 1.05 : 0.5),
  mosquito: (d) => (d >= 615 && d <= 831 ? 3 : d >= 515 && d <= 920 ? 1.2 : 0),
  vending: (d) => (d >= 515 && d <= 930 ? 1.8 : d >= 401 && d <= 1031 ? 0.9 : 0.3),
  barbecue: (d) => (d >= 601 && d <= 831 ? 3.2 : d >= 501 && d <= 930 ? 1.2 : 0.05),
  flood: (d, day, seed) => (d >= 701 && d <= 831 ? 4 * raininess(day, seed) : d >= 601 && d <= 915 ? 0.15 : 0),
  fireworks: (_, day) => {
    const n = daysSinceSpringFestival(day);
    return n >= -7 && n <= 15 ? (n === -1 || n === 0 || n === 14 ? 22 : 9) : 0;
  },
  dust: (d) => (d >= 325 && d <= 510 ? 4.2 : d >= 511 && d <= 1031 ? 0.7 : 0.15),
  thaw: (d) => (d >= 320 && d <= 531 ? 2.6 : d >= 601 && d <= 1031 ? 0.8 : 0.35),
  grass: (d) => (d >= 510 && d <= 1010 ? 2 : 0.12),
  frost: (d) => (d >= 1201 || d <= 228 ? 2.6 : d >= 1101 || d <= 320 ? 1.2 : 0.1),
};

/** Weight of a season on a local day; about 1 on average over the year. */
export function seasonWeight(season: Season, day: number, seed: number): number {
  return season === 'all' ? 1 : ranges[season](dateOf(day).monthDay, day, seed);
}
