import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toColumns, unnestInput, type BulkColumns, type Database } from '../db/index.ts';

export interface Incoming {
  outletId: number;
  externalId: string;
  raw: Buffer;
  contentType: string;
  receivedAt: Date;
  /** Why it can become no case as it is: then it waits. */
  reason?: string;
  /** What the bytes of the request are the JSON of: raw, or its data. */
  bytes?: 'raw' | 'data';
  /** The request whose bytes are kept beside it. */
  request?: string;
}

/** Bytes of a request, or of a part of one. */
export interface RequestPart {
  outletId: number;
  request: string;
  part: number;
  contentType: string;
  receivedAt: Date;
  body: Buffer;
  /** Kept even where none of its signals is new. */
  always: boolean;
}

export interface Receipt {
  externalId: string;
  receipt: string;
  /** It had come before: the receipt is the one given then. */
  known: boolean;
}

const COLUMNS = [
  ['outlet_id', 'int'],
  ['external_id', 'text'],
  ['receipt', 'uuid'],
  ['raw', 'bytea'],
  ['content_type', 'text'],
  ['received_at', 'timestamptz'],
  ['state', 'text'],
  ['reason', 'text'],
  ['bytes', 'text'],
  ['request', 'uuid'],
] as const;
const PART_COLUMNS = [
  ['outlet_id', 'int'],
  ['request', 'uuid'],
  ['part', 'int'],
  ['content_type', 'text'],
  ['received_at', 'timestamptz'],
  ['body', 'bytea'],
  ['always', 'boolean'],
] as const;
const namesOf = (columns: BulkColumns) => columns.map(([name]) => name).join(', ');
const STORED_PART = namesOf(PART_COLUMNS.slice(0, -1));

/** Signals that are not there yet, and in the same statement the bytes of the requests that brought them. */
const INSERT = `
  with fresh as (
    insert into signal (${namesOf(COLUMNS)}) select * from ${unnestInput(COLUMNS)} on conflict do nothing
    returning outlet_id, external_id, receipt, request
  ), kept as (
    insert into signal_request (${STORED_PART})
    select ${STORED_PART} from ${unnestInput(PART_COLUMNS, COLUMNS.length + 1)}
    where always or request in (select request from fresh) on conflict do nothing
  )
  select outlet_id as outlet, external_id as id, receipt from fresh`;
/** Signals of one transaction. */
const MAX_GROUP = 1000;
/** Bytes of requests kept in one transaction, beyond the first. */
const MAX_PART_BYTES = 4_000_000;
/** While requests overlap, a transaction begins at most this often: fewer and larger ones leave the processor to other work. A source
 * that sends one after the other never waits for it. */
const GATHER_MS = 8;

interface Waiting {
  items: readonly Incoming[];
  part: RequestPart | null;
  done: (receipts: Receipt[]) => void;
  fail: (error: unknown) => void;
}

const keyOf = (outletId: number, externalId: string) => `${outletId} ${externalId}`;

async function insert(
  db: Database,
  items: readonly Incoming[],
  parts: readonly RequestPart[],
): Promise<Map<string, Receipt>> {
  const rows = items.map((s) => [
    ...[s.outletId, s.externalId, randomUUID(), s.raw, s.contentType, s.receivedAt],
    s.reason === undefined ? 'received' : 'waiting',
    ...[s.reason ?? null, s.bytes ?? null, s.request ?? null],
  ]);
  const partRows = parts.map((p) => [p.outletId, p.request, p.part, p.contentType, p.receivedAt, p.body, p.always]);
  // In order of key: two requests that bring the same signals in another order would wait for each other.
  rows.sort((a, b) => (keyOf(a[0] as number, a[1] as string) < keyOf(b[0] as number, b[1] as string) ? -1 : 1));
  const fresh = await db.query<{ outlet: number; id: string; receipt: string }>(INSERT, [
    ...toColumns(COLUMNS, rows),
    ...toColumns(PART_COLUMNS, partRows),
  ]);
  const found = new Map<string, Receipt>();
  const add = (row: { outlet: number; id: string; receipt: string }, known: boolean) =>
    found.set(keyOf(row.outlet, row.id), { externalId: row.id, receipt: row.receipt, known });
  for (const row of fresh.rows) add(row, false);
  const known = items.filter((s) => !found.has(keyOf(s.outletId, s.externalId)));
  if (known.length > 0) {
    const { rows: old } = await db.query<{ outlet: number; id: string; receipt: string }>(
      `select s.outlet_id as outlet, s.external_id as id, s.receipt from signal s
         join unnest($1::int[], $2::text[]) as i (outlet_id, external_id) using (outlet_id, external_id)`,
      [known.map((s) => s.outletId), known.map((s) => s.externalId)],
    );
    for (const row of old) add(row, true);
  }
  return found;
}

/** Stores signals durably. Requests that come while a transaction is under way share the next one: one flush for all of them. */
export class ReceiptDesk {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #busy = false;
  /** Of the last transaction: when it began, and whether it was for several requests. */
  #began = 0;
  #overlapping = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param part what of their request is to be kept beside them.
   * @returns a receipt for each, in order, once they are committed. Rejects where they are not. */
  store(items: readonly Incoming[], part: RequestPart | null = null): Promise<Receipt[]> {
    return new Promise((done, fail) => {
      this.#waiting.push({ items, part, done, fail });
      if (!this.#busy) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      if (this.#overlapping) await sleep(Math.max(0, this.#began + GATHER_MS - performance.now()));
      this.#began = performance.now();
      const group = this.#take();
      this.#overlapping = group.length > 1;
      try {
        const found = await insert(
          this.#db,
          group.flatMap(({ items }) => items),
          group.flatMap(({ part }) => part ?? []),
        );
        for (const { items, done } of group) done(items.map((s) => found.get(keyOf(s.outletId, s.externalId))!));
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    this.#busy = false;
  }

  #take(): Waiting[] {
    let [signals, bytes, n] = [0, 0, 0];
    for (const { items, part } of this.#waiting) {
      signals += items.length;
      bytes += part?.body.length ?? 0;
      if (n > 0 && (signals > MAX_GROUP || bytes > MAX_PART_BYTES)) break;
      n++;
    }
    return this.#waiting.splice(0, n);
  }
}
