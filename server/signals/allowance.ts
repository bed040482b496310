import { HekanError } from '../errors.ts';
import type { Outlet } from './outlet.ts';

/** At most so many signals a second, with one second's worth at once. A process counts for itself. */
export class Allowance {
  readonly #left = new Map<number, { tokens: number; at: number }>();

  /** @throws HekanError('too_many') that says when to come again. */
  take({ id, config }: Outlet, n: number): void {
    const now = performance.now();
    const { tokens, at } = this.#left.get(id) ?? { tokens: config.perSecond, at: now };
    const has = Math.min(config.perSecond, tokens + ((now - at) / 1000) * config.perSecond);
    // A batch larger than a second's worth is let in when the allowance is full, and paid for after.
    if (has < Math.min(n, config.perSecond))
      throw new HekanError('too_many', `more than ${config.perSecond} signals a second`, {
        field: 'outlet',
        retryAfterS: 1,
      });
    this.#left.set(id, { tokens: has - n, at: now });
  }
}
