import type { TallyGrain } from '../cases/index.ts';
import { addDays, daysBetween } from './days.ts';

/** Rows of the tally of one grain, from a day to the day before another; null: without an end. Sign -1: to be taken away. */
export interface Span {
  grain: TallyGrain;
  from: string | null;
  before: string | null;
  sign: 1 | -1;
}

const monthOf = (day: string) => `${day.slice(0, 8)}01`;
const nextMonth = (day: string) => monthOf(addDays(monthOf(day), 31));

/**
 * A period as few rows of the tally: whole months, and at its ends the days of a month or what the month has beside them,
 * whichever is less.
 * @param from first day. @param to last day. null: without an end.
 */
export function planSpans(from: string | null, to: string | null): Span[] {
  if (from !== null && to !== null && monthOf(from) === monthOf(to))
    return [{ grain: 'day', from, before: addDays(to, 1), sign: 1 }];
  const spans: Span[] = [];
  let [first, before] = [from, to === null ? null : addDays(to, 1)];
  if (from !== null && from !== monthOf(from)) {
    const [start, end] = [monthOf(from), nextMonth(from)];
    const cut = daysBetween(start, from) - 1 <= daysBetween(from, end) - 1;
    first = cut ? start : end;
    spans.push(cut ? day(start, from, -1) : day(from, end, 1));
  }
  if (before !== null && before !== monthOf(before)) {
    const [start, end] = [monthOf(before), nextMonth(before)];
    const cut = daysBetween(before, end) < daysBetween(start, before);
    spans.push(cut ? day(before, end, -1) : day(start, before, 1));
    before = cut ? end : start;
  }
  if (first === null || before === null || first < before) spans.push({ grain: 'month', from: first, before, sign: 1 });
  return spans;
}

const day = (from: string, before: string, sign: 1 | -1): Span => ({ grain: 'day', from, before, sign });
