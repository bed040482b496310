import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chunked, type Database } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { RejectsFile } from '../../files/index.ts';
import { toIncoming } from '../incoming.ts';
import { writeLink } from '../links.ts';
import { listOutlets, type Outlet } from '../outlet.ts';
import { ReceiptDesk, type Incoming } from '../receipts.ts';
import type { Order } from '../orders.ts';
import { readOrders } from './readOrders.ts';

/** Signals of one transaction; fewer where a transaction stops everybody else. */
const CHUNK = { postgresql: 1000, embedded: 100 };
/** A file that was not written to for so long is whole. */
const STILL_MS = 2000;
const UNFINISHED = /^\.|\.(part|tmp|filepart|crdownload)$/i;

const stampOf = (now: Date) => now.toISOString().slice(0, 19).replaceAll(':', '-');

/**
 * Takes work orders out of the folders of hotlines: from incoming/ in order of name, then to done/ with its rejects beside it, or to
 * failed/ with the reason. Killed in the middle, it reads the file again: what is in by then is known by its external id.
 */
export class DropFolders {
  readonly #db: Database;
  readonly #desk: ReceiptDesk;
  /** Size and time of writing of each file when it was last looked at, and since when they have been so. */
  readonly #seen = new Map<string, { mark: string; since: number }>();

  constructor(db: Database) {
    this.#db = db;
    this.#desk = new ReceiptDesk(db);
  }

  /** One look at all folders. @returns how many files were taken. */
  async once(now: Date): Promise<number> {
    let taken = 0;
    for (const outlet of await listOutlets(this.#db)) {
      const { folder } = outlet.config;
      if (folder === undefined || !outlet.enabled) continue;
      let error: string | null = null;
      try {
        for (const path of this.#whole(folder, now)) {
          await this.#take(outlet, folder, path, now);
          taken++;
        }
      } catch (cause) {
        if (!('syscall' in (cause as object))) throw cause;
        error = (cause as Error).message;
      }
      await writeLink(this.#db, outlet.id, { connected: error === null, error }, now);
    }
    return taken;
  }

  /** Files that nobody writes to any more. */
  #whole(folder: string, now: Date): string[] {
    for (const part of ['incoming', 'done', 'failed']) mkdirSync(join(folder, part), { recursive: true });
    const files = readdirSync(join(folder, 'incoming'), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name))
      .map(({ name }) => join(folder, 'incoming', name))
      .sort();
    return files.filter((path) => {
      const { size, mtimeMs } = statSync(path);
      const mark = `${size} ${mtimeMs}`;
      const known = this.#seen.get(path);
      if (known?.mark === mark) return now.getTime() - known.since >= STILL_MS;
      this.#seen.set(path, { mark, since: now.getTime() });
      return false;
    });
  }

  async #take(outlet: Outlet, folder: string, path: string, now: Date): Promise<void> {
    const name = `${stampOf(now)} ${basename(path)}`;
    const rejects = new RejectsFile(join(folder, 'incoming', `.${basename(path)}.rejects.csv`));
    let to = 'done';
    try {
      for await (const orders of readOrders(path, rejects)) await this.#store(outlet, orders, rejects, now);
    } catch (error) {
      if (!(error instanceof HekanError) || error.status >= 500) throw error;
      to = 'failed';
      writeFileSync(join(folder, 'failed', `${name}.reason.txt`), `${error.message}\n`);
    } finally {
      rejects.close();
    }
    if (rejects.total > 0) renameSync(rejects.path, join(folder, to, `${name}.rejects.csv`));
    renameSync(path, join(folder, to, name));
    this.#seen.delete(path);
  }

  async #store(outlet: Outlet, orders: readonly Order[], rejects: RejectsFile, now: Date): Promise<void> {
    for (const some of chunked(orders, CHUNK[this.#db.engine])) {
      const incoming: Incoming[] = [];
      for (const { line, signal } of some) {
        try {
          incoming.push(await toIncoming(outlet, { signal, externalId: null }, now));
        } catch (error) {
          if (!(error instanceof HekanError)) throw error;
          const { field = '', given = '' } = error;
          rejects.add({ line, reason: 'bad_value', field, value: given, raw: JSON.stringify(signal) });
        }
      }
      await this.#desk.store(incoming);
    }
  }
}
