export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Chooses what is said, by the language of a file. */
export const said = (lang: Language) => (zh: string, en: string) => (lang === 'zh' ? zh : en);

/** A cell of a table that becomes a file. A Date is what a clock on the wall showed, as if it were UTC: files have no zones. */
export type Cell = string | number | Date | null;

export type Format = 'text' | 'count' | 'number' | 'percent' | 'instant' | 'day';

export interface Column {
  title: string;
  /** percent: of cells that are shares, 0 to 1, cut to four decimals. */
  format: Format;
  /** In characters of a spreadsheet's column. */
  width: number;
}

export interface Table {
  /** Of the sheet: at most 31 characters, none of []/\:*? */
  name: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
}

/** A column of a table. */
export const column = (title: string, format: Format = 'text', width = 14): Column => ({ title, format, width });

/** `YYYY-MM-DD HH:mm:ss`, or the day alone. */
export function formatWallTime(at: Date, format: Format): string {
  const text = at.toISOString();
  return format === 'day' ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** What is said about a table, as a sheet of its own. */
export function aboutSheet(about: Table['rows'], lang: Language): Table {
  const name = said(lang)('说明', 'About');
  const widths = [22, 60, 30];
  const longest = Math.max(widths.length, ...about.map((row) => row.length));
  const columns = Array.from({ length: longest }, (_, i) => column(i === 0 ? name : '', 'text', widths[i] ?? 14));
  return { name, columns, rows: about };
}
