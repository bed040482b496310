import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';

/**
 * Takes an exclusive kernel lock on a file for as long as this process lives. A flock belongs to the open file
 * description, which flock(1) shares with us while it runs: when it exits we still hold the lock, and the kernel drops it
 * with our last descriptor, kill -9 included. So no stale lock can be left behind.
 * @returns false where another process holds it.
 * @throws Error where flock(1) (util-linux, on every Debian) is missing.
 */
export function takeLock(file: string): boolean {
  const descriptor = openSync(file, 'a', 0o600);
  const result = spawnSync('flock', ['--exclusive', '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
  });
  if (result.error) throw new Error('flock(1) of util-linux is needed by the embedded engine', { cause: result.error });
  return result.status === 0;
}
