/** A layer's table of attribute values: each distinct value once, in order of first use, written as it comes. */
import { Writer, writeVarint } from './writer.ts';

/** How an attribute is written. `uint` and `sint` are safe integers (sint may be negative). */
export type ColumnType = 'uint' | 'sint' | 'double' | 'string' | 'bool';

/** Unsigned integers below this find their index in a flat table; above it, in a Map. Counts are nearly always below. */
export const SMALL = 4096;

// Value messages of the MVT 2.1 schema: field number << 3 | wire type
const VALUE = 0x22; // Layer.values, field 4, length-delimited
const STRING = 0x0a;
const DOUBLE = 0x19;
const UINT = 0x28;
const SINT = 0x30;
const BOOL = 0x38;

/** An integer from a number or from the decimal text that pg gives for int8; NaN when it is neither or not safe. */
export function toSafeInteger(value: unknown): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : NaN;
  return typeof value === 'string' ? parseDigits(value) : NaN;
}

/** Digit by digit: half the time of a regular expression and Number(). Sixteen digits hold 2^53 - 1. */
function parseDigits(text: string): number {
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  const digits = text.length - start;
  if (digits < 1 || digits > 16) return NaN;
  let value = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return NaN;
  return start === 1 ? -value : value;
}

/** The values of one layer. Indices count from 0; the `small` table keeps index + 1, 0 for none. Reused from layer to layer. */
export class ValueTable {
  readonly out = new Writer();
  readonly small = new Int32Array(SMALL);
  private readonly uints = new Map<number, number>();
  private readonly sints = new Map<number, number>();
  private readonly doubles = new Map<number, number>();
  private readonly strings = new Map<string, number>();
  private readonly bools: [no: number, yes: number] = [-1, -1];
  private size = 0;

  clear(): void {
    this.out.pos = 0;
    this.small.fill(0);
    for (const map of [this.uints, this.sints, this.doubles, this.strings]) map.clear();
    this.bools.fill(-1);
    this.size = 0;
  }

  /** The index of a value, given the column's type; -1 when the value is not of that type. */
  index(type: ColumnType, value: unknown): number {
    switch (type) {
      case 'uint':
        return this.uint(value);
      case 'sint':
        return this.sint(value);
      case 'double':
        return this.double(value);
      case 'string':
        return this.string(value);
      case 'bool':
        return this.bool(value);
    }
  }

  private uint(raw: unknown): number {
    const value = toSafeInteger(raw);
    if (!(value >= 0)) return -1;
    const known = value < SMALL ? this.small[value]! - 1 : (this.uints.get(value) ?? -1);
    if (known >= 0) return known;
    this.varintValue(UINT, value);
    if (value < SMALL) this.small[value] = this.size + 1;
    else this.uints.set(value, this.size);
    return this.size++;
  }

  private sint(raw: unknown): number {
    const value = toSafeInteger(raw);
    if (Number.isNaN(value)) return -1;
    const known = this.sints.get(value);
    if (known !== undefined) return known;
    this.sintValue(value);
    this.sints.set(value, this.size);
    return this.size++;
  }

  private double(raw: unknown): number {
    if (typeof raw !== 'number' || !Number.isFinite(raw)) return -1;
    const value = raw + 0; // -0 is 0: a Map takes them for one, so the bytes must be one
    const known = this.doubles.get(value);
    if (known !== undefined) return known;
    for (const byte of [VALUE, 9, DOUBLE]) this.out.byte(byte);
    this.out.double(value);
    this.doubles.set(value, this.size);
    return this.size++;
  }

  private string(value: unknown): number {
    if (typeof value !== 'string') return -1;
    const known = this.strings.get(value);
    if (known !== undefined) return known;
    this.stringValue(value);
    this.strings.set(value, this.size);
    return this.size++;
  }

  private bool(value: unknown): number {
    if (typeof value !== 'boolean') return -1;
    const at = value ? 1 : 0;
    if (this.bools[at] < 0) {
      this.varintValue(BOOL, at);
      this.bools[at] = this.size++;
    }
    return this.bools[at];
  }

  private varintValue(tag: number, value: number): void {
    const { out } = this;
    out.reserve(11);
    out.buf[out.pos] = VALUE;
    out.buf[out.pos + 2] = tag;
    const end = writeVarint(out.buf, out.pos + 3, value);
    out.buf[out.pos + 1] = end - out.pos - 2;
    out.pos = end;
  }

  private sintValue(value: number): void {
    const zigzag = value < 0 ? -2 * value - 1 : 2 * value;
    if (Number.isSafeInteger(zigzag)) {
      this.varintValue(SINT, zigzag);
      return;
    }
    // 54 bits: the low 7 are written apart, because a number cannot hold them all
    const big = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
    const { out } = this;
    out.reserve(12);
    out.buf.set([VALUE, 9, SINT, Number(big & 127n) | 0x80], out.pos);
    out.pos = writeVarint(out.buf, out.pos + 4, Number(big >> 7n));
  }

  private stringValue(text: string): void {
    const { out } = this;
    out.reserve(3);
    out.buf[out.pos] = VALUE;
    out.buf[out.pos + 2] = STRING;
    const body = out.pos + 2;
    out.pos += 3;
    out.string(text);
    out.close(body);
  }
}
