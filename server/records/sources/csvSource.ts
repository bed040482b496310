import { CsvCursor, CsvFormat, cutChunks, fieldText, openByteFile, type Chunk } from '../../files/index.ts';
import type { RowSource, SourceRow } from './source.ts';

const CHUNK_BYTES = 1_000_000;

function readRows(format: CsvFormat, numbers: ReadonlyMap<string, number>, chunk: Chunk): SourceRow[] {
  const cursor = new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines);
  const rows: SourceRow[] = [];
  while (cursor.next()) {
    const { line, problem } = cursor;
    const raw = cursor.raw();
    const fields = problem === null ? format.header.map((_, i) => fieldText(cursor, i).trim()) : [];
    rows.push({ line, problem, text: (name) => fields[numbers.get(name) ?? -1] ?? '', raw: () => raw });
  }
  return rows;
}

/** A CSV file with a header, UTF-8 or GB18030, packed with gzip or not. @throws HekanError('bad_request'): not there, not text. */
export function openCsvSource(path: string): RowSource {
  const file = openByteFile(path, null, 'CSV with a header');
  const format = new CsvFormat(',');
  const numbers = new Map<string, number>();
  const columns = new Set<string>();
  async function* batches(): AsyncIterable<SourceRow[]> {
    for await (const chunk of cutChunks(file.pieces(), CHUNK_BYTES, format, path)) {
      if (numbers.size === 0)
        format.header.forEach((name, i) => {
          const key = name.toLowerCase();
          if (!numbers.has(key)) numbers.set(key, i);
          columns.add(key);
        });
      yield readRows(format, numbers, chunk);
    }
  }
  return {
    path,
    columns,
    hasGeometry: false,
    notes: file.encoding === 'utf-8' ? [] : [`it is not UTF-8: read as ${file.encoding}`],
    total: file.bytes,
    get read() {
      return file.read;
    },
    batches,
    sha256: () => file.sha256(),
  };
}
