/** Work that several wait for is done once, and stopped when the last of them has gone away. */
export class Flights<Result> {
  readonly #flights = new Map<string, { result: Promise<Result>; waiting: number; abort: AbortController }>();

  /** Pieces of work under way. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * Joins the work under a key, or begins it.
   * @param signal of the one who asks: rejects with an AbortError when it aborts.
   */
  async join(
    key: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (signal?.aborted) throw new DOMException('the client went away', 'AbortError');
    let flight = this.#flights.get(key);
    if (!flight) {
      const abort = new AbortController();
      const result = work(abort.signal).finally(() => {
        if (this.#flights.get(key)?.abort === abort) this.#flights.delete(key);
      });
      flight = { result, waiting: 0, abort };
      this.#flights.set(key, flight);
    }
    const joined = flight;
    joined.waiting++;
    if (!signal) return joined.result;
    return new Promise<Result>((done, fail) => {
      const leave = () => {
        fail(new DOMException('the client went away', 'AbortError'));
        if (--joined.waiting > 0) return;
        // Whoever asks from now on begins anew: what is being cancelled must not be joined.
        if (this.#flights.get(key) === joined) this.#flights.delete(key);
        joined.abort.abort();
      };
      signal.addEventListener('abort', leave, { once: true });
      joined.result.then(done, fail).finally(() => signal.removeEventListener('abort', leave));
    });
  }
}
