import { z, type RouteConfig } from '@hono/zod-openapi';
import { badRequest } from '../errors.ts';
import { parseDay } from '../kpi/index.ts';
import { Problem } from './shapes.ts';

export const id = z.coerce.number().int().min(1).max(2_147_483_647);
export const day = z.string().optional().openapi({ description: 'YYYY-MM-DD in the time zone of the city' });

/** What a route answers: a schema, or a problem. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  const problem = (text: string) => ({
    description: text,
    content: { 'application/problem+json': { schema: Problem } },
  });
  return {
    200: { description, content: { 'application/json': { schema } } },
    400: problem('Something in the request is wrong; field and given say what'),
    404: problem('There is no such thing'),
  } satisfies RouteConfig['responses'];
}

/** @throws HekanError('bad_request') for a day that is none, or a period that ends before it begins. */
export function parsePeriod(query: { from?: string | undefined; to?: string | undefined }) {
  const from = query.from === undefined ? null : parseDay('from', query.from);
  const to = query.to === undefined ? null : parseDay('to', query.to);
  if (from !== null && to !== null && from > to) throw badRequest('from', from, `a day not after to (${to})`);
  return { from, to };
}

/** An instant of the past; null: now. @throws HekanError('bad_request') for one that has not come. */
export function parseAsOf(given: string | undefined, now: Date): Date | null {
  if (given === undefined) return null;
  const asOf = new Date(given);
  if (asOf > now) throw badRequest('asOf', given, `an instant not after ${now.toISOString()}`);
  return asOf;
}

/** YYYY-MM-DDTHH. @throws HekanError('bad_request'). */
export function parseHour(text: string): string {
  const [date = '', hour = ''] = text.split('T');
  if (!/^([01]\d|2[0-3])$/.test(hour) || text.length !== 13) throw badRequest('hour', text, 'an hour YYYY-MM-DDTHH');
  parseDay('hour', date);
  return text;
}
