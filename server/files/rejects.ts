import { closeSync, existsSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { HekanError } from '../errors.ts';

/** What was not taken in, and why. */
export interface Reject {
  /** Line of the file (1 = the header), or number of the feature. */
  line: number;
  /** A short word that is counted, e.g. closed_before_reported. */
  reason: string;
  /** Column, property or part that is wrong; '' where it is the whole. */
  field: string;
  value: string;
  /** The row as it stood in the file. */
  raw: string;
}

const HEADER = 'line,reason,field,value,raw\n';
const MAX_RAW = 100_000;

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `orders.csv` → `orders.csv.rejects.csv` in the current folder. */
export function defaultRejectsPath(file: string): string {
  return resolve(`${basename(file)}.rejects.csv`);
}

/** Refuses a path that holds something else: rejects of an earlier run may be overwritten, a person's file may not. */
function checkPath(path: string): void {
  if (!existsSync(path)) return;
  const start = Buffer.alloc(HEADER.length);
  let length: number;
  try {
    const file = openSync(path, 'r');
    length = readSync(file, start);
    closeSync(file);
  } catch (cause) {
    throw new HekanError('bad_request', `rejects file ${path} cannot be read`, {
      field: 'rejects',
      given: path,
      cause,
    });
  }
  if (length > 0 && start.toString('utf8', 0, length) !== HEADER) {
    throw new HekanError('conflict', `rejects file ${path} exists and was not written by an import: name another one`, {
      field: 'rejects',
      given: path,
    });
  }
}

/** The file that rejects go to, made with the first of them; and how many there were, by reason. */
export class RejectsFile {
  readonly path: string;
  readonly #counts = new Map<string, number>();
  readonly #write: boolean;
  #file: number | undefined;

  /** @param write false: only counts (a dry run). Removes the rejects of an earlier run, so that what stands there is this run's. */
  constructor(path: string, write = true) {
    this.path = path;
    this.#write = write;
    if (!write) return;
    checkPath(path);
    rmSync(path, { force: true });
  }

  add({ line, reason, field, value, raw }: Reject): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (!this.#write) return;
    const cells = [String(line), reason, field, value.slice(0, MAX_RAW), raw.slice(0, MAX_RAW)];
    try {
      if (this.#file === undefined) {
        this.#file = openSync(this.path, 'w', 0o600);
        writeSync(this.#file, HEADER);
      }
      writeSync(this.#file, `${cells.map(quote).join(',')}\n`);
    } catch (cause) {
      throw new HekanError('bad_request', `rejects file ${this.path} cannot be written: ${(cause as Error).message}`, {
        field: 'rejects',
        given: this.path,
        cause,
      });
    }
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, n) => sum + n, 0);
  }

  byReason(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
  }

  /** @returns the path where there is something in it. */
  close(): string | null {
    if (this.#file === undefined) return null;
    closeSync(this.#file);
    this.#file = undefined;
    return this.path;
  }
}
