import { badRequest } from '../errors.ts';

/** For layers that take no filter. */
export function noQuery(query: Record<string, string>): string {
  const [unknown] = Object.keys(query);
  if (unknown !== undefined)
    throw badRequest(unknown.slice(0, 60), query[unknown] ?? '', 'no such filter on this layer');
  return '';
}
