import { HekanError } from '../errors.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
/** A record may be this long; a file that has a longer one is of another kind. */
const MAX_RECORD_BYTES = 16_000_000;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** How a file is made of records. */
export interface RecordFormat {
  /** Reads what stands before the first record.
   * @returns the position behind it; -1: more bytes are needed. @param whole no more will come. */
  begin(bytes: Buffer, whole: boolean): number;
  /** @returns the position behind the record that begins at `start`; -1: more bytes are needed. */
  endOf(bytes: Buffer, start: number, whole: boolean): number;
}

/** Whole records, one after the other as they stand in the file. */
export interface Chunk {
  /** From 0. */
  number: number;
  /** With the header, in the first. */
  bytes: Buffer;
  /** Where the first record begins. */
  body: number;
  /** Line of the file on which `bytes` begin, 1 = the first. */
  firstLine: number;
  /** Lines before `body`. */
  bodyLines: number;
}

/** Ends of lines in a run of bytes. */
export function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/**
 * Cuts a file into chunks of whole records: each ends with the first record that reaches `size` bytes, however the file is read, so
 * the same file gives the same chunks.
 * @param name of the file, for messages.
 * @throws HekanError('too_large') for a record of more than 16 MB.
 */
export async function* cutChunks(
  pieces: AsyncIterable<Buffer>,
  size: number,
  format: RecordFormat,
  name: string,
): AsyncGenerator<Chunk> {
  const cutter = new Cutter(size, format, name);
  for await (const piece of pieces) {
    cutter.append(piece);
    for (let chunk = cutter.take(false); chunk; chunk = cutter.take(false)) yield chunk;
  }
  for (let chunk = cutter.take(true); chunk; chunk = cutter.take(true)) yield chunk;
}

class Cutter {
  readonly #size: number;
  readonly #format: RecordFormat;
  readonly #name: string;
  #buffer: Buffer;
  #length = 0;
  /** Records up to here are whole; -1: the header is not read yet. */
  #scanned = -1;
  #body = 0;
  #number = 0;
  #line = 1;
  #begun = false;

  constructor(size: number, format: RecordFormat, name: string) {
    this.#size = size;
    this.#format = format;
    this.#name = name;
    this.#buffer = Buffer.allocUnsafe(size + (1 << 20));
  }

  append(piece: Buffer): void {
    const room = this.#length + piece.length;
    if (room > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(room, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    piece.copy(this.#buffer, this.#length);
    this.#length += piece.length;
  }

  /** The next chunk, where there is enough for one. */
  take(whole: boolean): Chunk | null {
    if (this.#length === 0 || (!whole && this.#length < this.#size)) return null;
    let end = this.#boundary(this.#buffer.subarray(0, this.#length), whole);
    if (end < 0 && whole) end = this.#length;
    if (end < 0) {
      if (this.#length > this.#size + MAX_RECORD_BYTES)
        throw new HekanError('too_large', `${this.#name}: a record of more than ${MAX_RECORD_BYTES / 1e6} MB`, {
          field: 'file',
          given: this.#name,
        });
      return null;
    }
    const bytes = this.#buffer.subarray(0, end);
    const body = this.#body;
    const chunk = {
      number: this.#number++,
      bytes,
      body,
      bodyLines: countLines(bytes.subarray(0, body)),
      firstLine: this.#line,
    };
    this.#line += countLines(bytes);
    const rest = this.#buffer.subarray(end, this.#length);
    this.#buffer = Buffer.allocUnsafe(Math.max(this.#size + (1 << 20), rest.length));
    this.#length = rest.copy(this.#buffer);
    this.#scanned = 0;
    this.#body = 0;
    return chunk;
  }

  #boundary(bytes: Buffer, whole: boolean): number {
    if (!this.#begun && !this.#begin(bytes, whole)) return -1;
    if (bytes.length < this.#size) return -1;
    if (this.#scanned >= this.#size) return this.#scanned;
    // Where no quote stands before it, the end of a line is the end of a record.
    const line = bytes.indexOf(NEWLINE, this.#size - 1);
    if (line >= 0 && !bytes.subarray(0, line).includes(QUOTE)) return line + 1;
    while (this.#scanned < this.#size) {
      const end = this.#format.endOf(bytes, this.#scanned, whole);
      if (end < 0) return -1;
      this.#scanned = end;
    }
    return this.#scanned;
  }

  #begin(bytes: Buffer, whole: boolean): boolean {
    const skip = bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
    const header = this.#format.begin(bytes.subarray(skip), whole);
    if (header < 0) return false;
    this.#body = this.#scanned = header + skip;
    this.#begun = true;
    return true;
  }
}
