import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does something again and again until stopped, one at a time, waiting in between; a failure is told and the next try waits
 * longer (up to 30 s), so that a database that is away does not fill the log.
 * @param work its result is how long to wait before the next, in ms.
 * @returns stop: resolves when the last one has ended.
 */
export function repeat(work: () => Promise<number>, onError: (error: unknown) => void): () => Promise<void> {
  const ending = new AbortController();
  const stopped = () => ending.signal.aborted;
  let failures = 0;
  const loop = (async () => {
    while (!stopped()) {
      let waitMs: number;
      try {
        waitMs = await work();
        failures = 0;
      } catch (error) {
        if (!stopped()) onError(error);
        waitMs = Math.min(30_000, 500 * 2 ** failures++);
      }
      await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return () => {
    ending.abort();
    return loop;
  };
}
