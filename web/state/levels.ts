import type { Division, KpiByDivision, Level } from '../../server/api/shapes.ts';
import { api } from './api.ts';

const BELOW: Record<Level, readonly Level[]> = {
  city: ['district', 'street', 'community'],
  district: ['street', 'community'],
  street: ['community'],
  community: [],
  grid: [],
};

/** What lies below a division. A real city may lack a level; then the next one that has anything is taken. */
export async function fetchBelow(
  division: Division | null,
  signal: AbortSignal,
): Promise<{ level: Level; children: Division[] } | null> {
  for (const level of BELOW[division?.level ?? 'city']) {
    const { items } = await api.divisions(level, division?.id ?? null, signal);
    if (items.length > 0) return { level, children: items };
  }
  return null;
}

export interface Ranking {
  level: Level | null;
  children: Division[];
  kpi: KpiByDivision | null;
}
