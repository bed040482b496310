import { decodeCell } from '../../../tiles/morton.ts';
import type { Queryable } from '../../db/index.ts';
import { CASE_STATUSES, OPEN_STATUSES, type CaseStatus } from '../words.ts';
import { DAY_ZERO, type HeldCase } from './fields.ts';
import type { HeldWords } from './heldWords.ts';
import type { OpenCase } from './openCases.ts';

/** Stands for "not accepted" where every element must be a number. */
const NO_DAY = -2_000_000_000;
const DAY = `coalesce((c.accepted_at at time zone (select time_zone from city))::date - date '${DAY_ZERO}', ${NO_DAY})`;
/** Position in CASE_STATUSES. `closed` first: nearly all are. */
const STATUS = `case c.status when 'closed' then ${CASE_STATUSES.indexOf('closed')} ${CASE_STATUSES.map(
  (status, i) => `when '${status}' then ${i}`,
).join(' ')} end`;

const BULK_COLUMNS = {
  id: 'c.id::int',
  /** Of the level-31 cell: bits 32 to 61, and 10 to 31. -1: not located. */
  high: 'coalesce((c.cell >> 32)::int, -1)',
  low: 'coalesce(((c.cell >> 10) & 4194303)::int, -1)',
  status: STATUS,
  category: 'c.category_id',
  source: 'c.source_id',
  division: 'c.division_id',
  day: DAY,
};
type BulkColumn = keyof typeof BULK_COLUMNS;

/**
 * A run of cases by id, a column an array in PostgreSQL's binary form: ten times as fast as rows. In base64, because pg takes every
 * value for text.
 * $1 last id seen, $2 how many. Gives one row; last is null at the end.
 */
const BULK = `
  select max(c.id)::float8 as last, ${Object.entries(BULK_COLUMNS)
    .map(([name, sql]) => `encode(array_send(array_agg(${sql})), 'base64') as ${name}`)
    .join(', ')}
  from (
    select id, cell, status, category_id, source_id, division_id, accepted_at from cases
    where id > $1::bigint order by id limit $2::int
  ) as c`;

type BulkRow = { last: number | null } & Record<BulkColumn, string | null>;

/** Of array_send of int4[] with one dimension: 20 bytes of header, then length and value of each. */
const HEADER = 20;
const ELEMENT = 8;

export interface Bulk {
  /** The last id looked at; null: there are no more. */
  last: number | null;
  /** Gives each case in one object that is used again, and pauses after every `breath`. */
  each(words: HeldWords, breath: number, visit: (held: HeldCase) => void): Generator<void>;
}

function decodeInts(base64: string): Int32Array {
  const bytes = Buffer.from(base64, 'base64');
  const ints = new Int32Array(Math.max(0, (bytes.length - HEADER) / ELEMENT));
  for (let i = 0; i < ints.length; i++) ints[i] = bytes.readInt32BE(HEADER + i * ELEMENT + 4);
  return ints;
}

/** Located cases after an id, without what only open ones need. */
export async function readBulk(client: Queryable, after: number, limit: number): Promise<Bulk> {
  const { rows } = await client.query<BulkRow>(BULK, [after, limit]);
  const row = rows[0];
  return {
    last: row?.last ?? null,
    *each(words, breath, visit) {
      if (!row?.id) return;
      const column = (name: BulkColumn) => decodeInts(row[name] ?? '');
      const [ids, highs, lows, statuses] = [column('id'), column('high'), column('low'), column('status')];
      const [categories, sources] = [column('category'), column('source')];
      const [divisions, days] = [column('division'), column('day')];
      const held: HeldCase = { id: 0, cell: 0, status: 0, category: 0, source: 0, division: 0, day: null };
      for (let i = 0; i < ids.length; i++) {
        if (highs[i]! < 0) continue;
        held.id = ids[i]!;
        held.cell = highs[i]! * 4_194_304 + lows[i]!;
        held.status = statuses[i]!;
        held.category = words.category(categories[i]!);
        held.source = words.source(sources[i]!);
        held.division = words.division(divisions[i]!);
        held.day = days[i] === NO_DAY ? null : days[i]!;
        visit(held);
        if ((i + 1) % breath === 0) yield;
      }
    },
  };
}

const ROWS = `
  select c.id::int, (c.cell >> 10)::float8 as cell, c.cell::text as "cell31", c.status, c.category_id as "categoryId",
    c.source_id as "sourceId", c.division_id as "divisionId", ${DAY} as day, c.case_no as "caseNo",
    (extract(epoch from c.yellow_at) * 1000)::float8 as "yellowAt", (extract(epoch from c.due_at) * 1000)::float8 as "dueAt"
  from cases c where c.cell is not null and`;

interface CaseRow {
  id: number;
  cell: number;
  cell31: string;
  status: CaseStatus;
  categoryId: number;
  sourceId: number;
  divisionId: number;
  day: number;
  caseNo: string;
  yellowAt: number | null;
  dueAt: number | null;
}

/** A case as it is now; open: with what a tile says of an open one. */
export interface ReadRow {
  held: HeldCase;
  open: OpenCase | null;
}

function toRead(row: CaseRow, words: HeldWords): ReadRow {
  const held: HeldCase = {
    id: row.id,
    cell: row.cell,
    status: CASE_STATUSES.indexOf(row.status),
    category: words.category(row.categoryId),
    source: words.source(row.sourceId),
    division: words.division(row.divisionId),
    day: row.day === NO_DAY ? null : row.day,
  };
  if (!OPEN_STATUSES.includes(row.status)) return { held, open: null };
  const [x31, y31] = decodeCell(BigInt(row.cell31));
  const { status: statusName, caseNo, yellowAt, dueAt } = row;
  return { held, open: { ...held, statusName, caseNo, x31, y31, yellowAt, dueAt } };
}

/** Located cases of these ids. */
export async function readByIds(client: Queryable, ids: readonly number[], words: HeldWords): Promise<ReadRow[]> {
  const { rows } = await client.query<CaseRow>(`${ROWS} c.id = any($1::bigint[])`, [ids]);
  return rows.map((row) => toRead(row, words));
}

/** Ids of the located open cases. */
export async function readOpenIds(client: Queryable): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    'select id::float8 as id from cases where open and cell is not null order by id',
  );
  return rows.map(({ id }) => id);
}

/** What there is to make room for. Days in days since DAY_ZERO. */
export async function readBounds(client: Queryable): Promise<{ maxId: number; firstDay: number; lastDay: number }> {
  const { rows } = await client.query<{ maxId: number; firstDay: number; lastDay: number }>(
    `select coalesce(max(id), 0)::float8 as "maxId", coalesce(min(accepted_at)::date - date '${DAY_ZERO}', 9000) - 1 as "firstDay",
       coalesce(max(accepted_at)::date - date '${DAY_ZERO}', 9000) + 1 as "lastDay"
     from cases`,
  );
  return rows[0] ?? { maxId: 0, firstDay: 0, lastDay: 0 };
}
