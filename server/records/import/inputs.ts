import { basename } from 'node:path';
import { badRequest, HekanError } from '../../errors.ts';
import {
  CsvCursor,
  CsvFormat,
  JsonCursor,
  JSON_LINES,
  openByteFile,
  type ByteFile,
  type Chunk,
  type RecordCursor,
  type RecordFormat,
} from '../../files/index.ts';
import type { RecordMapping } from './mapping.ts';
import type { FieldNumbers } from './readRecord.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/** One of the files of an import, opened. */
export interface RecordInput {
  /** Without folders: what the ledger knows it by. */
  name: string;
  file: ByteFile;
  format: RecordFormat;
  /** Which field is what. To be called when the first chunk is there. @throws HekanError: the header lacks columns. */
  fields(): FieldNumbers;
  cursor(chunk: Chunk): RecordCursor;
}

/** The columns that a mapping names: key, address, day, class. */
function columnsOf({ columns, class: given }: RecordMapping): [string, string, string, string | null] {
  return [
    columns.key,
    columns.code ?? columns.place ?? columns.address ?? '',
    columns.day,
    typeof given === 'string' ? null : given.column,
  ];
}

function isJsonLines(path: string, mapping: RecordMapping): boolean {
  return mapping.format === undefined ? /\.(jsonl|ndjson)(\.gz)?$/i.test(path) : mapping.format === 'jsonl';
}

/** Places of columns in a header: spaces around a name and its case do not matter. */
function findColumns(path: string, header: readonly string[], mapping: RecordMapping): FieldNumbers {
  const names = header.map((name) => name.toLowerCase());
  const missing: string[] = [];
  const at = (column: string | null): number => {
    if (column === null) return -1;
    const index = names.indexOf(column.toLowerCase());
    if (index < 0) missing.push(JSON.stringify(column));
    return index;
  };
  const [key, address, day, classColumn] = columnsOf(mapping).map(at);
  if (missing.length > 0) {
    const listed = header.map((name) => JSON.stringify(name.slice(0, 80))).join(', ');
    const only = header.length === 1 ? (header[0] ?? '') : '';
    const other = DELIMITERS.find((mark) => mark !== mapping.delimiter && only.includes(mark));
    const hint = other
      ? `; the header looks separated by ${JSON.stringify(other)}: set "delimiter" in the mapping`
      : '';
    throw new HekanError(
      'bad_request',
      `${path} has no column ${missing.join(', ')}; its header is: ${listed.slice(0, 600)}${hint}`,
      { field: 'map.columns', given: missing.join(', ') },
    );
  }
  return { key: key!, address: address!, day: day!, class: classColumn! };
}

function openInput(path: string, mapping: RecordMapping): RecordInput {
  const name = basename(path);
  if (isJsonLines(path, mapping)) {
    const [key, address, day, classColumn] = columnsOf(mapping);
    const names = classColumn === null ? [key, address, day] : [key, address, day, classColumn];
    return {
      name,
      file: openByteFile(path, mapping.encoding ?? null, 'JSON Lines'),
      format: JSON_LINES,
      fields: () => ({ key: 0, address: 1, day: 2, class: classColumn === null ? -1 : 3 }),
      cursor: (chunk) => new JsonCursor(names, chunk.bytes, chunk.body, chunk.firstLine),
    };
  }
  const format = new CsvFormat(mapping.delimiter);
  return {
    name,
    file: openByteFile(path, mapping.encoding ?? null, 'CSV with a header'),
    format,
    fields: () => findColumns(path, format.header, mapping),
    // The header is one line, or as many as its names have; records begin behind it.
    cursor: (chunk) => new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines),
  };
}

/** Opens all files of an import, so that a wrong one is told before the first is loaded. */
export function openInputs(paths: readonly string[], mapping: RecordMapping): RecordInput[] {
  const names = new Set<string>();
  for (const path of paths) {
    const name = basename(path);
    if (names.has(name))
      throw badRequest('FILE', path, 'files with different names: a file is known by its name without folders');
    names.add(name);
  }
  return paths.map((path) => openInput(path, mapping));
}
