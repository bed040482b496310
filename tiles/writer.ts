/** A growable run of bytes, and the few protobuf primitives that a vector tile needs. */

const utf8 = new TextEncoder();

/** Bytes being written. `buf` and `pos` are open so that a hot loop can hold them in locals: it reserves once, writes, and
 * puts `pos` back. */
export class Writer {
  buf: Uint8Array;
  pos = 0;

  constructor(capacity = 65536) {
    this.buf = new Uint8Array(capacity);
  }

  /** Makes room for `count` bytes more; `buf` may be another array afterwards. */
  reserve(count: number): void {
    const need = this.pos + count;
    if (need <= this.buf.length) return;
    const grown = new Uint8Array(Math.max(need, this.buf.length * 2));
    grown.set(this.buf.subarray(0, this.pos));
    this.buf = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buf[this.pos++] = value;
  }

  /** @param value an integer 0..2^53 - 1 */
  varint(value: number): void {
    this.reserve(8);
    this.pos = writeVarint(this.buf, this.pos, value);
  }

  double(value: number): void {
    this.reserve(8);
    new DataView(this.buf.buffer).setFloat64(this.pos, value, true);
    this.pos += 8;
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length);
    this.buf.set(source, this.pos);
    this.pos += source.length;
  }

  /** closeMessage on this writer. */
  close(body: number): void {
    this.reserve(8);
    this.pos = closeMessage(this.buf, body, this.pos);
  }

  /** Length and UTF-8 of a string. Short plain ASCII is copied here; the rest is TextEncoder's (measured: 62 ns
   * against 89 for 16 characters, 156 against 93 for 32). A lone surrogate becomes U+FFFD. */
  string(text: string): void {
    const length = text.length;
    if (length <= 24) {
      this.reserve(length + 1);
      const { buf, pos } = this;
      buf[pos] = length;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        buf[pos + 1 + i] = code;
      }
      if (i === length) {
        this.pos = pos + 1 + length;
        return;
      }
    }
    this.encoded(text);
  }

  private encoded(text: string): void {
    this.reserve(text.length * 3 + 8);
    // room for the longest length prefix that this text can need; moved down when it needs less
    const start = this.pos;
    const room = varintSize(text.length * 3);
    const { written } = utf8.encodeInto(text, this.buf.subarray(start + room));
    const used = varintSize(written);
    if (used < room) this.buf.copyWithin(start + used, start + room, start + room + written);
    writeVarint(this.buf, start, written);
    this.pos = start + used + written;
  }
}

/** Writes an integer 0..2^53 - 1 at `pos`; room is the caller's. Returns the position behind it. */
export function writeVarint(buf: Uint8Array, pos: number, value: number): number {
  while (value > 0x7fffffff) {
    buf[pos++] = (value % 128) | 0x80;
    value = Math.floor(value / 128);
  }
  while (value > 127) {
    buf[pos++] = (value & 127) | 0x80;
    value >>>= 7;
  }
  buf[pos++] = value;
  return pos;
}

/** Ends the message buf[body..pos), whose one length byte was left free before `body`: fills it in, and moves the message up
 * when its length needs more than one. Room is the caller's. Returns the position behind the message. */
export function closeMessage(buf: Uint8Array, body: number, pos: number): number {
  const length = pos - body;
  if (length < 128) {
    buf[body - 1] = length;
    return pos;
  }
  const extra = varintSize(length) - 1;
  buf.copyWithin(body + extra, body, pos);
  writeVarint(buf, body - 1, length);
  return pos + extra;
}

/** Bytes that writeVarint needs. */
export function varintSize(value: number): number {
  let size = 1;
  while (value > 127) {
    value = Math.floor(value / 128);
    size++;
  }
  return size;
}
