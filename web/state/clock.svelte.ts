/** The wall's clock, on the second; a city that stands still shows its own instant. */
export class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs, also again after it stood still. */
  start(): void {
    this.stop();
    const tick = (): void => {
      this.now = Date.now();
      this.#timer = setTimeout(tick, 1000 - (this.now % 1000));
    };
    tick();
  }

  freeze(at: string): void {
    this.stop();
    this.now = Date.parse(at);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
