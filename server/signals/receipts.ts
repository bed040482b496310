import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toColumns, unnestInput, type Database } from '../db/index.ts';

export interface Incoming {
  outletId: number;
  externalId: string;
  raw: Buffer;
  contentType: string;
  receivedAt: Date;
  /** Why it can become no case as it is: then it waits. */
  reason?: string;
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
] as const;
/** Signals of one transaction. */
const MAX_GROUP = 1000;
/** While requests overlap, a transaction begins at most this often: fewer and larger ones leave the processor to other work. A source
 * that sends one after the other never waits for it. */
const GATHER_MS = 8;

interface Waiting {
  items: readonly Incoming[];
  done: (receipts: Receipt[]) => void;
  fail: (error: unknown) => void;
}

const keyOf = (outletId: number, externalId: string) => `${outletId} ${externalId}`;

async function insert(db: Database, items: readonly Incoming[]): Promise<Map<string, Receipt>> {
  const rows = items.map((s) => [
    ...[s.outletId, s.externalId, randomUUID(), s.raw, s.contentType, s.receivedAt],
    s.reason === undefined ? 'received' : 'waiting',
    s.reason ?? null,
  ]);
  // In order of key: two requests that bring the same signals in another order would wait for each other.
  rows.sort((a, b) => (keyOf(a[0] as number, a[1] as string) < keyOf(b[0] as number, b[1] as string) ? -1 : 1));
  const fresh = await db.query<{ outlet: number; id: string; receipt: string }>(
    `insert into signal (${COLUMNS.map(([name]) => name).join(', ')}) select * from ${unnestInput(COLUMNS)}
     on conflict do nothing returning outlet_id as outlet, external_id as id, receipt`,
    toColumns(COLUMNS, rows),
  );
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

  /** @returns a receipt for each, in order, once they are committed. Rejects where they are not. */
  store(items: readonly Incoming[]): Promise<Receipt[]> {
    return new Promise((done, fail) => {
      this.#waiting.push({ items, done, fail });
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
        );
        for (const { items, done } of group) done(items.map((s) => found.get(keyOf(s.outletId, s.externalId))!));
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    this.#busy = false;
  }

  #take(): Waiting[] {
    let signals = 0;
    let n = 0;
    while (n < this.#waiting.length && (n === 0 || signals + this.#waiting[n]!.items.length <= MAX_GROUP))
      signals += this.#waiting[n++]!.items.length;
    return this.#waiting.splice(0, n);
  }
}
