import { Counter, type Registry } from 'prom-client';

/**
 * A counter that costs an addition: what came in since the last look is handed to prom-client when somebody looks, because finding
 * a series by its labels takes it longer than a cached tile should wait.
 */
export class LazyCounter<Label extends string> {
  readonly #waiting = new Map<string, { labels: Record<Label, string>; n: number }>();

  constructor(name: string, help: string, labelNames: readonly Label[], registers: Registry[]) {
    const waiting = this.#waiting;
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const entry of waiting.values()) {
          this.inc(entry.labels, entry.n);
          entry.n = 0;
        }
      },
    });
  }

  /** @param key of the series: the same for the same labels. @param labelsOf gives them, once a series. */
  add(key: string, n: number, labelsOf: () => Record<Label, string>): void {
    const entry = this.#waiting.get(key);
    if (entry) entry.n += n;
    else this.#waiting.set(key, { labels: labelsOf(), n });
  }
}
