import { randomUUID } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { chunked, type Database } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import type { Reject } from '../files/index.ts';
import { toIncoming } from './incoming.ts';
import { readCsvOrders, type Order } from './orders.ts';
import type { Outlet } from './outlet.ts';
import type { Incoming, ReceiptDesk, RequestPart } from './receipts.ts';
import { MAX_REJECTS, writeRejects } from './rejects.ts';

/** Signals of one transaction; fewer where a transaction stops everybody else. */
const CHUNK = { postgresql: 1000, embedded: 100 };
const MAX_STREAM_BYTES = 2_000_000_000;

/** What became of a file that was sent as one request. */
export interface CsvTaken {
  request: string;
  /** Signals that were not there yet, and those that were. */
  stored: number;
  known: number;
  rejected: number;
}

/** The body of a request as far as it may be held in memory, or all of it as a stream. */
export type OpenBody = { body: Uint8Array } | { pieces: AsyncIterable<Uint8Array> };

/** Reads up to `maxBytes`; what is longer is not read further yet. */
export async function openBody(request: Request, maxBytes: number): Promise<OpenBody> {
  const chunks: Uint8Array[] = [];
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  let bytes = 0;
  while (reader && bytes <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return { body: Buffer.concat(chunks) };
    bytes += value.length;
    chunks.push(value);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* chunks.splice(0);
    for (let next = await reader!.read(); !next.done; next = await reader!.read()) yield next.value;
  }
  return reader ? { pieces: all() } : { body: Buffer.alloc(0) };
}

/** Pieces as they are, no more of them than a file may have, each told of. @throws HekanError('too_large'). */
async function* bounded(
  pieces: AsyncIterable<Uint8Array>,
  came: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > MAX_STREAM_BYTES)
      throw new HekanError('too_large', `body: more than ${MAX_STREAM_BYTES} bytes: drop the file into a folder`, {
        field: 'body',
        given: `> ${MAX_STREAM_BYTES}`,
      });
    came(piece);
    yield piece;
  }
}

/** As UTF-8 whatever it is written in; UTF-8 goes through as it is. @throws HekanError('bad_request') for an encoding nobody knows, or bytes
 * that are not of it. */
async function* utf8Pieces(pieces: AsyncIterable<Uint8Array>, contentType: string): AsyncGenerator<Buffer> {
  const charset = /charset="?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  const wrong = () => badRequest('body', contentType, `bytes of the charset ${charset}`);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch {
    throw wrong();
  }
  const decode = (piece?: Uint8Array) => {
    try {
      return Buffer.from(decoder.decode(piece, { stream: piece !== undefined }));
    } catch {
      throw wrong();
    }
  };
  const plain = decoder.encoding === 'utf-8';
  for await (const piece of pieces) yield plain ? Buffer.from(piece) : decode(piece);
  if (!plain) yield decode();
}

/** Takes one file in, chunk by chunk. */
class CsvTaking {
  readonly taken: CsvTaken = { request: randomUUID(), stored: 0, known: 0, rejected: 0 };
  readonly #outlet: Outlet;
  readonly #desk: ReceiptDesk;
  readonly #db: Database;
  readonly #contentType: string;
  readonly #now: Date;
  /** Bytes that came since the last part, and lines rejected since. */
  #came: Uint8Array[] = [];
  #rejects: Reject[] = [];
  #parts = 0;

  constructor(db: Database, desk: ReceiptDesk, outlet: Outlet, contentType: string, now: Date) {
    [this.#db, this.#desk, this.#outlet, this.#contentType, this.#now] = [db, desk, outlet, contentType, now];
  }

  async run(pieces: AsyncIterable<Uint8Array>): Promise<CsvTaken> {
    const counted = bounded(pieces, (piece) => this.#came.push(piece));
    const text = utf8Pieces(counted, this.#contentType);
    const reject = (one: Reject) => this.#reject(one);
    for await (const orders of readCsvOrders(text, { field: 'body', name: 'body' }, reject)) await this.#store(orders);
    if (this.#came.length > 0) await this.#desk.store([], this.#part());
    // All of it had come before, and its bytes with it.
    if (this.taken.stored === 0)
      await this.#db.query('delete from signal_request where outlet_id = $1::int and request = $2::uuid', [
        this.#outlet.id,
        this.taken.request,
      ]);
    return this.taken;
  }

  #reject(one: Reject): void {
    if (this.taken.rejected++ < MAX_REJECTS) this.#rejects.push(one);
  }

  #part(): RequestPart {
    const body = Buffer.concat(this.#came);
    this.#came = [];
    return {
      ...{ outletId: this.#outlet.id, request: this.taken.request, part: this.#parts++ },
      ...{ contentType: this.#contentType, receivedAt: this.#now, body, always: true },
    };
  }

  async #store(orders: readonly Order[]): Promise<void> {
    for (const some of chunked(orders, CHUNK[this.#db.engine])) {
      const incoming: Incoming[] = [];
      for (const { line, signal } of some) {
        try {
          const one = await toIncoming(this.#outlet, { signal, externalId: null }, this.#now);
          incoming.push({ ...one, request: this.taken.request });
        } catch (error) {
          if (!(error instanceof HekanError)) throw error;
          const { field = '', given = '' } = error;
          this.#reject({ line, reason: 'bad_value', field, value: given, raw: JSON.stringify(signal) });
        }
      }
      const receipts = await this.#desk.store(incoming, this.#came.length > 0 ? this.#part() : null);
      const fresh = new Set(receipts.flatMap(({ known, receipt }) => (known ? [] : [receipt]))).size;
      this.taken.stored += fresh;
      this.taken.known += receipts.length - fresh;
    }
    await writeRejects(this.#db, this.#outlet.id, this.taken.request, this.#rejects.splice(0));
  }
}

/**
 * Takes CSV of any length in while it comes: each chunk is durable before the next is read, so memory holds some megabytes of it. A line
 * that is none is rejected, the others go on.
 * @throws HekanError for a body that cannot be read further; what is in by then stays in, and is known when the file comes again.
 */
export async function takeCsv(
  db: Database,
  desk: ReceiptDesk,
  outlet: Outlet,
  { contentType, pieces }: { contentType: string; pieces: AsyncIterable<Uint8Array> },
  now: Date,
): Promise<CsvTaken> {
  const taking = new CsvTaking(db, desk, outlet, contentType, now);
  try {
    return await taking.run(pieces);
  } catch (error) {
    if (!(error instanceof HekanError) || error.status >= 500) throw error;
    const { stored, known } = taking.taken;
    throw new HekanError(error.code, `${error.message} (${stored + known} signals before that are in)`, {
      field: 'body',
      given: error.given,
    });
  }
}
