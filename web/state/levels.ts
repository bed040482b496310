import type { Division, KpiByDivision, Level } from '../../server/api/shapes.ts';
import { api } from './api.ts';

const BELOW: Record<Level, readonly Level[]> = {
  city: ['district', 'street', 'community'],
  district: ['street', 'community'],
  street: ['community'],
  community: [],
  grid: [],
};

/** What lies below a division, or beside it where nothing does. A real city may lack a level; then the next one that has anything is taken. */
export async function fetchBelow(
  division: Division | null,
  signal: AbortSignal,
): Promise<Pick<Ranking, 'level' | 'children' | 'parent' | 'beside'>> {
  for (const level of BELOW[division?.level ?? 'city']) {
    const { items } = await api.divisions(level, division?.id ?? null, signal);
    if (items.length > 0) return { level, children: items, parent: division?.id ?? null, beside: false };
  }
  // The lowest level: it is shown among its neighbours.
  if (!division || division.level === 'city') return { level: null, children: [], parent: null, beside: false };
  const { items } = await api.divisions(division.level, division.parentId, signal);
  return { level: division.level, children: items, parent: division.parentId, beside: true };
}

export interface Ranking {
  level: Level | null;
  children: Division[];
  /** Whose children these are. */
  parent: number | null;
  /** There is nothing below the chosen division: these are its neighbours and itself. */
  beside: boolean;
  kpi: KpiByDivision | null;
}
