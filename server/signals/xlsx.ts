import { badRequest, HekanError } from '../errors.ts';

/** Unpacked, all sheets and styles together: a workbook is read as a whole. */
const MAX_UNPACKED = 200_000_000;
const [ENTRY, END] = [0x02014b50, 0x06054b50];

export type Row = Record<string, string | number | boolean>;

export const isXlsx = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

/** Bytes that the parts of a ZIP have unpacked, by its own directory (APPNOTE 6.3.10, 4.3.12 and 4.3.16); null: it has none. */
function unpackedSize(bytes: Buffer): number | null {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > bytes.length || bytes.readUInt32LE(end) !== END) return null;
  let sum = 0;
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY) return null;
    sum += bytes.readUInt32LE(at + 24);
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return sum;
}

/** A day and a time have no zone in a workbook: they stay as they are written. */
const cellOf = (value: unknown): string | number | boolean => {
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString().slice(0, 19) : '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : '';
};

/** Rows of the first sheet under the names of its first row, with their numbers there (1 = the names); empty rows are left out.
 * @throws HekanError: bad_request for what is no workbook; too_large for one that unpacks to more than 200 MB. */
export async function readXlsx(bytes: Uint8Array, field: string): Promise<{ line: number; row: Row }[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unpacked = unpackedSize(buffer);
  if (unpacked === null) throw badRequest(field, 'something else', 'an XLSX workbook');
  if (unpacked > MAX_UNPACKED)
    throw new HekanError('too_large', `${field}: the workbook unpacks to ${unpacked} bytes, at most ${MAX_UNPACKED}`, {
      field,
    });
  let sheet: unknown[][];
  try {
    sheet = await (await import('read-excel-file/node')).readSheet(buffer);
  } catch (cause) {
    throw badRequest(field, (cause as Error).message, 'an XLSX workbook');
  }
  const names = (sheet[0] ?? []).map((name) => String(cellOf(name)).trim());
  if (!names.some((name) => name !== '')) throw badRequest(field, 'none', 'names of columns in the first row');
  return sheet.slice(1).flatMap((cells, i) => {
    const entries = names.flatMap((name, n) => (name === '' ? [] : [[name, cellOf(cells[n])] as const]));
    return entries.some(([, value]) => value !== '') ? [{ line: i + 2, row: Object.fromEntries(entries) }] : [];
  });
}
