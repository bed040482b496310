import { levelNumber, readDivision } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import type { Within } from './facts.ts';

/** A division as the counts take it. @throws HekanError('not_found'). */
export async function withinDivision(client: Queryable, id: number | null): Promise<Within> {
  if (id === null) return null;
  const division = await readDivision(client, id);
  return { id, level: levelNumber(division.level) };
}

/** Where the cases behind a figure are listed. */
export function casesHref(params: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) query.set(key, String(value));
  }
  return `/api/cases?${query.toString()}`;
}
