import { chunked, toColumns, unnestInput, type Clock, type Queryable } from '../../db/index.ts';
import type { ElementKind } from '../kinds.ts';
import { foldText } from '../parse/fold.ts';
import type { Parser } from '../parse/parser.ts';
import { dropPersons } from './persons.ts';

/** What could not be found, taken together by what one correction would fix. */
export interface Unmatched {
  reason: string;
  key: string;
  n: number;
  /** One of them, without the phones and names of persons that stood in it. */
  sample: string;
}

/** A text that was not found, and what would be worth another look at it. */
export interface UnmatchedText extends Unmatched {
  /** All that it names, and the text itself as corrections are looked up by. */
  names: string[];
}

const NAMES = new Set<ElementKind>(['road', 'estate', 'landmark', 'hamlet', 'community']);
const MAX_KEY = 100;
const MAX_SAMPLE = 200;
const CHUNK = 500;

const DIVISIONS = new Set<ElementKind>(['district', 'street']);

/** Names by which addresses are found: a change of an address touches the texts that hold one of them. */
export function namesOf(parser: Parser, text: string): string[] {
  const { elements } = parser.parse(text.slice(0, 2 * MAX_SAMPLE));
  return [...new Set(elements.filter(({ kind }) => NAMES.has(kind)).map(({ value }) => value.slice(0, MAX_KEY)))];
}

/** The entry of one text. Its key is the innermost name in it, or where it has none the text itself. */
export function unmatchedOf(parser: Parser, text: string, reason: string): UnmatchedText {
  const { elements } = parser.parse(text.slice(0, 2 * MAX_SAMPLE));
  const sample = dropPersons(parser, text.slice(0, 2 * MAX_SAMPLE)).slice(0, MAX_SAMPLE);
  const named = elements.filter(({ kind }) => NAMES.has(kind));
  const key = (named.at(-1)?.value ?? sample).slice(0, MAX_KEY);
  const divisions = elements.filter(({ kind }) => DIVISIONS.has(kind));
  const values = [...named, ...divisions].map(({ value }) => value.slice(0, MAX_KEY));
  return { reason, key, n: 1, sample, names: [...new Set([key, foldText(sample).slice(0, MAX_KEY), ...values])] };
}

/** Adds to what is collected. */
export function addUnmatched(to: Map<string, Unmatched>, { reason, key, n, sample }: Unmatched): void {
  const id = `${reason} ${key}`;
  const known = to.get(id);
  if (known) known.n += n;
  else to.set(id, { reason, key, n, sample });
}

const COLUMNS = [
  ['reason', 'text'],
  ['key', 'text'],
  ['n', 'bigint'],
  ['sample', 'text'],
] as const;

/** Takes a source off the work list, before it comes again. */
export async function removeUnmatched(client: Queryable, source: string): Promise<void> {
  await client.query('delete from geocode_unmatched where source = $1::text', [source]);
}

/** Puts what could not be found of a source on the work list, beside what stands there of it. */
export async function writeUnmatched(
  client: Queryable,
  clock: Clock,
  source: string,
  found: Iterable<Unmatched>,
): Promise<void> {
  const rows = [...found]
    .sort((a, b) => (a.reason + a.key < b.reason + b.key ? -1 : 1))
    .map(({ reason, key, n, sample }) => [reason, key, n, sample]);
  for (const chunk of chunked(rows, CHUNK))
    await client.query(
      `insert into geocode_unmatched (source, reason, key, n, sample, at)
       select $6::text, reason, key, n, sample, $5::timestamptz from ${unnestInput(COLUMNS)}
       on conflict (source, reason, key) do update set n = geocode_unmatched.n + excluded.n, sample = excluded.sample, at = excluded.at`,
      [...toColumns(COLUMNS, chunk), clock.now(), source],
    );
}

/** The work list, what would fix most first. @param source null: all. */
export async function listUnmatched(
  client: Queryable,
  reason: string | null,
  limit: number,
  source: string | null = null,
): Promise<Unmatched[]> {
  const { rows } = await client.query<Unmatched>(
    `select reason, key, sum(n)::float8 as n, min(sample) as sample from geocode_unmatched
     where ($1::text is null or reason = $1::text) and ($3::text is null or source = $3::text)
     group by reason, key order by sum(geocode_unmatched.n) desc, reason, key limit $2::int`,
    [reason, limit, source],
  );
  return rows;
}

/** What could not be found of a source, by reason. */
export interface UnmatchedSource {
  /** file:<name>, or records:<generation>. */
  source: string;
  reasons: Record<string, number>;
}

/** Sources of the work list, in their order. */
export async function listUnmatchedSources(client: Queryable): Promise<UnmatchedSource[]> {
  const { rows } = await client.query<UnmatchedSource>(
    `select source, jsonb_object_agg(reason, n order by reason) as reasons
     from (select source, reason, sum(n)::float8 as n from geocode_unmatched group by 1, 2) as summed
     group by source order by source`,
  );
  return rows;
}
