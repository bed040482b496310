import { readFileSync } from 'node:fs';
import { HekanError } from '../../errors.ts';
import { openByteFile, readStart, type RejectsFile } from '../../files/index.ts';
import { readCsvOrders, type Order } from '../orders.ts';
import { isXlsx, readXlsx } from '../xlsx.ts';

const MAX_XLSX_BYTES = 50_000_000;

/**
 * The work orders of a file, in pieces: CSV in UTF-8 or GBK, which may be packed with gzip, of any size; or an XLSX workbook. A line that
 * is none goes to the rejects.
 * @throws HekanError for a file that cannot be read (further).
 */
export async function* readOrders(path: string, rejects: RejectsFile): AsyncGenerator<Order[]> {
  const { start, bytes } = readStart(path);
  if (!isXlsx(start)) {
    const { pieces } = openByteFile(path, null, 'CSV with a header');
    yield* readCsvOrders(pieces(), { field: 'file', name: path }, (reject) => rejects.add(reject));
    return;
  }
  if (bytes > MAX_XLSX_BYTES)
    throw new HekanError('too_large', `file: a workbook of ${bytes} bytes, at most ${MAX_XLSX_BYTES}: use CSV`, {
      field: 'file',
    });
  yield (await readXlsx(readFileSync(path), 'file')).map(({ line, row }) => ({ line, signal: row }));
}
