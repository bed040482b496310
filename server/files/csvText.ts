import { formatWallTime, type Cell, type Column, type Table } from './table.ts';

/** Spreadsheets take UTF-8 for what it is by this mark. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** A cell as RFC 4180 has it. Text that a spreadsheet would run as a formula is marked as text by an apostrophe. */
function csvCell(cell: Cell | undefined, format: Column['format'] = 'text'): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return formatWallTime(cell, format);
  if (typeof cell === 'number') return format === 'percent' ? (cell * 100).toFixed(2) : String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as lines. @param columns whose formats hold; without them cells stand as they are. */
export function formatCsv(rows: Table['rows'], columns: readonly Column[] = []): string {
  return rows.map((row) => `${row.map((cell, i) => csvCell(cell, columns[i]?.format)).join(',')}\r\n`).join('');
}

/** The names of the columns as a line. */
export const formatCsvHead = (columns: readonly Column[]): string => formatCsv([columns.map(({ title }) => title)]);
