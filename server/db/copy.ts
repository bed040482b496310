import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** PostgreSQL's COPY, inside a transaction. The embedded engine has none. */
export interface Copy {
  /** Sends what `copy … from stdin` reads. @throws the database's error, after which the transaction is at its end. */
  in(statement: string, parts: Iterable<Uint8Array>): Promise<void>;
  /** What `copy … to stdout` writes, cut anywhere. */
  out(statement: string): AsyncIterable<Buffer>;
}

/** COPY over one session. @param client in a transaction; it does nothing else meanwhile. */
export function copyOver(client: pg.ClientBase): Copy {
  return {
    in: (statement, parts) => pipeline(Readable.from(parts, { objectMode: false }), client.query(copyFrom(statement))),
    out: (statement) => client.query(copyTo(statement)),
  };
}
