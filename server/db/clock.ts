/** The only source of "now". */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands at one instant: frozen cities, tests, goldens. */
export function fixedClock(at: Date): Clock {
  return { now: () => new Date(at) };
}
