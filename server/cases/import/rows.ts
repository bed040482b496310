import { parse } from 'csv-parse/sync';
import { RecordCutter, type CsvRecord, type TextFile } from '../../files/index.ts';

export interface CsvRow {
  line: number;
  raw: string;
  /** null: its quotes are broken. */
  fields: string[] | null;
}

const BATCH = 500;

function readFields(text: string, delimiter: string): string[][] {
  return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true, relax_quotes: true });
}

function readOne(record: CsvRecord, delimiter: string): CsvRow {
  const { line, raw } = record;
  if (record.broken) return { line, raw, fields: null };
  try {
    const rows = readFields(raw, delimiter);
    return { line, raw, fields: rows.length === 1 ? (rows[0] ?? null) : null };
  } catch {
    return { line, raw, fields: null };
  }
}

/** Reads many records at once, and one by one where that does not come out even. */
function readBatch(records: CsvRecord[], delimiter: string): CsvRow[] {
  if (records.every((record) => !record.broken)) {
    try {
      const rows = readFields(records.map(({ raw }) => raw).join('\n'), delimiter);
      if (rows.length === records.length) {
        return records.map(({ line, raw }, i) => ({ line, raw, fields: rows[i] ?? null }));
      }
    } catch {
      // one of them is broken: each for itself
    }
  }
  return records.map((record) => readOne(record, delimiter));
}

/** Whether a record over several lines is what it seems: right by the book, and as wide as the header. */
function isSound(raw: string, width: number, delimiter: string): boolean {
  try {
    const rows = parse(raw, { delimiter, record_delimiter: '\n', relax_column_count: true });
    return rows.length === 1 && (rows[0] as unknown as string[]).length === width;
  } catch {
    return false;
  }
}

/** A record over several lines that is not sound swallowed its neighbours: its first line is broken, the others are read again. */
function repair(row: CsvRow, width: number, delimiter: string): CsvRow[] {
  if (!row.raw.includes('\n') || isSound(row.raw, width, delimiter)) return [row];
  const again = new RecordCutter(delimiter).reread({ line: row.line, raw: row.raw, broken: false });
  return again.flatMap((record) => repair(readOne(record, delimiter), width, delimiter));
}

/** Rows of a CSV file with their true line numbers, in batches; the header is the first of them. */
export async function* readRows(file: TextFile, delimiter: string): AsyncIterable<CsvRow[]> {
  const cutter = new RecordCutter(delimiter);
  let width: number | null = null;
  let waiting: CsvRecord[] = [];
  const flush = (): CsvRow[] => {
    const rows = readBatch(waiting, delimiter);
    waiting = [];
    width ??= rows[0]?.fields?.length ?? null;
    return rows.flatMap((row) => repair(row, width ?? 0, delimiter));
  };
  for await (const lines of file.batches()) {
    for (const line of lines) {
      waiting.push(...cutter.push(line));
      if (waiting.length >= BATCH) yield flush();
    }
  }
  waiting.push(...cutter.end());
  if (waiting.length > 0) yield flush();
}
