/** Days as they stand in files, read from bytes: how many days after 2000-01-01, as PostgreSQL counts. */

const ZERO = 0x30;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Digits of a field of a format: at least and at most. */
const TOKENS = new Map<string, [field: 'year' | 'month' | 'day' | 'skip', min: number, max: number]>([
  ['yyyy', ['year', 4, 4]],
  ['MM', ['month', 2, 2]],
  ['M', ['month', 1, 2]],
  ['dd', ['day', 2, 2]],
  ['d', ['day', 1, 2]],
  ['HH', ['skip', 2, 2]],
  ['H', ['skip', 1, 2]],
  ['mm', ['skip', 2, 2]],
  ['m', ['skip', 1, 2]],
  ['ss', ['skip', 2, 2]],
  ['s', ['skip', 1, 2]],
  ['SSS', ['skip', 1, 9]],
]);

type Step = { field: 'year' | 'month' | 'day' | 'skip'; min: number; max: number } | { literal: number };

export class DayFormatError extends Error {}

/** Days from 2000-01-01 to a day of the Gregorian calendar; NaN where there is none, or its year is not 1900 to 2200. */
export function dayNumber(year: number, month: number, day: number): number {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR && month >= 1 && month <= 12 && day >= 1)) return NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > LENGTHS[month - 1]! + (month === 2 && leap ? 1 : 0)) return NaN;
  // Years from March: the leap day is a year's last.
  const y = month > 2 ? year : year - 1;
  const days = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + days + Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 730_426;
}

/** `2024-02-29` of a day number. */
export function dayText(days: number): string {
  return new Date(Date.UTC(2000, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
}

function compile(format: string): Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const parts = format.matchAll(/'([^']*)'|([A-Za-z])\2*|[\s\S]/g);
  for (const [part, quoted] of parts) {
    const literal = quoted ?? (/^[A-Za-z]/.test(part) ? null : part);
    if (literal !== null) {
      for (const byte of Buffer.from(literal)) steps.push({ literal: byte });
      continue;
    }
    const token = TOKENS.get(part);
    if (!token) throw new DayFormatError(`${part} is not known (known: ISO, ${[...TOKENS.keys()].join(', ')})`);
    const [field, min, max] = token;
    if (field !== 'skip' && seen.has(field)) throw new DayFormatError(`${part} says ${field} twice`);
    seen.add(field);
    steps.push({ field, min, max });
  }
  const lacks = ['year', 'month', 'day'].filter((field) => !seen.has(field));
  if (lacks.length > 0) throw new DayFormatError(`lacks ${lacks.join(', ')}`);
  return steps;
}

/** Reads a day from bytes; NaN where there is none. */
export type DayReader = (bytes: Uint8Array, start: number, end: number) => number;

function formatReader(steps: readonly Step[]): DayReader {
  const read = { year: 0, month: 0, day: 0, skip: 0 };
  return (bytes, start, end) => {
    let pos = start;
    for (const step of steps) {
      if ('literal' in step) {
        if (pos >= end || bytes[pos++] !== step.literal) return NaN;
        continue;
      }
      let value = 0;
      let digits = 0;
      for (; digits < step.max && pos < end; digits++, pos++) {
        const digit = bytes[pos]! - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (digits < step.min) return NaN;
      read[step.field] = value;
    }
    return pos === end ? dayNumber(read.year, read.month, read.day) : NaN;
  };
}

const DAY_ALONE = formatReader(compile('yyyy-MM-dd'));
const DAY_BYTES = 10;

/** yyyy-MM-dd, alone or with a time behind it, of which nothing is read: the day is the one that is written. */
const readIso: DayReader = (bytes, start, end) => {
  const whole = end - start === DAY_BYTES;
  if (!whole) {
    const next = bytes[start + DAY_BYTES];
    const isTime = end - start > DAY_BYTES && (next === 0x54 || next === 0x20);
    const digit = (bytes[start + DAY_BYTES + 1] ?? 0) - ZERO;
    if (!isTime || digit < 0 || digit > 2) return NaN;
  }
  return DAY_ALONE(bytes, start, start + DAY_BYTES);
};

/**
 * A reader of days: the first of the formats that fits wins.
 * @param formats 'ISO', or made of yyyy MM M dd d HH H mm m ss s SSS and what stands for itself (letters between single quotes).
 * @throws DayFormatError that names the letters it does not know, or what is missing.
 */
export function dayReader(formats: readonly string[]): DayReader {
  const readers = formats.map((format) => (format === 'ISO' ? readIso : formatReader(compile(format))));
  const [first = readIso] = readers;
  if (readers.length === 1) return first;
  return (bytes, start, end) => {
    for (const read of readers) {
      const day = read(bytes, start, end);
      if (!Number.isNaN(day)) return day;
    }
    return NaN;
  };
}
