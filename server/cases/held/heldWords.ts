import type { Queryable } from '../../db/index.ts';

export interface CategoryWords {
  code: string;
  zh: string;
  en: string;
}

/** Ids of a table as small numbers, in order of first sight. */
class Indexes {
  readonly #byId = new Map<number, number>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: number): number | undefined {
    return this.#byId.get(id);
  }

  of(id: number): number {
    let index = this.#byId.get(id);
    if (index === undefined) this.#byId.set(id, (index = this.#byId.size));
    return index;
  }
}

/** Contiguous indexes as ranges, both ends included. */
function toRanges(indexes: readonly number[]): [low: number, high: number][] {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && index <= last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}

/**
 * Categories, sources and divisions as the columns name them. Divisions are numbered in the order of the tree, so that one with all
 * below it is one range; one that is seen later has its number at the end. Division 0, none, is number 0.
 */
export class HeldWords {
  readonly #categories = new Indexes();
  readonly #sources = new Indexes();
  readonly #divisions = new Indexes();
  #categoryWords = new Map<number, CategoryWords>();
  #sourceKeys = new Map<number, string>();
  #paths = new Map<number, readonly (number | null)[]>();
  /** An id came by that was not known when the tables were read: read() before tiles are made. */
  #unread = false;

  get isStale(): boolean {
    return this.#unread;
  }

  get sizes(): { categories: number; sources: number; divisions: number } {
    return { categories: this.#categories.size, sources: this.#sources.size, divisions: this.#divisions.size };
  }

  /** Reads the tables: what is new gets a number, what has one keeps it. */
  async read(client: Queryable): Promise<void> {
    const [categories, sources, divisions] = [
      await client.query<CategoryWords & { id: number }>(
        'select id, code, name_zh as zh, name_en as en from category order by id',
      ),
      await client.query<{ id: number; key: string }>('select id, key from source order by id'),
      await client.query<{ id: number; path: (number | null)[] }>(
        'select id, path from division order by array_replace(path, null, 0), id',
      ),
    ];
    this.#divisions.of(0);
    this.#categoryWords = new Map(categories.rows.map(({ id, ...words }) => [this.#categories.of(id), words]));
    this.#sourceKeys = new Map(sources.rows.map(({ id, key }) => [this.#sources.of(id), key]));
    this.#paths = new Map(divisions.rows.map(({ id, path }) => [this.#divisions.of(id), path]));
    this.#unread = false;
  }

  category(id: number): number {
    return this.#seen(this.#categories, id);
  }

  source(id: number): number {
    return this.#seen(this.#sources, id);
  }

  division(id: number): number {
    return this.#seen(this.#divisions, id);
  }

  #seen(indexes: Indexes, id: number): number {
    if (indexes.get(id) === undefined) this.#unread = true;
    return indexes.of(id);
  }

  categoryWords(index: number): CategoryWords | undefined {
    return this.#categoryWords.get(index);
  }

  /** Categories of a code: standards may share one. */
  categoriesOf(code: string): [number, number][] {
    return toRanges([...this.#categoryWords].filter(([, words]) => words.code === code).map(([index]) => index));
  }

  sourcesOf(key: string): [number, number][] {
    return toRanges([...this.#sourceKeys].filter(([, known]) => known === key).map(([index]) => index));
  }

  /** One of these divisions with all below it. */
  divisionsUnder(ids: readonly number[]): [number, number][] {
    const wanted = new Set<number | null>(ids);
    return toRanges([...this.#paths].filter(([, path]) => path.some((id) => wanted.has(id))).map(([index]) => index));
  }
}
