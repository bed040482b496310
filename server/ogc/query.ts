import type { Context } from 'hono';
import { badRequest } from '../errors.ts';

/** As the standard's own example has it. */
export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 10_000;
const MAX_LENGTH = 500;

/**
 * The parameters of a request, each once and each known (/req/core/query-param-unknown, /req/core/query-param-invalid).
 * @throws HekanError('bad_request') naming the first that is not.
 */
export function readQuery(c: Context, known: readonly string[]): Map<string, string> {
  const query = new Map<string, string>();
  for (const [key, value] of new URL(c.req.url).searchParams) {
    const field = key.slice(0, 60);
    if (!known.includes(key))
      throw badRequest(field, value, known.length > 0 ? `one of ${known.join(', ')}` : 'no parameter here');
    if (query.has(key)) throw badRequest(field, value, 'once');
    if (value.length > MAX_LENGTH || value.includes('\0'))
      throw badRequest(field, value, `at most ${MAX_LENGTH} characters, none of them NUL`);
    query.set(key, value);
  }
  return query;
}

/** How many features a page has: a number beyond the largest is taken for the largest (/req/core/fc-limit-response-1). */
export function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^\d{1,15}$/.test(text) || Number(text) < 1) throw badRequest('limit', text, 'a whole number, at least 1');
  return Math.min(MAX_LIMIT, Number(text));
}
