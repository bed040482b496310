import { isUtf8 } from 'node:buffer';
import { CLASSES } from '../../api/shapes.ts';
import { fieldText, type RecordCursor } from '../../files/index.ts';
import { dayReader, type DayReader } from './days.ts';
import type { RecordMapping } from './mapping.ts';
import type { PlaceIndex } from './placeIndex.ts';
import { NO_PLACE, type RecordRows } from './rows.ts';
import type { LostCodes } from './lostCodes.ts';
import type { TextPlaces } from './textPlaces.ts';

const SPACE = 0x20;
const TAB = 0x09;
const MAX_KEY_BYTES = 500;

/** Which field of a cursor is what. */
export interface FieldNumbers {
  key: number;
  address: number;
  day: number;
  /** -1: every record is of one class. */
  class: number;
}

/** What is wrong with a row. */
export interface RecordProblem {
  reason: string;
  field: string;
  value: string;
}

/** Reads records by a mapping: straight from bytes, a string is made only for a class's word and for what is rejected. */
export class RecordReader {
  readonly #mapping: RecordMapping;
  readonly #places: PlaceIndex;
  readonly #lost: LostCodes;
  readonly #texts: TextPlaces | null;
  readonly #dayOf: DayReader;
  /** Class by word, the word as Latin-1 reading of its UTF-8. */
  readonly #words = new Map<string, number>();
  readonly #constant: number;
  readonly #otherwise: number;

  /** @param texts for a mapping whose place is an address as it is written; null: none is located. */
  constructor(mapping: RecordMapping, places: PlaceIndex, lost: LostCodes, texts: TextPlaces | null = null) {
    this.#mapping = mapping;
    this.#places = places;
    this.#lost = lost;
    this.#texts = texts;
    this.#dayOf = dayReader(mapping.dayFormats);
    const given = mapping.class;
    this.#constant = typeof given === 'string' ? CLASSES.indexOf(given) : -1;
    this.#otherwise = typeof given === 'string' || given.unknown === 'reject' ? -1 : CLASSES.indexOf(given.unknown);
    if (typeof given !== 'string')
      for (const [word, name] of Object.entries(given.words))
        this.#words.set(Buffer.from(word.trim()).toString('latin1'), CLASSES.indexOf(name));
  }

  /** Takes the cursor's record. @returns null, or why it cannot be taken. */
  take(cursor: RecordCursor, fields: FieldNumbers, rows: RecordRows): RecordProblem | null {
    if (cursor.problem !== null) return { reason: cursor.problem, field: '', value: '' };
    const { bytes, starts, ends } = cursor;
    const keyStart = skipSpace(bytes, starts[fields.key]!, ends[fields.key]!);
    const keyEnd = cutSpace(bytes, keyStart, ends[fields.key]!);
    if (keyStart === keyEnd) return { reason: 'missing_key', field: 'key', value: '' };
    if (!isText(bytes, keyStart, keyEnd)) return this.#wrong('strange_key', 'key', cursor, fields.key);
    if (keyEnd - keyStart > MAX_KEY_BYTES) return this.#wrong('key_too_long', 'key', cursor, fields.key);
    const dayStart = skipSpace(bytes, starts[fields.day]!, ends[fields.day]!);
    const dayEnd = cutSpace(bytes, dayStart, ends[fields.day]!);
    if (dayStart === dayEnd) return { reason: 'missing_day', field: 'day', value: '' };
    const day = this.#dayOf(bytes, dayStart, dayEnd);
    if (Number.isNaN(day)) return this.#wrong('unreadable_day', 'day', cursor, fields.day);
    const classIndex =
      fields.class < 0 ? this.#constant : this.#classOf(bytes, starts[fields.class]!, ends[fields.class]!);
    if (classIndex < 0) return this.#wrong('unknown_class', 'class', cursor, fields.class);
    const key = { start: keyStart, end: keyEnd };
    const place = this.#placeOf(bytes, starts[fields.address]!, ends[fields.address]!, key);
    rows.add(place, classIndex, day, bytes, keyStart, keyEnd);
    return null;
  }

  #placeOf(bytes: Buffer, from: number, to: number, key: { start: number; end: number }): number {
    const start = skipSpace(bytes, from, to);
    const end = cutSpace(bytes, start, to);
    if (start === end) {
      this.#lost.noCode++;
      return NO_PLACE;
    }
    const place = this.#find(bytes, start, end, key);
    if (place >= 0) return place;
    this.#lost.add(bytes, start, end);
    return NO_PLACE;
  }

  #find(bytes: Buffer, start: number, end: number, key: { start: number; end: number }): number {
    const { code, place } = this.#mapping.columns;
    if (code !== undefined) return this.#places.findCode(bytes, start, end);
    if (place !== undefined) return this.#places.findId(bytes, start, end);
    return (
      this.#texts?.find(bytes.toString('utf8', start, end), bytes.toString('utf8', key.start, key.end)) ?? NO_PLACE
    );
  }

  #classOf(bytes: Buffer, from: number, to: number): number {
    const start = skipSpace(bytes, from, to);
    return this.#words.get(bytes.toString('latin1', start, cutSpace(bytes, start, to))) ?? this.#otherwise;
  }

  #wrong(reason: string, field: string, cursor: RecordCursor, number: number): RecordProblem {
    return { reason, field, value: fieldText(cursor, number) };
  }
}

function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && (bytes[start] === SPACE || bytes[start] === TAB)) start++;
  return start;
}

function cutSpace(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--;
  return end;
}

/** UTF-8 without zero bytes: what PostgreSQL takes as text. */
function isText(bytes: Uint8Array, start: number, end: number): boolean {
  let high = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0) return false;
    high |= byte;
  }
  return high < 128 || isUtf8(bytes.subarray(start, end));
}
