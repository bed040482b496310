import { levelNumber, readDivision } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import type { Within } from './facts.ts';

/** A division as the counts take it. @throws HekanError('not_found'). */
export async function withinDivision(client: Queryable, id: number | null): Promise<Within> {
  if (id === null) return null;
  const division = await readDivision(client, id);
  return { id, level: levelNumber(division.level) };
}

type Values = Record<string, string | number | null | undefined>;

/** What is told of a list, as the text of a query. */
function queryText(values: Values): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value!)}`)
    .join('&');
}

/** Where the cases behind a figure are listed. */
export const casesHref = (values: Values): string => `/api/cases?${queryText(values)}`;

/** The same of both numbers of an indicator. */
export function kpiHrefs(kpi: string, values: Values): { href: string; numeratorHref: string } {
  const rest = queryText(values);
  const of = (part: string) => `/api/cases?kpi=${kpi}&part=${part}${rest === '' ? '' : `&${rest}`}`;
  return { href: of('denominator'), numeratorHref: of('numerator') };
}
