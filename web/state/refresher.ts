import { backoffMs } from './backoff.ts';

export interface RefresherOptions {
  /** Never more often than this. */
  minMs: number;
  /** At least this often, even when nothing was reported. */
  idleMs: number;
}

/**
 * Runs something again when it is marked, at most every minMs; by itself every idleMs; and after a failure with growing
 * waits. One timer, one run at a time.
 */
export class Refresher {
  readonly #run: () => Promise<void>;
  readonly #options: RefresherOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The latest run; an older one that ends late decides nothing. */
  #turn = 0;
  #running = false;
  #marked = false;
  #stopped = false;
  #failures = 0;
  #lastRun = -Infinity;

  constructor(run: () => Promise<void>, options: RefresherOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** Something changed: run as soon as minMs allows. Nothing runs before the first now(). */
  mark(): void {
    if (this.#marked) return;
    this.#marked = true;
    const begun = this.#lastRun > -Infinity;
    if (begun && !this.#running && this.#failures === 0) this.#schedule();
  }

  /** Run now, whatever the waits say (first load, another division, retry). */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const turn = ++this.#turn;
    this.#running = true;
    this.#marked = false;
    this.#lastRun = Date.now();
    const failed = await this.#run().then(
      () => false,
      () => true,
    );
    if (turn !== this.#turn) return;
    this.#failures = failed ? this.#failures + 1 : 0;
    this.#running = false;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const { minMs, idleMs } = this.#options;
    const wait = this.#failures > 0 ? Math.max(minMs, backoffMs(this.#failures)) : this.#marked ? minMs : idleMs;
    this.#timer = setTimeout(() => void this.now(), Math.max(0, this.#lastRun + wait - Date.now()));
  }
}
