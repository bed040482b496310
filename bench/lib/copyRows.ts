/** Rows of `record` in PostgreSQL's binary COPY format, made without an object a row. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const KEY_DIGITS = 10;
/** Ten digits and 56 bytes of fields, lengths and their count. */
const ROW_BYTES = 2 + 12 + 4 * 8 + 6 + 4 + KEY_DIGITS;
const CHUNK_ROWS = 16_384;
/** PostgreSQL counts days from here. */
const EPOCH_DAY = Math.floor(Date.UTC(2000, 0, 1) / 86_400_000);

/** Columns in the order of the rows. */
export const RECORD_COPY = 'cell, n, generation_id, day, batch, class, key';

export interface CopyRow {
  /** Halves of the cell; both null: not located. */
  cellHigh: number;
  cellLow: number;
  n: number;
  located: boolean;
  /** Days since 1970. */
  day: number;
  key: number;
}

/** Collects rows of one generation and class into buffers. */
export class CopyBuffer {
  readonly #generation: number;
  readonly #class: number;
  #buffer = Buffer.allocUnsafe(CHUNK_ROWS * ROW_BYTES);
  #pos = 0;
  readonly row: CopyRow = { cellHigh: 0, cellLow: 0, n: 0, located: true, day: 0, key: 0 };

  constructor(generation: number, classIndex: number) {
    this.#generation = generation;
    this.#class = classIndex;
  }

  static header(): Buffer {
    return HEADER;
  }

  static trailer(): Buffer {
    return Buffer.from([0xff, 0xff]);
  }

  /** Writes `row`. @returns a full buffer to be sent, or null. */
  push(): Buffer | null {
    const b = this.#buffer;
    const { row } = this;
    let pos = this.#pos;
    const int = (value: number) => {
      b.writeInt32BE(4, pos);
      b.writeInt32BE(value, pos + 4);
      pos += 8;
    };
    b.writeInt16BE(7, pos);
    pos += 2;
    if (row.located) {
      b.writeInt32BE(8, pos);
      b.writeUInt32BE(row.cellHigh, pos + 4);
      b.writeUInt32BE(row.cellLow, pos + 8);
      pos += 12;
      int(row.n);
    } else {
      b.writeInt32BE(-1, pos);
      b.writeInt32BE(-1, pos + 4);
      pos += 8;
    }
    int(this.#generation);
    int(row.day - EPOCH_DAY);
    int(0);
    b.writeInt32BE(2, pos);
    b.writeInt16BE(this.#class, pos + 4);
    b.writeInt32BE(KEY_DIGITS, pos + 6);
    pos += 10;
    let rest = row.key;
    for (let i = KEY_DIGITS - 1; i >= 0; i--) {
      b[pos + i] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#pos = pos + KEY_DIGITS;
    return this.#pos > b.length - ROW_BYTES ? this.take() : null;
  }

  /** What has been written. */
  take(): Buffer {
    const full = this.#buffer.subarray(0, this.#pos);
    this.#buffer = Buffer.allocUnsafe(CHUNK_ROWS * ROW_BYTES);
    this.#pos = 0;
    return full;
  }
}
