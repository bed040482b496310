import pg from 'pg';
import { HekanError } from '../errors.ts';

/** What waits beyond this is told to come again: a flood must not become a queue of minutes. */
const MAX_WAITING = 256;
const QUERY_CANCELED = '57014';

/** Rows as arrays, in the order of the select list, for what becomes bytes. */
export type Reader = <Row extends unknown[]>(
  name: string | null,
  text: string,
  params: unknown[],
  signal?: AbortSignal,
) => Promise<Row[]>;

/** The reader has gone away: nobody waits for the answer. */
export function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

const aborted = () => new DOMException('the client went away', 'AbortError');

/**
 * Reads in sessions of their own, bounded in time and number. A query whose signal aborts is cancelled in the database.
 * @param pool whose sessions have a statement_timeout of `timeoutMs`.
 * @param admin sends the cancel.
 * @returns reads; a name makes the statement a prepared one.
 * @throws HekanError('unavailable') when a query took too long, or too many wait; AbortError when the signal aborted.
 */
export function cancellableReader(pool: pg.Pool, admin: pg.Pool, timeoutMs: number): Reader {
  return async <Row extends unknown[]>(
    name: string | null,
    text: string,
    params: unknown[],
    signal?: AbortSignal,
  ): Promise<Row[]> => {
    if (signal?.aborted) throw aborted();
    if (pool.waitingCount >= MAX_WAITING) throw busy('too many requests wait for the database', 1);
    const client = await pool.connect();
    if (signal?.aborted) {
      client.release();
      throw aborted();
    }
    let cancelling: Promise<unknown> | undefined;
    const cancel = () => {
      // The session is still ours, so what is cancelled can only be our own query.
      const { processID } = client as unknown as { processID: number };
      cancelling = admin.query('select pg_cancel_backend($1::int)', [processID]).catch(() => undefined);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    let broken: Error | undefined;
    try {
      const query: pg.QueryArrayConfig = { text, values: params, rowMode: 'array' };
      const { rows } = await client.query<Row>(name === null ? query : { ...query, name });
      return rows;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined) broken = error as Error;
      if (signal?.aborted) throw aborted();
      if (code === QUERY_CANCELED) throw busy(`the query ran longer than ${timeoutMs / 1000} s and was cancelled`, 5);
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (cancelling) await cancelling;
      client.release(broken);
    }
  };
}

function busy(message: string, retryAfterS: number): HekanError {
  return new HekanError('unavailable', message, { retryAfterS });
}
