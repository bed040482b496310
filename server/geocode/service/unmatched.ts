import { toColumns, unnestInput, type Clock, type Queryable } from '../../db/index.ts';
import type { ElementKind } from '../kinds.ts';
import type { Parser } from '../parse/parser.ts';

/** What could not be found, taken together by what one correction would fix. */
export interface Unmatched {
  reason: string;
  key: string;
  n: number;
  /** One of them, without the phones and names of persons that stood in it. */
  sample: string;
}

const NAMES = new Set<ElementKind>(['road', 'estate', 'landmark', 'hamlet', 'community']);
const MAX_KEY = 100;
const MAX_SAMPLE = 200;
const CHUNK = 500;

/** The entry of one text. Its key is the innermost name in it, or where it has none the text itself. */
export function unmatchedOf(parser: Parser, text: string, reason: string): Unmatched {
  const { elements, dropped } = parser.parse(text.slice(0, 2 * MAX_SAMPLE));
  let clean = text.slice(0, 2 * MAX_SAMPLE);
  for (const { start, end } of [...dropped].sort((a, b) => b.start - a.start))
    clean = `${clean.slice(0, start)}…${clean.slice(end)}`;
  const sample = clean.trim().slice(0, MAX_SAMPLE);
  const name = elements.findLast(({ kind }) => NAMES.has(kind))?.value;
  return { reason, key: (name ?? sample).slice(0, MAX_KEY), n: 1, sample };
}

/** Adds to what is collected. */
export function addUnmatched(to: Map<string, Unmatched>, one: Unmatched): void {
  const id = `${one.reason} ${one.key}`;
  const known = to.get(id);
  if (known) known.n += one.n;
  else to.set(id, { ...one });
}

const COLUMNS = [
  ['reason', 'text'],
  ['key', 'text'],
  ['n', 'bigint'],
  ['sample', 'text'],
] as const;

/** Puts what could not be found on the work list. */
export async function writeUnmatched(client: Queryable, clock: Clock, found: Iterable<Unmatched>): Promise<void> {
  const rows = [...found]
    .sort((a, b) => (a.reason + a.key < b.reason + b.key ? -1 : 1))
    .map(({ reason, key, n, sample }) => [reason, key, n, sample]);
  for (let at = 0; at < rows.length; at += CHUNK)
    await client.query(
      `insert into geocode_unmatched (reason, key, n, sample, at)
       select reason, key, n, sample, $5::timestamptz from ${unnestInput(COLUMNS)}
       on conflict (reason, key) do update set n = geocode_unmatched.n + excluded.n, sample = excluded.sample, at = excluded.at`,
      [...toColumns(COLUMNS, rows.slice(at, at + CHUNK)), clock.now()],
    );
}

/** The work list, what would fix most first. */
export async function listUnmatched(client: Queryable, reason: string | null, limit: number): Promise<Unmatched[]> {
  const { rows } = await client.query<Unmatched>(
    `select reason, key, n::float8 as n, sample from geocode_unmatched where $1::text is null or reason = $1::text
     order by geocode_unmatched.n desc, reason, key limit $2::int`,
    [reason, limit],
  );
  return rows;
}
