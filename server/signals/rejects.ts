import { insertRows, type Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { Reject } from '../files/index.ts';

/** Of one request; beyond, they are only counted. */
export const MAX_REJECTS = 10_000;
const MAX_TEXT = 2000;

const COLUMNS = [
  ['outlet_id', 'int'],
  ['request', 'uuid'],
  ['line', 'int'],
  ['reason', 'text'],
  ['field', 'text'],
  ['value', 'text'],
  ['raw', 'text'],
] as const;

/** PostgreSQL's text has no NUL. */
const textOf = (text: string) => text.slice(0, MAX_TEXT).replaceAll('\0', '\uFFFD');

/** Keeps lines of a request that became no signal. */
export async function writeRejects(
  client: Queryable,
  outletId: number,
  request: string,
  rejects: readonly Reject[],
): Promise<void> {
  const rows = rejects.map(({ line, reason, field, value, raw }) => [
    ...[outletId, request, line, reason, textOf(field), textOf(value), textOf(raw)],
  ]);
  await insertRows(client, 'signal_reject', COLUMNS, rows);
}

const quote = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The rejects of a request as CSV, in order of line: line, reason, field, value, raw. @throws HekanError('not_found') where there are none. */
export async function readRejects(client: Queryable, outletId: number, request: string): Promise<string> {
  const { rows } = await client.query<{ line: number; reason: string; field: string; value: string; raw: string }>(
    `select line, reason, field, value, raw from signal_reject
     where outlet_id = $1::int and request::text = $2::text order by signal_reject.line`,
    [outletId, request],
  );
  if (rows.length === 0)
    throw new HekanError('not_found', `no rejects of request ${request}`, { field: 'request', given: request });
  const lines = rows.map(({ line, reason, field, value, raw }) => [String(line), reason, field, value, raw]);
  return [['line', 'reason', 'field', 'value', 'raw'], ...lines]
    .map((cells) => `${cells.map(quote).join(',')}\n`)
    .join('');
}
