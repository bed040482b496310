import { addDays } from './days.ts';
import type { Period, TimeUnit } from './facts.ts';

const two = (n: number) => String(n).padStart(2, '0');
const monday = (day: string) => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

/** The name of the unit that a day lies in, as the counts have it: 2026-11-24, 2026-11, 2026-Q4, 2026; a week by its Monday. */
export function unitOf(unit: Exclude<TimeUnit, 'hour'>, day: string): string {
  switch (unit) {
    case 'day':
      return day;
    case 'week':
      return monday(day);
    case 'month':
      return day.slice(0, 7);
    case 'quarter':
      return `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
    case 'year':
      return day.slice(0, 4);
  }
}

/** Every unit from a day to a day, in order, those without a case included. */
export function unitsBetween(unit: TimeUnit, from: string, to: string): string[] {
  const found: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (unit === 'hour') for (let hour = 0; hour < 24; hour++) found.push(`${day}T${two(hour)}`);
    else if (found.at(-1) !== unitOf(unit, day)) found.push(unitOf(unit, day));
  }
  return found;
}

const endOfMonth = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);

/** First and last day of a unit. */
export function daysOf(unit: TimeUnit, name: string): { from: string; to: string } {
  const year = Number(name.slice(0, 4));
  switch (unit) {
    case 'hour':
      return { from: name.slice(0, 10), to: name.slice(0, 10) };
    case 'day':
      return { from: name, to: name };
    case 'week':
      return { from: name, to: addDays(name, 6) };
    case 'month':
      return { from: `${name}-01`, to: endOfMonth(year, Number(name.slice(5, 7))) };
    case 'quarter': {
      const last = Number(name.slice(6)) * 3;
      return { from: `${name.slice(0, 4)}-${two(last - 2)}-01`, to: endOfMonth(year, last) };
    }
    case 'year':
      return { from: `${name}-01-01`, to: `${name}-12-31` };
  }
}

/** The part of a unit that lies in a period. */
export function clip(unit: { from: string; to: string }, { from, to }: Period): { from: string; to: string } {
  return {
    from: from !== null && from > unit.from ? from : unit.from,
    to: to !== null && to < unit.to ? to : unit.to,
  };
}

/** A day so many months before; the last of a month stays the last. */
function monthsBefore(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const total = year * 12 + month - 1 - months;
  const last = endOfMonth(Math.floor(total / 12), (total % 12) + 1);
  const isLast = endOfMonth(year, month) === day;
  return isLast || date > Number(last.slice(8)) ? last : `${last.slice(0, 8)}${two(date)}`;
}

/**
 * The period to compare with: yoy the same a year before; pop as long, just before. A period of whole months has whole months before it.
 */
export function periodBefore(compare: 'yoy' | 'pop', from: string, to: string): { from: string; to: string } {
  if (compare === 'yoy') return { from: monthsBefore(from, 12), to: monthsBefore(to, 12) };
  const whole = from.endsWith('-01') && addDays(to, 1).endsWith('-01');
  if (whole) {
    const months =
      (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1;
    return { from: monthsBefore(from, months), to: addDays(from, -1) };
  }
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  return { from: addDays(from, -days), to: addDays(from, -1) };
}
