import { readFileSync } from 'node:fs';
import { badRequest, HekanError } from '../../errors.ts';
import {
  CsvCursor,
  CsvFormat,
  cutChunks,
  fieldText,
  openByteFile,
  readStart,
  type RejectsFile,
} from '../../files/index.ts';
import { isXlsx, readXlsx, type Row } from '../xlsx.ts';

const CHUNK_BYTES = 1 << 20;
const MAX_XLSX_BYTES = 50_000_000;

/** A row of a file, as a signal. */
export interface Order {
  line: number;
  signal: Row;
}

async function* readCsv(path: string, rejects: RejectsFile): AsyncGenerator<Order[]> {
  const format = new CsvFormat(',');
  for await (const chunk of cutChunks(
    openByteFile(path, null, 'CSV with a header').pieces(),
    CHUNK_BYTES,
    format,
    path,
  )) {
    if (format.header.length < 2)
      throw badRequest('file', format.header.join(), 'names of columns, with commas between them');
    const cursor = new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines);
    const orders: Order[] = [];
    while (cursor.next()) {
      const { line, problem } = cursor;
      if (problem === null) {
        const fields = format.header.map((name, i) => [name, fieldText(cursor, i).trim()] as const);
        orders.push({ line, signal: Object.fromEntries(fields) });
      } else rejects.add({ line, reason: problem, field: '', value: '', raw: cursor.raw() });
    }
    yield orders;
  }
}

/**
 * The work orders of a file, in pieces: CSV in UTF-8 or GBK, which may be packed with gzip, of any size; or an XLSX workbook. A line that
 * is none goes to the rejects.
 * @throws HekanError for a file that cannot be read (further).
 */
export async function* readOrders(path: string, rejects: RejectsFile): AsyncGenerator<Order[]> {
  const { start, bytes } = readStart(path);
  if (!isXlsx(start)) {
    yield* readCsv(path, rejects);
    return;
  }
  if (bytes > MAX_XLSX_BYTES)
    throw new HekanError('too_large', `file: a workbook of ${bytes} bytes, at most ${MAX_XLSX_BYTES}: use CSV`, {
      field: 'file',
    });
  yield (await readXlsx(readFileSync(path), 'file')).map(({ line, row }) => ({ line, signal: row }));
}
