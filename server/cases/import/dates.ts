import { Zone, type LocalInstant } from '../time/zones.ts';

/** Field of a date that a letter run of a format stands for, and the text that it takes. */
const TOKENS = new Map<string, { field: string; pattern: string }>([
  ['yyyy', { field: 'year', pattern: '\\d{4}' }],
  ['MM', { field: 'month', pattern: '\\d{2}' }],
  ['M', { field: 'month', pattern: '\\d{1,2}' }],
  ['MMM', { field: 'monthName', pattern: '[A-Za-z]{3}' }],
  ['dd', { field: 'day', pattern: '\\d{2}' }],
  ['d', { field: 'day', pattern: '\\d{1,2}' }],
  ['HH', { field: 'hour', pattern: '\\d{2}' }],
  ['H', { field: 'hour', pattern: '\\d{1,2}' }],
  ['hh', { field: 'hour12', pattern: '\\d{2}' }],
  ['h', { field: 'hour12', pattern: '\\d{1,2}' }],
  ['mm', { field: 'minute', pattern: '\\d{2}' }],
  ['m', { field: 'minute', pattern: '\\d{1,2}' }],
  ['ss', { field: 'second', pattern: '\\d{2}' }],
  ['s', { field: 'second', pattern: '\\d{1,2}' }],
  ['SSS', { field: 'fraction', pattern: '\\d{1,9}' }],
  ['a', { field: 'half', pattern: '[AaPp]\\.?[Mm]\\.?|上午|下午' }],
  ['XXX', { field: 'zone', pattern: 'Z|[+-]\\d{2}:?\\d{2}' }],
]);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** T or space, seconds and their fraction as given, zone or none, or the day alone. */
const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;

/** Text as a pattern that stands for itself. */
function literally(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

export class DateFormatError extends Error {}

/**
 * A format as a pattern.
 * @param format 'ISO', or letters as in Unicode's date patterns: yyyy MM M MMM dd d HH H hh h mm m ss s SSS a XXX, with anything
 *   else standing for itself; letters that stand for themselves go between single quotes.
 * @throws DateFormatError that names the letters it does not know, or what is missing.
 */
export function compileFormat(format: string): RegExp {
  if (format === 'ISO') return ISO;
  const fields: string[] = [];
  const pattern = format.replaceAll(/'([^']*)'|([A-Za-z])\2*|[\s\S]/g, (part: string, quoted: string | undefined) => {
    if (quoted !== undefined) return literally(quoted);
    if (!/^[A-Za-z]/.test(part)) return part === ' ' ? '\\s+' : literally(part);
    const token = TOKENS.get(part);
    if (!token) throw new DateFormatError(`${part} is not known (known: ISO, ${[...TOKENS.keys()].join(', ')})`);
    if (fields.includes(token.field)) throw new DateFormatError(`${part} says ${token.field} twice`);
    fields.push(token.field);
    return `(?<${token.field}>${token.pattern})`;
  });
  const lacks = ['year', 'day'].filter((field) => !fields.includes(field));
  if (!fields.includes('month') && !fields.includes('monthName')) lacks.push('month');
  if (fields.includes('hour12') && !fields.includes('half')) lacks.push('a (morning or afternoon)');
  if (lacks.length > 0) throw new DateFormatError(`lacks ${lacks.join(', ')}`);
  return new RegExp(`^${pattern}$`);
}

function hourOf(groups: Record<string, string | undefined>): number {
  if (groups['hour12'] === undefined) return Number(groups['hour'] ?? 0);
  const hour = Number(groups['hour12']);
  if (hour < 1 || hour > 12) return NaN;
  const afternoon = /^p|下午/i.test(groups['half'] ?? '');
  return (hour % 12) + (afternoon ? 12 : 0);
}

function monthOf(groups: Record<string, string | undefined>): number {
  if (groups['month'] !== undefined) return Number(groups['month']);
  return MONTHS.indexOf((groups['monthName'] ?? '').toLowerCase()) + 1;
}

/** The wall-clock time as if it were UTC, in ms; NaN where there is no such day or hour. */
function localMs(groups: Record<string, string | undefined>): number {
  const [year, month, day] = [Number(groups['year']), monthOf(groups), Number(groups['day'])];
  const [hour, minute, second] = [hourOf(groups), Number(groups['minute'] ?? 0), Number(groups['second'] ?? 0)];
  const ms = Math.floor(Number(`0.${groups['fraction'] ?? '0'}`) * 1000);
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR && hour < 24 && minute < 60 && second < 60)) return NaN;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const read = new Date(local);
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === day ? local : NaN;
}

function zoneOffsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/**
 * Makes a reader of dates: the first of the formats that fits wins.
 * @param timeZone IANA name, for dates that carry no zone.
 * @returns a function from text to the instant, null where no format fits or there is no such time (31 February, 13 PM, a year
 *   before 1900).
 * @throws DateFormatError, RangeError (zone).
 */
export function dateReader(formats: readonly string[], timeZone: string): (text: string) => LocalInstant | null {
  const zone = new Zone(timeZone);
  const patterns = formats.map(compileFormat);
  return (text) => {
    for (const pattern of patterns) {
      const groups = pattern.exec(text)?.groups;
      if (!groups) continue;
      const local = localMs(groups);
      if (Number.isNaN(local)) continue;
      const given = groups['zone'];
      return given ? { at: local - zoneOffsetMs(given), later: null, skipped: false } : zone.instant(local);
    }
    return null;
  };
}
