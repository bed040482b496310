import type { Clock, Database } from '../../db/index.ts';
import { badRequest } from '../../errors.ts';
import type { AddressBase } from '../base/base.ts';
import type { MatchOptions } from '../match/matcher.ts';
import type { Suggestion } from '../match/suggest.ts';
import type { Match } from '../types.ts';
import { listAliases, writeAlias, type AddressAlias } from './aliases.ts';

/** The city's addresses, ready to be asked. */
export interface Geocoder {
  /** The newest change of addresses, divisions or corrections that it knows. */
  readonly version: number;
  readonly base: AddressBase;
  match(text: string, options?: MatchOptions): Match;
  suggest(typed: string, limit: number): Suggestion[];
  /** Takes in what changed. @returns false: it is another base now. */
  renew(): Promise<boolean>;
  /** Reads a correction: the key of its text, and the name in it that the work list has it under. */
  keysOf(text: string): { key: string; name: string };
}

/** A change is looked for this often, when somebody asks. */
const CHECK_MS = 1000;
const MOST_ALIASES = 1_000_000;

/** Reads the addresses of a city. The parser's tables are loaded here, and by nobody who does not ask. */
export async function openGeocoder(db: Database): Promise<Geocoder> {
  const [
    { readBase, readSeqs },
    { applyChanges, readChangedArea },
    { Corrections, aliasKey },
    { Matcher },
    { Suggester },
    { unmatchedOf },
  ] = await Promise.all([
    import('./readBase.ts'),
    import('./changedPlaces.ts'),
    import('./corrections.ts'),
    import('../match/matcher.ts'),
    import('../match/suggest.ts'),
    import('./unmatched.ts'),
  ]);
  const seqs = await readSeqs(db);
  const base = await readBase(db, Math.max(seqs.base, seqs.aliases));
  const corrections = new Corrections(base);
  corrections.take(await listAliases(db, MOST_ALIASES));
  const matcher = new Matcher(base);
  const suggester = new Suggester(base);
  return {
    get version() {
      return base.version;
    },
    base,
    match(text, options) {
      const corrected = corrections.find(text);
      if (!corrected) return matcher.match(text, options);
      return options?.explain ? { ...corrected, explanation: [`corrected to ${corrected.code ?? ''}`] } : corrected;
    },
    suggest: (typed, limit) => suggester.suggest(typed, limit),
    async renew() {
      const now = await readSeqs(db);
      if (now.divisions !== seqs.divisions || base.dead * 5 > base.rows) return false;
      if (now.base !== seqs.base) {
        const area = await readChangedArea(db, seqs.base);
        if (!area || corrections.holds(await applyChanges(db, base, area))) return false;
        seqs.base = now.base;
        base.version = Math.max(now.base, seqs.aliases);
      }
      if (now.aliases === seqs.aliases) return true;
      if (!corrections.take(await listAliases(db, MOST_ALIASES))) return false;
      seqs.aliases = now.aliases;
      base.version = Math.max(now.base, now.aliases);
      return true;
    },
    keysOf: (text) => ({ key: aliasKey(text), name: unmatchedOf(base.parser, text, '').key }),
  };
}

/** Keeps the geocoder of a city: read when first asked for, and again, behind the answers, when addresses or divisions change. */
export class KeptGeocoder {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  #current: Promise<Geocoder> | null = null;
  #checkedAt = 0;
  #renewing: Promise<void> | null = null;

  /** @param onError told where the addresses could not be read again: those from before go on answering. */
  constructor(db: Database, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  /** The newest that is ready; after a change the one before answers until the next is read. */
  async get(): Promise<Geocoder> {
    const known = this.#current;
    if (!known) {
      this.#checkedAt = Date.now();
      const opened = openGeocoder(this.#db);
      this.#current = opened;
      opened.catch(() => (this.#current = null));
      return opened;
    }
    const geocoder = await known;
    if (!this.#renewing && Date.now() - this.#checkedAt >= CHECK_MS)
      this.#renewing = this.#renew(geocoder)
        .catch(this.#onError)
        .finally(() => {
          this.#checkedAt = Date.now();
          this.#renewing = null;
        });
    return geocoder;
  }

  async #renew(geocoder: Geocoder): Promise<void> {
    if (!(await geocoder.renew())) this.#current = Promise.resolve(await openGeocoder(this.#db));
  }

  /**
   * Corrects a text, or a name, to an address.
   * @throws HekanError: bad_request where nothing of the text is left to look up; not_found for a code that no address has.
   */
  async correct(clock: Clock, text: string, code: string): Promise<AddressAlias> {
    const { key, name } = (await this.get()).keysOf(text);
    if (key === '') throw badRequest('text', text, 'letters or digits');
    return writeAlias(this.#db, clock, { text, code, key, name });
  }
}
