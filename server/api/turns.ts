import { HekanError } from '../errors.ts';

const RETRY_S = 10;

/** Work that reads every case, one after the other: several at once would take the database from everybody else. */
export class Turns {
  readonly #most: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param most how many may be at it or wait. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws HekanError('too_many') where too many wait; whatever the work throws. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#most)
      throw new HekanError('too_many', `${this.#most} reports are being made or wait: come again`, {
        retryAfterS: RETRY_S,
      });
    this.#waiting++;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      this.#waiting--;
    }
  }
}
