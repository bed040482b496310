/** How long to wait before the n-th try again (n from 0): doubles from 1 s to 30 s, with up to a quarter of jitter, so
 * that a hundred walls do not knock together when the server comes back. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(30_000, 1_000 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (1 + random() / 4));
}
