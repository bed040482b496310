/** Offsets of time zones change at full quarters of an hour: one look-up a quarter is enough. */
const STEP_MS = 900_000;
const DAY_MS = 86_400_000;
const MAX_CACHED = 200_000;

/** What a clock on the wall of a zone showed, as an instant. */
export interface LocalInstant {
  /** Milliseconds since 1970. The earlier one where the clock showed this time twice. */
  at: number;
  /** The later one, where the clock showed this time twice. */
  later: number | null;
  /** The clock never showed this time (it was put forward over it): `at` is as if it had not been. */
  skipped: boolean;
}

/** Reads wall-clock times of one IANA zone. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError for a name that is no zone. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Milliseconds that the zone's clocks are ahead of UTC at an instant. */
  offset(at: number): number {
    const step = Math.floor(at / STEP_MS);
    const known = this.#offsets.get(step);
    if (known !== undefined) return known;
    const start = step * STEP_MS;
    const parts = Object.fromEntries(this.#format.formatToParts(start).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - start;
    if (this.#offsets.size >= MAX_CACHED) this.#offsets.clear();
    this.#offsets.set(step, offset);
    return offset;
  }

  /** An instant as the zone's clocks showed it, as if that were UTC. */
  wall(at: Date): Date {
    return new Date(at.getTime() + this.offset(at.getTime()));
  }

  /** @param local the wall-clock time as if it were UTC, in ms. */
  instant(local: number): LocalInstant {
    const before = this.offset(local - DAY_MS);
    const after = this.offset(local + DAY_MS);
    const early = local - before;
    const late = local - after;
    const earlyHolds = this.offset(early) === before;
    const lateHolds = this.offset(late) === after;
    if (earlyHolds && lateHolds && early !== late) return { at: early, later: late, skipped: false };
    if (earlyHolds) return { at: early, later: null, skipped: false };
    if (lateHolds) return { at: late, later: null, skipped: false };
    return { at: early, later: null, skipped: true };
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
