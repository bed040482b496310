/** The binary format of COPY: https://www.postgresql.org/docs/15/sql-copy.html */

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of an extension that nobody uses. */
export const COPY_HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/** Rows being written for COPY. `buffer`, `view` and `pos` are open so that a hot loop can hold them in locals. */
export class CopyRows {
  buffer: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  pos = 0;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(Math.max(64, capacity));
    this.view = new DataView(this.buffer.buffer);
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.pos + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.pos + count, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.pos));
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Begins a row. @param fields how many follow. */
  row(fields: number): void {
    this.reserve(2);
    this.view.setInt16(this.pos, fields);
    this.pos += 2;
  }

  int2(value: number): void {
    this.reserve(6);
    this.view.setInt32(this.pos, 2);
    this.view.setInt16(this.pos + 4, value);
    this.pos += 6;
  }

  int4(value: number): void {
    this.reserve(8);
    this.view.setInt32(this.pos, 4);
    this.view.setInt32(this.pos + 4, value);
    this.pos += 8;
  }

  /** @param value an integer 0..2^53 - 1. */
  int8(value: number): void {
    this.reserve(12);
    this.view.setInt32(this.pos, 8);
    this.view.setInt32(this.pos + 4, Math.floor(value / 2 ** 32));
    this.view.setUint32(this.pos + 8, value >>> 0);
    this.pos += 12;
  }

  bytes(value: Uint8Array): void {
    this.reserve(4 + value.length);
    this.view.setInt32(this.pos, value.length);
    this.buffer.set(value, this.pos + 4);
    this.pos += 4 + value.length;
  }

  /** All that COPY is to be sent, in parts that a socket can take. */
  *parts(size = 1 << 18): Generator<Uint8Array> {
    yield COPY_HEADER;
    for (let at = 0; at < this.pos; at += size) yield this.buffer.subarray(at, Math.min(this.pos, at + size));
    yield COPY_TRAILER;
  }
}

/**
 * Reads what `copy … to stdout (format binary)` writes.
 * @param stream pieces, cut anywhere.
 * @param fields of each row.
 * @param take gets each row: the bytes, and where each field begins and ends in them (begin -1: null). Only until it returns.
 */
export async function readCopyRows(
  stream: AsyncIterable<Buffer>,
  fields: number,
  take: (bytes: Buffer, starts: Int32Array, ends: Int32Array) => void,
): Promise<void> {
  const starts = new Int32Array(fields);
  const ends = new Int32Array(fields);
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const piece of stream) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let pos = 0;
    if (!begun) {
      if (bytes.length < COPY_HEADER.length) {
        rest = bytes;
        continue;
      }
      begun = true;
      pos = COPY_HEADER.length;
    }
    for (let end = endOfRow(bytes, pos, starts, ends); end > 0; end = endOfRow(bytes, pos, starts, ends)) {
      take(bytes, starts, ends);
      pos = end;
    }
    rest = bytes.subarray(pos);
  }
}

/** @returns the position behind the row; 0: it is not whole, or it is the trailer. */
function endOfRow(bytes: Buffer, from: number, starts: Int32Array, ends: Int32Array): number {
  let pos = from + 2;
  if (pos > bytes.length || bytes.readInt16BE(from) < 0) return 0;
  for (let i = 0; i < starts.length; i++) {
    if (pos + 4 > bytes.length) return 0;
    const length = bytes.readInt32BE(pos);
    pos += 4;
    starts[i] = length < 0 ? -1 : pos;
    if (length > 0) pos += length;
    ends[i] = pos;
  }
  return pos <= bytes.length ? pos : 0;
}
