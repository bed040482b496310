/** The office clock: it runs from 7:30 to 21:30 and stands still at night, so that work laid out on it falls by day. */
import { DAY, HOUR, dayOf, hourOf, startOfDay } from './calendar.ts';

export interface WorkClock {
  /** Hours of work since the epoch at an instant. */
  to(atMs: number): number;
  /** The instant of a number of hours of work. */
  from(work: number): number;
}

const OPENS = 7.5;
const HOURS = 14;

/** Office hours every day of the week (the centre is staffed on Sundays too). */
export const OFFICE: WorkClock = {
  to: (atMs) => dayOf(atMs) * HOURS + Math.max(0, Math.min(HOURS, hourOf(atMs) - OPENS)),
  from: (work) => {
    const day = Math.floor(work / HOURS);
    return Math.floor((startOfDay(day) + (OPENS + work - day * HOURS) * HOUR) / 1000) * 1000;
  },
};

/** Round the clock: the hotline's night shift and urgent matters. */
export const ROUND_THE_CLOCK: WorkClock = {
  to: (atMs) => atMs / HOUR,
  from: (work) => Math.floor((work * HOUR) / 1000) * 1000,
};

/** An instant moved out of the night, if room allows: to the next morning, or else to the evening before. */
export function byDay(atMs: number, earliest: number, latest: number, spread: number): number {
  const hour = hourOf(atMs);
  if (hour >= OPENS && hour <= OPENS + HOURS) return atMs;
  const morning = startOfDay(dayOf(atMs) + (hour > OPENS ? 1 : 0)) + (OPENS + 0.2 + 2 * spread) * HOUR;
  if (morning <= latest) return morning;
  const evening = morning - DAY + (HOURS - 4.5 + spread * 2) * HOUR;
  return evening >= earliest ? evening : atMs;
}
