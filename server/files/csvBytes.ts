import type { RecordFormat } from './chunks.ts';
import type { RecordCursor } from './cursor.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
/** A quote that is still open after this much is a mistake of its first line. */
const MAX_QUOTED_LINES = 200;
const MAX_QUOTED_BYTES = 500_000;
const MAX_FIELDS = 10_000;

/** One record with quotes, field by field: the slow way. A quote opens only at the start of a field, and closes only before a
 * delimiter or the line's end; a doubled one is a letter. */
class QuotedRecord {
  /** Behind the record; -1: more bytes are needed. */
  end = -1;
  fields = 0;
  lines = 1;
  broken = false;
  /** Called with each field's bounds, without its quotes. */
  onField: (start: number, end: number, quoted: boolean) => void = () => undefined;

  scan(bytes: Uint8Array, start: number, limit: number, delimiter: number, whole: boolean): void {
    this.fields = 0;
    this.lines = 1;
    this.broken = false;
    let pos = start;
    for (;;) {
      if (bytes[pos] === QUOTE && pos < limit) {
        const close = this.#closing(bytes, pos + 1, limit, delimiter, whole, start);
        if (close < 0) return;
        this.onField(pos + 1, close, true);
        pos = close + 1;
      } else {
        const from = pos;
        while (pos < limit && bytes[pos] !== delimiter && bytes[pos] !== NEWLINE) pos++;
        if (pos >= limit && !whole) {
          this.end = -1;
          return;
        }
        const cut = (pos >= limit || bytes[pos] === NEWLINE) && pos > from && bytes[pos - 1] === RETURN ? 1 : 0;
        this.onField(from, pos - cut, false);
      }
      this.fields++;
      if (pos < limit && bytes[pos] === RETURN) pos++;
      if (pos >= limit || bytes[pos] === NEWLINE) {
        this.end = Math.min(limit, pos + 1);
        return;
      }
      pos++;
    }
  }

  /** Position of the quote that closes a field; -1 with `end` and `broken` set where there is none, or none yet. */
  #closing(bytes: Uint8Array, from: number, limit: number, delimiter: number, whole: boolean, start: number): number {
    for (let pos = from; ; pos++) {
      const known = pos < limit - 2 || whole;
      if (pos >= limit || this.lines > MAX_QUOTED_LINES || pos - start > MAX_QUOTED_BYTES) {
        const sure = whole || this.lines > MAX_QUOTED_LINES || pos - start > MAX_QUOTED_BYTES;
        this.broken = sure;
        this.end = -1;
        return -1;
      }
      const byte = bytes[pos];
      if (byte === NEWLINE) this.lines++;
      if (byte !== QUOTE) continue;
      if (!known) {
        this.broken = false;
        this.end = -1;
        return -1;
      }
      const next = pos + 1 < limit ? bytes[pos + 1] : NEWLINE;
      if (next === QUOTE) pos++;
      else if (next === delimiter || next === NEWLINE) return pos;
      else if (next === RETURN && (pos + 2 >= limit || bytes[pos + 2] === NEWLINE)) return pos;
    }
  }
}

function endOfLine(bytes: Uint8Array, from: number, limit: number): number {
  const at = bytes.indexOf(NEWLINE, from);
  return at < 0 || at >= limit ? limit : at + 1;
}

/** CSV with a header, as bytes of UTF-8. */
export class CsvFormat implements RecordFormat {
  readonly delimiter: number;
  /** Names of the columns, once the file has begun. */
  header: string[] = [];
  readonly #record = new QuotedRecord();

  /** @param delimiter one ASCII character. */
  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  begin(bytes: Buffer, whole: boolean): number {
    const record = this.#record;
    const names: string[] = [];
    record.onField = (start, end, quoted) => {
      const text = bytes.toString('utf8', start, end);
      names.push((quoted ? text.replaceAll('""', '"') : text).trim());
    };
    record.scan(bytes, 0, bytes.length, this.delimiter, whole);
    record.onField = () => undefined;
    if (record.end < 0 && !record.broken) return -1;
    this.header = record.broken ? [bytes.toString('utf8', 0, Math.min(200, bytes.length))] : names;
    return record.broken ? endOfLine(bytes, 0, bytes.length) : record.end;
  }

  endOf(bytes: Buffer, start: number, whole: boolean): number {
    return this.scan(bytes, start, bytes.length, whole).end;
  }

  /**
   * The record that begins at `start`. One over several lines whose fields are not as many as the header's is taken for a line
   * with a quote too many: it ends with its first line, broken, and what stands below is read anew.
   * @param onField gets its fields, also those of a record that turns out broken.
   */
  scan(
    bytes: Uint8Array,
    start: number,
    limit: number,
    whole: boolean,
    onField: QuotedRecord['onField'] = () => undefined,
  ) {
    const record = this.#record;
    record.onField = onField;
    record.scan(bytes, start, limit, this.delimiter, whole);
    if (record.end >= 0 && record.lines > 1 && record.fields !== this.header.length) record.broken = true;
    if (record.broken) {
      record.end = endOfLine(bytes, start, limit);
      record.lines = 1;
    }
    return record;
  }
}

/** Records of a chunk of CSV. A record without quotes is found in one walk over its bytes, without a string or a copy. */
export class CsvCursor implements RecordCursor {
  line: number;
  bytes: Buffer;
  starts: Int32Array;
  ends: Int32Array;
  problem: string | null = null;
  readonly #chunk: Buffer;
  readonly #format: CsvFormat;
  readonly #width: number;
  #pos: number;
  #from = 0;
  #nextLine: number;
  #unquoted = Buffer.alloc(4096);
  #unquotedEnd = 0;

  /** @param body where records begin in the chunk. @param line on which they begin. */
  constructor(format: CsvFormat, chunk: Buffer, body: number, line: number) {
    this.#format = format;
    this.#chunk = chunk;
    this.bytes = chunk;
    this.#width = Math.min(MAX_FIELDS, format.header.length);
    this.starts = new Int32Array(this.#width + 1);
    this.ends = new Int32Array(this.#width + 1);
    this.#pos = body;
    this.line = this.#nextLine = line;
  }

  next(): boolean {
    const chunk = this.#chunk;
    const limit = chunk.length;
    while (this.#pos < limit && isBlank(chunk, this.#pos)) {
      this.#pos = endOfLine(chunk, this.#pos, limit);
      this.#nextLine++;
    }
    if (this.#pos >= limit) return false;
    this.line = this.#nextLine;
    this.#from = this.#pos;
    if (!this.#plain(chunk, limit)) this.#quoted(chunk, limit);
    return true;
  }

  raw(): string {
    return this.#chunk.toString('utf8', this.#from, this.#pos).replace(/\r?\n$/, '');
  }

  /** @returns false: there is a quote, nothing has been read. */
  #plain(chunk: Buffer, limit: number): boolean {
    const { starts, ends } = this;
    const delimiter = this.#format.delimiter;
    const width = this.#width;
    let pos = this.#from;
    let start = pos;
    let field = 0;
    for (; pos < limit; pos++) {
      const byte = chunk[pos]!;
      if (byte === delimiter) {
        if (field < width) {
          starts[field] = start;
          ends[field] = pos;
        }
        field++;
        start = pos + 1;
      } else if (byte === NEWLINE) break;
      else if (byte === QUOTE && pos === start) return false;
    }
    if (field < width) {
      starts[field] = start;
      ends[field] = pos > start && chunk[pos - 1] === RETURN ? pos - 1 : pos;
    }
    this.bytes = chunk;
    this.problem = field + 1 === width ? null : 'wrong_number_of_fields';
    this.#pos = Math.min(limit, pos + 1);
    this.#nextLine++;
    return true;
  }

  #quoted(chunk: Buffer, limit: number): void {
    let field = 0;
    this.#unquotedEnd = 0;
    const { end, lines, fields, broken } = this.#format.scan(chunk, this.#from, limit, true, (from, to, quoted) => {
      if (field >= this.#width) return;
      this.starts[field] = this.#unquotedEnd;
      this.#copy(chunk, from, to, quoted);
      this.ends[field++] = this.#unquotedEnd;
    });
    this.bytes = this.#unquoted;
    this.problem = broken ? 'broken_quotes' : fields === this.#width ? null : 'wrong_number_of_fields';
    this.#pos = end;
    this.#nextLine += lines;
  }

  #copy(chunk: Buffer, from: number, to: number, quoted: boolean): void {
    if (this.#unquotedEnd + to - from > this.#unquoted.length) {
      const grown = Buffer.alloc(2 * (this.#unquotedEnd + to - from));
      grown.set(this.#unquoted.subarray(0, this.#unquotedEnd));
      this.#unquoted = grown;
    }
    for (let pos = from; pos < to; pos++) {
      const byte = chunk[pos]!;
      this.#unquoted[this.#unquotedEnd++] = byte;
      if (quoted && byte === QUOTE && chunk[pos + 1] === QUOTE && pos + 1 < to) pos++;
    }
  }
}

function isBlank(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] === NEWLINE);
}
