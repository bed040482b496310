import { unzipSync, Zip, ZipDeflate } from 'fflate';
import { HekanError } from '../errors.ts';
import { PackedPart } from './packedPart.ts';
import { cellText, headRow, NUMBER_FORMATS, sheetOf } from './workbook.ts';
import type { Cell, Column, Table } from './table.ts';

/** What a sheet holds, its head included. ECMA-376 leaves it to the program; Excel's limit is everybody's. */
export const MAX_SHEET_ROWS = 1_048_576;
/** A ZIP without the 64-bit extension has no larger part. */
const MAX_PART_BYTES = 0xf000_0000;
const SHEET = 'xl/worksheets/sheet1.xml';
const DAY_MS = 86_400_000;
/** Days from 1899-12-30, where serial numbers of days begin, to 1970. */
const EPOCH_DAYS = 25_569;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeXml = (text: string) => text.replace(/[&<>]/g, (sign) => ESCAPES[sign]!);

/** Letters of a column: 0 → A, 26 → AA. */
function lettersOf(index: number): string {
  return (index >= 26 ? lettersOf(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}

interface Template {
  parts: Record<string, Uint8Array>;
  before: string;
  after: string;
  /** Of each column, as an attribute. */
  styles: string[];
}

/** A workbook with a head, one row that carries the style of each column, and the other sheets. */
async function makeTemplate(name: string, columns: readonly Column[], others: readonly Table[]): Promise<Template> {
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const styled = columns.map(({ format }) => {
    const shown = NUMBER_FORMATS[format];
    return shown === null ? { value: 0, type: Number } : { value: 0, type: Number, format: shown };
  });
  const first = { ...sheetOf({ name, columns, rows: [] }), data: [headRow(columns), styled] };
  const parts = unzipSync(await writeXlsxFile([first, ...others.map(sheetOf)]).toBuffer());
  const xml = Buffer.from(parts[SHEET]!).toString('utf8');
  const row = /<row r="2".*?<\/row>/s.exec(xml);
  if (!row) throw new HekanError('internal', `no row 2 in ${SHEET} of the template`);
  const styles = columns.map((_, i) => new RegExp(`<c r="${lettersOf(i)}2"( s="\\d+")?`).exec(row[0])?.[1] ?? '');
  return { parts, before: xml.slice(0, row.index), after: xml.slice(row.index + row[0].length), styles };
}

function cellXml(cell: Cell | undefined, at: string, style: string): string {
  if (cell === null || cell === undefined || cell === '') return '';
  if (typeof cell === 'string')
    return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cellText(cell))}</t></is></c>`;
  const value = cell instanceof Date ? cell.getTime() / DAY_MS + EPOCH_DAYS : cell;
  return `<c r="${at}"${style}><v>${value}</v></c>`;
}

function rowXml(row: readonly Cell[], r: number, letters: readonly string[], styles: readonly string[]): string {
  return `<row r="${r}">${styles.map((style, i) => cellXml(row[i], `${letters[i]!}${r}`, style)).join('')}</row>`;
}

/**
 * A workbook whose first sheet is as long as its rows are, row by row: what is in memory is a page of rows, however many there are.
 * Other sheets come with it whole.
 * @param pages rows, some hundreds at a time, in order; ending the generator early is how a reader that went away is told.
 * @yields bytes of the file.
 * @throws HekanError('too_large') for more rows than a sheet holds, or more bytes than a ZIP's part.
 */
export async function* streamWorkbook(
  name: string,
  columns: readonly Column[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
  others: readonly Table[] = [],
): AsyncGenerator<Uint8Array, void> {
  const { parts, before, after, styles } = await makeTemplate(name, columns, others);
  const letters = columns.map((_, i) => lettersOf(i));
  const made: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    made.push(chunk);
  });
  const sheet = new PackedPart(SHEET);
  try {
    for (const [path, bytes] of Object.entries(parts)) {
      if (path === SHEET) continue;
      const part = new ZipDeflate(path);
      zip.add(part);
      part.push(bytes, true);
    }
    zip.add(sheet);
    await sheet.push(Buffer.from(before));
    let at = 1;
    for await (const rows of pages) {
      const text = rows.map((row) => rowXml(row, ++at, letters, styles));
      await sheet.push(Buffer.from(text.join('')));
      if (at > MAX_SHEET_ROWS || sheet.size > MAX_PART_BYTES)
        throw new HekanError(
          'too_large',
          `a sheet holds no more than ${MAX_SHEET_ROWS} rows of ${MAX_PART_BYTES} bytes`,
        );
      yield* made.splice(0);
    }
    await sheet.push(Buffer.from(after));
    await sheet.end();
    zip.end();
    yield* made.splice(0);
  } finally {
    sheet.destroy();
  }
}
