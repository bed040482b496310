import type { Database } from '../../db/index.ts';
import type { AddressBase } from '../base/base.ts';
import type { MatchOptions } from '../match/matcher.ts';
import type { Suggestion } from '../match/suggest.ts';
import type { Match } from '../types.ts';

/** The city's addresses, ready to be asked. */
export interface Geocoder {
  readonly version: number;
  /** Addresses that name nothing to be found by. */
  readonly left: number;
  readonly base: AddressBase;
  match(text: string, options?: MatchOptions): Match;
  suggest(typed: string, limit: number): Suggestion[];
}

/** A change is looked for this often, when somebody asks. */
const CHECK_MS = 1000;

/** Reads the addresses of a city. The parser's tables are loaded here, and by nobody who does not ask. */
export async function openGeocoder(db: Database): Promise<Geocoder> {
  const [{ readBase }, { Matcher }, { Suggester }] = await Promise.all([
    import('./readBase.ts'),
    import('../match/matcher.ts'),
    import('../match/suggest.ts'),
  ]);
  const { base, left } = await readBase(db);
  const matcher = new Matcher(base);
  const suggester = new Suggester(base);
  return {
    get version() {
      return base.version;
    },
    left,
    base,
    match: (text, options) => matcher.match(text, options),
    suggest: (typed, limit) => suggester.suggest(typed, limit),
  };
}

/** Keeps the geocoder of a city: read when first asked for, and again, behind the answers, when addresses or divisions change. */
export class KeptGeocoder {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  #current: Promise<Geocoder> | null = null;
  #checkedAt = 0;
  #renewing: Promise<void> | null = null;

  constructor(db: Database, onError: (error: unknown) => void = () => undefined) {
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
    const { baseSeq } = await import('./readBase.ts');
    if ((await baseSeq(this.#db)) === geocoder.version) return;
    this.#current = Promise.resolve(await openGeocoder(this.#db));
  }
}
