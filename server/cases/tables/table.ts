import { basename } from 'node:path';
import { badRequest, HekanError } from '../../errors.ts';
import {
  CsvCursor,
  CsvFormat,
  cutChunks,
  defaultRejectsPath,
  fieldText,
  openByteFile,
  RejectsFile,
  type ImportOutput,
  type RecordCursor,
} from '../../files/index.ts';

const CHUNK_BYTES = 1 << 20;
const ROWS = 500;
const MAX_TEXT = 100;

export interface RowProblem {
  reason: string;
  field: string;
  value: string;
}

/** A row that can be taken, and where it stood. */
export interface TableRow {
  line: number;
  raw: string;
}

export interface TableReport {
  file: string;
  rows: { read: number; taken: number; rejected: number };
  rejects: { path: string | null; byReason: Record<string, number> };
}

/** The columns of a table, found by its header. */
export class TableColumns<Name extends string> {
  readonly #needed: readonly Name[];
  readonly #at: ReadonlyMap<Name, number>;

  /** @throws HekanError('bad_request') where a column is missing or not known. */
  constructor(file: string, header: readonly string[], needed: readonly Name[], optional: readonly Name[]) {
    const names = header.map((name) => name.trim().toLowerCase());
    const all = [...needed, ...optional];
    const missing = needed.filter((name) => !names.includes(name));
    if (missing.length > 0)
      throw new HekanError(
        'bad_request',
        `${file} has no column ${missing.join(', ')}; its header is: ${header.join(', ').slice(0, 600)}`,
        { field: 'file', given: missing.join(', ') },
      );
    const unknown = names.find((name) => name !== '' && !all.includes(name as Name));
    if (unknown !== undefined) throw badRequest('file', unknown, `columns ${all.join(', ')}`);
    this.#needed = needed;
    this.#at = new Map(all.map((name) => [name, names.indexOf(name)]));
  }

  /** @returns the texts of the cursor's row ('' where a column is not there), or why it is none. */
  read(cursor: RecordCursor): Record<Name, string> | RowProblem {
    if (cursor.problem !== null) return { reason: cursor.problem, field: '', value: '' };
    const texts = {} as Record<Name, string>;
    for (const [name, at] of this.#at) texts[name] = at < 0 ? '' : fieldText(cursor, at).trim();
    const empty = this.#needed.find((name) => texts[name] === '');
    if (empty !== undefined) return { reason: `missing_${empty}`, field: empty, value: '' };
    const long = [...this.#at.keys()].find((name) => texts[name].length > MAX_TEXT);
    return long === undefined ? texts : { reason: 'too_long', field: long, value: texts[long] };
  }
}

/** Whether a row could not be taken. */
export function isProblem(row: object): row is RowProblem {
  return 'reason' in row;
}

/**
 * Takes a table of the city's rules in, by batches of rows; what cannot be taken goes to the rejects.
 * @param readerOf how rows are read, by the header.
 * @param write writes rows in one transaction. @returns for each row why it was not written, or null.
 * @throws HekanError('bad_request'): file, header.
 */
export async function importTable<Row extends TableRow>(
  path: string,
  options: { rejects: string | undefined },
  out: ImportOutput,
  readerOf: (header: readonly string[]) => (cursor: RecordCursor) => Row | RowProblem,
  write: (rows: readonly Row[]) => Promise<readonly (RowProblem | null)[]>,
): Promise<TableReport> {
  const file = openByteFile(path, null, 'CSV with a header');
  const rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(path));
  const format = new CsvFormat(',');
  let read: ReturnType<typeof readerOf> | null = null;
  const rows = { read: 0, taken: 0, rejected: 0 };
  const reject = (problem: RowProblem, { line, raw }: TableRow) => {
    rejects.add({ line, ...problem, raw });
    rows.rejected++;
  };
  const flush = async (batch: readonly Row[]) => {
    if (batch.length === 0) return;
    const problems = await write(batch);
    for (const [i, row] of batch.entries()) {
      const problem = problems[i];
      if (problem) reject(problem, row);
      else rows.taken++;
    }
  };
  let waiting: Row[] = [];
  try {
    for await (const chunk of cutChunks(file.pieces(), CHUNK_BYTES, format, path)) {
      read ??= readerOf(format.header);
      const cursor = new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines);
      while (cursor.next()) {
        rows.read++;
        const row = read(cursor);
        if (isProblem(row)) reject(row, { line: cursor.line, raw: cursor.raw() });
        else waiting.push(row);
      }
      for (; waiting.length >= ROWS; waiting = waiting.slice(ROWS)) await flush(waiting.slice(0, ROWS));
      out.progress(file.read, file.bytes, `${rows.read.toLocaleString('en-US')} rows`);
    }
    await flush(waiting);
  } finally {
    rejects.close();
  }
  if (rows.read === 0) throw badRequest('file', 'no rows', `rows below the header of ${path}`);
  const rejected = { path: rejects.total > 0 ? rejects.path : null, byReason: rejects.byReason() };
  return { file: basename(path), rows, rejects: rejected };
}
