import { isUtf8 } from 'node:buffer';
import { badRequest } from '../errors.ts';
import { CsvCursor, CsvFormat, cutChunks, fieldText, type Reject } from '../files/index.ts';
import type { Row } from './xlsx.ts';

const CHUNK_BYTES = 1 << 20;

/** A row of a file, as a signal. */
export interface Order {
  line: number;
  signal: Row;
}

/** @param clean all of the chunk is UTF-8: else each line is looked at. */
function readOrders(
  cursor: CsvCursor,
  header: readonly string[],
  clean: boolean,
  reject: (reject: Reject) => void,
): Order[] {
  const orders: Order[] = [];
  while (cursor.next()) {
    const { line } = cursor;
    const problem = cursor.problem ?? (clean || !cursor.raw().includes('\uFFFD') ? null : 'bad_encoding');
    if (problem === null) {
      const fields = header.map((column, i) => [column, fieldText(cursor, i).trim()] as const);
      orders.push({ line, signal: Object.fromEntries(fields) });
    } else reject({ line, reason: problem, field: '', value: '', raw: cursor.raw() });
  }
  return orders;
}

/**
 * The work orders of CSV with a header, about a megabyte at a time.
 * @param field what the pieces come from, for messages: file or body. @param name of it. @param reject told of each line that is none.
 * @throws HekanError('bad_request') for a header that is none, too_large for a line that never ends.
 */
export async function* readCsvOrders(
  pieces: AsyncIterable<Buffer>,
  { field, name }: { field: 'file' | 'body'; name: string },
  reject: (reject: Reject) => void,
): AsyncGenerator<Order[]> {
  const format = new CsvFormat(',');
  for await (const chunk of cutChunks(pieces, CHUNK_BYTES, format, name)) {
    if (format.header.length < 2)
      throw badRequest(field, format.header.join(), 'names of columns, with commas between them');
    const cursor = new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines);
    yield readOrders(cursor, format.header, isUtf8(chunk.bytes), reject);
  }
}
