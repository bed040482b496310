import type { Cell as SheetCell, Row, Sheet } from 'write-excel-file/node';
import { formatWallTime, type Cell, type Column, type Table } from './table.ts';

/** A cell of a workbook holds no more. */
const MAX_TEXT = 32_767;
const HEAD = { fontWeight: 'bold', backgroundColor: '#e8eef4', textColor: '#1f2d3d', wrap: true } as const;
const BORDER = { bottomBorderStyle: 'thin', bottomBorderColor: '#9fb3c8' } as const;

export const NUMBER_FORMATS: Record<Column['format'], string | null> = {
  text: null,
  count: '#,##0',
  number: '0.00',
  percent: '0.00%',
  instant: 'yyyy-mm-dd hh:mm:ss',
  day: 'yyyy-mm-dd',
};

/** Text without what XML 1.0 has no place for, cut to what a cell holds. */
export function cellText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.slice(0, MAX_TEXT).replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu, '');
}

/** A cell with its format. A number or a time in a column of text, as in what is said about a table, has that of its kind. */
export function sheetCell(cell: Cell | undefined, format: Column['format']): SheetCell {
  if (cell === null || cell === undefined || cell === '') return null;
  if (typeof cell === 'string') return { value: cellText(cell), type: String };
  if (cell instanceof Date) {
    if (!Number.isFinite(cell.getTime()) || cell.getUTCFullYear() < 1900) return formatWallTime(cell, format);
    return { value: cell, type: Date, format: NUMBER_FORMATS[format] ?? NUMBER_FORMATS.instant! };
  }
  const shown = NUMBER_FORMATS[format];
  return { value: cell, type: Number, ...(shown === null ? {} : { format: shown }) };
}

/** The names of the columns, as every sheet has them. */
export const headRow = (columns: readonly Column[]): Row =>
  columns.map(({ title }) => ({ value: cellText(title), type: String, ...HEAD, ...BORDER }));

/** One table as a sheet: head frozen, columns as wide as they say. */
export function sheetOf({ name, columns, rows }: Table): Sheet<Buffer> {
  return {
    sheet: name,
    columns: columns.map(({ width }) => ({ width })),
    stickyRowsCount: 1,
    orientation: 'landscape',
    data: [headRow(columns), ...rows.map((row) => columns.map(({ format }, i) => sheetCell(row[i], format)))],
  };
}

/** Tables as a workbook, one a sheet, in memory: for what people read. Lists of any length are streamed (workbookStream). */
export async function writeWorkbook(tables: readonly Table[]): Promise<Buffer> {
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  return writeXlsxFile(tables.map(sheetOf)).toBuffer();
}
