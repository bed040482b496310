import { badRequest, type HekanError } from '../errors.ts';

/** A filter that a layer does not know. */
export function unknownFilter(key: string, value: string, known: string): HekanError {
  return badRequest(key.slice(0, 60), value, known);
}

/** For layers that take no filter. */
export function noQuery(query: Record<string, string>): string {
  const [unknown] = Object.keys(query);
  if (unknown !== undefined) throw unknownFilter(unknown, query[unknown] ?? '', 'no such filter on this layer');
  return '';
}
