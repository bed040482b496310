/** A thing fetched again and again: what it was last, whether it is being fetched, and what went wrong. The old value
 * stays until the new one is there; only the latest request counts. */
export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<Error | null>(null);
  #abort: AbortController | undefined;

  /** Rejects when the fetch failed, so that the caller can wait longer before the next one. */
  async load(fetcher: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const value = await fetcher(abort.signal);
      if (abort !== this.#abort) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (abort !== this.#abort) return;
      this.error = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** Forget it: another division is wanted, and the old figures must not stand under a new name. */
  clear(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.value = null;
    this.error = null;
  }
}
