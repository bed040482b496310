import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

/** The longest path that a Unix socket takes on Linux is 107 bytes; the longest name we put there is 18. */
const LONGEST_FOLDER = 107 - 18;

/** How an engine ends that finds its folder held by another process. */
export const EXIT_LOCKED = 3;

export interface EnginePaths {
  /** PostgreSQL's files. */
  data: string;
  lock: string;
  log: string;
  /** Holds both sockets; readable by its owner only. */
  sockets: string;
  /** Where pg connects: `${sockets}/.s.PGSQL.5432`. */
  database: string;
  /** Leases and notices. */
  control: string;
}

/** Where the embedded engine of one data folder keeps its things. A folder with too long a name has its sockets in /tmp. */
export function enginePaths(folder: string): EnginePaths {
  const root = resolve(folder);
  const inside = join(root, 'run');
  const name = `hekan-${process.getuid?.() ?? 0}-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
  const sockets = Buffer.byteLength(inside) <= LONGEST_FOLDER ? inside : join(tmpdir(), name);
  return {
    data: join(root, 'city'),
    lock: join(root, 'engine.lock'),
    log: join(root, 'engine.log'),
    sockets,
    database: join(sockets, '.s.PGSQL.5432'),
    control: join(sockets, 'control.sock'),
  };
}
