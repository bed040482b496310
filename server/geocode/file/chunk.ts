import { CsvCursor, CsvFormat, fieldText, type Reject } from '../../files/index.ts';
import type { AddressBase } from '../base/base.ts';
import type { MatchOptions } from '../match/matcher.ts';
import { addUnmatched, unmatchedOf, type Unmatched } from '../service/unmatched.ts';
import type { Match } from '../types.ts';

/** Whole records of a file, as they go to a worker. */
export interface FileChunk {
  number: number;
  bytes: Uint8Array;
  header: readonly string[];
  body: number;
  firstLine: number;
  /** Columns of the address, and of the code of its source's division; -1: none. */
  address: number;
  division: number;
}

export interface ChunkResult {
  /** Lines of the output. */
  text: string;
  rows: number;
  /** Rows by level. */
  levels: Record<string, number>;
  rejects: Reject[];
  unmatched: Unmatched[];
}

export const OUT_COLUMNS = ['level', 'confidence', 'lng', 'lat', 'code', 'reason'];

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function columnsOf({ level, confidence, lng, lat, code, reason }: Match): string {
  return [
    level,
    confidence.toFixed(2),
    lng?.toFixed(7) ?? '',
    lat?.toFixed(7) ?? '',
    quoted(code ?? ''),
    reason ?? '',
  ].join(',');
}

/** What answers: a geocoder, or a matcher. */
export interface Answering {
  base: AddressBase;
  match(text: string, options?: MatchOptions): Match;
}

/** Geocodes the rows of a chunk: each as it stood, with what was found behind it. @param divisions id by code. */
export function geocodeChunk(
  geocoder: Answering,
  divisions: ReadonlyMap<string, number>,
  chunk: FileChunk,
): ChunkResult {
  const format = new CsvFormat(',');
  format.header = [...chunk.header];
  const cursor = new CsvCursor(format, Buffer.from(chunk.bytes), chunk.body, chunk.firstLine);
  const result: ChunkResult = { text: '', rows: 0, levels: {}, rejects: [], unmatched: [] };
  const unmatched = new Map<string, Unmatched>();
  const lines: string[] = [];
  while (cursor.next()) {
    result.rows++;
    const { line, problem } = cursor;
    const text = problem === null ? fieldText(cursor, chunk.address) : '';
    const reason = problem ?? (/[\0\uFFFD]/.test(text) ? 'strange_letters' : null);
    if (reason !== null) {
      result.rejects.push({ line, reason, field: problem === null ? 'address' : '', value: text, raw: cursor.raw() });
      continue;
    }
    const source = chunk.division < 0 ? undefined : divisions.get(fieldText(cursor, chunk.division).trim());
    const match = geocoder.match(text, { divisionId: source ?? null });
    lines.push(`${cursor.raw()},${columnsOf(match)}\n`);
    result.levels[match.level] = (result.levels[match.level] ?? 0) + 1;
    if (match.reason !== null && match.code === null)
      addUnmatched(unmatched, unmatchedOf(geocoder.base.parser, text, match.reason));
  }
  result.text = lines.join('');
  result.unmatched = [...unmatched.values()];
  return result;
}
