import { HekanError } from '../errors.ts';
import type { Database } from '../db/index.ts';
import { listOutlets, type Open311Config, type Outlet } from '../signals/index.ts';

/** An outlet that speaks Open311. */
export interface Endpoint {
  outlet: Outlet;
  config: Open311Config;
}

const KEPT_MS = 1000;

/** The enabled outlets of this kind, read again every second at most. */
export class Endpoints {
  readonly #db: Database;
  #kept: Promise<Endpoint[]> | null = null;
  #at = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  async list(): Promise<Endpoint[]> {
    if (this.#kept && performance.now() - this.#at < KEPT_MS) return this.#kept;
    this.#at = performance.now();
    const read = this.#read();
    this.#kept = read;
    read.catch(() => (this.#kept = null));
    return read;
  }

  async #read(): Promise<Endpoint[]> {
    const outlets = await listOutlets(this.#db);
    return outlets.flatMap((outlet) =>
      outlet.enabled && outlet.kind === 'open311' && outlet.config.open311
        ? [{ outlet, config: outlet.config.open311 }]
        : [],
    );
  }

  /** The one that a request is for; its id may be left out where there is one only.
   * @throws HekanError: bad_request where it must be named; not_found. */
  async find(jurisdictionId: string | undefined): Promise<Endpoint> {
    const all = await this.list();
    const details = { field: 'jurisdiction_id', given: jurisdictionId ?? '' };
    if (jurisdictionId === undefined || jurisdictionId === '') {
      if (all.length > 1)
        throw new HekanError('bad_request', 'jurisdiction_id was not provided: several are served here', details);
      if (all[0]) return all[0];
      throw new HekanError('not_found', 'no Open311 outlet is plugged in', details);
    }
    const found = all.find(({ config }) => config.jurisdictionId === jurisdictionId);
    if (!found) throw new HekanError('not_found', `jurisdiction_id ${jurisdictionId.slice(0, 100)} not found`, details);
    return found;
  }
}
