import { HekanError } from '../../errors.ts';
import type { LimitUnit } from '../words.ts';
import { Zone } from './zones.ts';

/** A time limit (时限). Source: GB/T 30428.4, time limits of handling. */
export interface Limit {
  value: number;
  unit: LimitUnit;
}

/** Working days of one year, as the State Council announces them. */
export interface CalendarYear {
  year: number;
  /** Hours of a working day: "08:30-12:00", in order. */
  hours: readonly string[];
  /** YYYY-MM-DD, beside Saturdays and Sundays. */
  daysOff: readonly string[];
  /** Saturdays and Sundays on which people work. */
  makeUpDays: readonly string[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Working hours of a day as [from, to) in ms since its midnight. */
type Spans = readonly (readonly [from: number, to: number])[];

interface Year {
  spans: Spans;
  workMs: number;
  off: ReadonlySet<number>;
  makeUp: ReadonlySet<number>;
}

function wrong(year: number, field: string, given: string, expected: string): HekanError {
  return new HekanError(
    'bad_request',
    `calendar of ${year}: ${field}: expected ${expected}, got ${JSON.stringify(given)}`,
    {
      field: `calendar.${field}`,
      given,
    },
  );
}

function parseSpans({ year, hours }: CalendarYear): Spans {
  const spans = hours.map((text) => {
    const match = /^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
    const [from, to] = match
      ? [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])]
      : [0, 0];
    if (from >= to || to > 1440) throw wrong(year, 'hours', text, 'HH:MM-HH:MM, the first before the second');
    return [from * MINUTE_MS, to * MINUTE_MS] as const;
  });
  if (spans.length === 0) throw wrong(year, 'hours', '', 'at least one span');
  spans.forEach(([from], i) => {
    if (i > 0 && from < spans[i - 1]![1]) throw wrong(year, 'hours', hours[i]!, 'spans in order that do not overlap');
  });
  return spans;
}

/** Days since 1970 of a date. */
function parseDays(year: number, field: string, days: readonly string[]): Set<number> {
  return new Set(
    days.map((text) => {
      const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
      if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text || Number(text.slice(0, 4)) !== year)
        throw wrong(year, field, text, `a day YYYY-MM-DD of ${year}`);
      return at / DAY_MS;
    }),
  );
}

function toYear(given: CalendarYear): Year {
  const { year, daysOff, makeUpDays } = given;
  const spans = parseSpans(given);
  const off = parseDays(year, 'daysOff', daysOff);
  const makeUp = parseDays(year, 'makeUpDays', makeUpDays);
  for (const day of makeUp) {
    const text = new Date(day * DAY_MS).toISOString().slice(0, 10);
    if (off.has(day)) throw wrong(year, 'makeUpDays', text, 'a day that is not also a day off');
    if (!isWeekend(day)) throw wrong(year, 'makeUpDays', text, 'a Saturday or a Sunday');
  }
  return { spans, workMs: spans.reduce((sum, [from, to]) => sum + to - from, 0), off, makeUp };
}

/** 1970-01-01 was a Thursday. */
const isWeekend = (day: number): boolean => {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
};

/**
 * The city's clock for time limits. A working day of a limit is as many working hours as a working day has, so that a case filed at
 * three in the afternoon with one working day is due at three on the next one.
 */
export class WorkCalendar {
  readonly #zone: Zone;
  readonly #years: ReadonlyMap<number, Year>;

  /** @throws HekanError('bad_request') that names the year, the field and the value. */
  constructor(timeZone: string, years: readonly CalendarYear[]) {
    this.#zone = new Zone(timeZone);
    this.#years = new Map(years.map((year) => [year.year, toYear(year)]));
  }

  /**
   * When a limit that begins to run ends.
   * @throws HekanError('conflict') where the calendar ends before the limit does: a deadline is never guessed.
   */
  add(from: Date, { value, unit }: Limit): Date {
    const at = from.getTime();
    if (unit === 'urgent_hour') return new Date(at + Math.round(value * HOUR_MS));
    if (unit === 'calendar_day') return this.#toInstant(this.#toLocal(at) + Math.round(value * DAY_MS));
    return this.#walk(this.#toLocal(at), (workMs) => Math.round(value * (unit === 'working_day' ? workMs : HOUR_MS)));
  }

  /**
   * How much of a limit's clock runs between two instants, in the limit's unit; 0 where `to` is not after `from`.
   * @throws HekanError('conflict') where the calendar does not reach.
   */
  between(from: Date, to: Date, unit: LimitUnit): number {
    if (to <= from) return 0;
    if (unit === 'urgent_hour') return (to.getTime() - from.getTime()) / HOUR_MS;
    const [start, end] = [this.#toLocal(from.getTime()), this.#toLocal(to.getTime())];
    if (unit === 'calendar_day') return (end - start) / DAY_MS;
    let [workedMs, days] = [0, 0];
    for (let day = Math.floor(start / DAY_MS); day * DAY_MS < end; day++) {
      const year = this.#yearOf(day);
      const ofDay = this.#spansOf(day, year).reduce(
        (sum, [a, b]) => sum + Math.max(0, Math.min(end, day * DAY_MS + b) - Math.max(start, day * DAY_MS + a)),
        0,
      );
      workedMs += ofDay;
      days += ofDay / year.workMs;
    }
    return unit === 'working_day' ? days : workedMs / HOUR_MS;
  }

  /** Whether people work on a day YYYY-MM-DD. @throws HekanError('conflict') outside the calendar. */
  isWorkingDay(day: string): boolean {
    const number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
    return this.#spansOf(number, this.#yearOf(number)).length > 0;
  }

  /** Walks the working time from a local instant until an amount is used up. @param amountOf of a year whose working day has workMs. */
  #walk(start: number, amountOf: (workMs: number) => number): Date {
    let share = 0;
    for (let day = Math.floor(start / DAY_MS); ; day++) {
      const year = this.#yearOf(day);
      const amount = amountOf(year.workMs);
      for (const [from, to] of this.#spansOf(day, year)) {
        const begin = Math.max(start, day * DAY_MS + from);
        const here = day * DAY_MS + to - begin;
        if (here <= 0) continue;
        const left = Math.round(amount * (1 - share));
        if (left <= here) return this.#toInstant(begin + left);
        share += here / amount;
      }
    }
  }

  #spansOf(day: number, { spans, off, makeUp }: Year): Spans {
    return makeUp.has(day) || (!isWeekend(day) && !off.has(day)) ? spans : [];
  }

  #yearOf(day: number): Year {
    const number = new Date(day * DAY_MS).getUTCFullYear();
    const year = this.#years.get(number);
    if (!year)
      throw new HekanError(
        'conflict',
        `the working calendar has no year ${number}: enter it before limits reach into it`,
        {
          field: 'calendar',
          given: String(number),
        },
      );
    return year;
  }

  #toLocal(at: number): number {
    return at + this.#zone.offset(at);
  }

  #toInstant(local: number): Date {
    return new Date(this.#zone.instant(local).at);
  }
}
