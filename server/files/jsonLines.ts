import { isUtf8 } from 'node:buffer';
import type { RecordFormat } from './chunks.ts';
import type { RecordCursor } from './cursor.ts';

const NEWLINE = 0x0a;
const utf8 = new TextEncoder();

/** JSON Lines: an object a line. */
export const JSON_LINES: RecordFormat = {
  begin: () => 0,
  endOf(bytes, start, whole) {
    const at = bytes.indexOf(NEWLINE, start);
    return at >= 0 ? at + 1 : whole ? bytes.length : -1;
  },
};

/** A value as the text of a field; null: it is none. A number that JSON readers cannot keep exact is no text either. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value);
  return typeof value === 'boolean' ? String(value) : null;
}

/** Records of a chunk of JSON Lines: the fields are the properties asked for, in that order. */
export class JsonCursor implements RecordCursor {
  line: number;
  bytes = Buffer.alloc(4096);
  starts: Int32Array;
  ends: Int32Array;
  problem: string | null = null;
  readonly #chunk: Buffer;
  readonly #names: readonly string[];
  #pos: number;
  #from = 0;
  #to = 0;

  constructor(names: readonly string[], chunk: Buffer, body: number, line: number) {
    this.#names = names;
    this.#chunk = chunk;
    this.#pos = body;
    this.line = line - 1;
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
  }

  next(): boolean {
    while (this.#pos < this.#chunk.length) {
      const at = this.#chunk.indexOf(NEWLINE, this.#pos);
      this.#from = this.#pos;
      this.#to = at < 0 ? this.#chunk.length : at;
      this.#pos = this.#to + 1;
      this.line++;
      const text = this.raw();
      if (text === '') continue;
      this.problem = this.#read(text);
      return true;
    }
    return false;
  }

  raw(): string {
    return this.#chunk.toString('utf8', this.#from, this.#to).trim();
  }

  #read(text: string): string | null {
    if (!isUtf8(this.#chunk.subarray(this.#from, this.#to))) return 'not_utf8';
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return 'bad_json';
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
    const properties = new Map(Object.entries(value));
    let end = 0;
    for (const [i, name] of this.#names.entries()) {
      const field = textOf(properties.get(name));
      if (field === null) return 'not_a_text';
      this.starts[i] = end;
      end = this.#write(field, end);
      this.ends[i] = end;
    }
    return null;
  }

  #write(text: string, at: number): number {
    const need = at + text.length * 3;
    if (need > this.bytes.length) {
      const grown = Buffer.alloc(need * 2);
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
    }
    return at + utf8.encodeInto(text, this.bytes.subarray(at)).written;
  }
}
