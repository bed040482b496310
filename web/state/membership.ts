import type { Division } from '../../server/api/shapes.ts';

/** What stands between the names of a division's path, in events and in lists of cases. */
export const PATH_SEPARATOR = ' · ';

/** A division's path as events write it: from the district down. */
export const pathOf = (division: Pick<Division, 'ancestors' | 'nameZh'>): string =>
  (division.ancestors ?? [])
    .filter((ancestor) => ancestor.level !== 'city')
    .map((ancestor) => ancestor.nameZh)
    .join(PATH_SEPARATOR) || division.nameZh;

/** Whether an event's path lies in a division: the division's own path, or one that goes on below it. */
export function isWithin(eventPath: string, division: Pick<Division, 'ancestors' | 'nameZh' | 'level'>): boolean {
  if (division.level === 'city') return true;
  const path = pathOf(division);
  return eventPath === path || eventPath.startsWith(path + PATH_SEPARATOR);
}
