import { unnestInput, type Queryable } from '../../db/index.ts';
import type { Mapping } from './mapping.ts';
import type { ReadCase } from './readCase.ts';

const UNSPECIFIED = { zh: '未分类', en: 'Unspecified' };
const MAX_KEY = 120;

/** A text as a key: lower case, runs of anything but letters and digits as one hyphen. 'PAINT/PLASTER' and 'PAINT - PLASTER'
 * are one. */
export function keyOf(text: string): string {
  const key = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
  return key.slice(0, MAX_KEY) || 'other';
}

interface Name {
  zh: string;
  en: string;
}
type NameTable = Mapping['names'][keyof Mapping['names']];

/** Names by key, so that another spelling of the same key finds them too. */
function namer(table: NameTable): (text: string) => Name {
  const byKey = new Map(
    Object.entries(table).map(([text, name]) => [
      keyOf(text),
      typeof name === 'string' ? { zh: name, en: text } : name,
    ]),
  );
  return (text) => {
    const known = byKey.get(keyOf(text));
    return known ?? { zh: text, en: text };
  };
}

const COLUMNS = [
  ['key', 'text'],
  ['name_zh', 'text'],
  ['name_en', 'text'],
] as const;

/** Ids of named rows of `source` or `department`, made where they are missing. */
async function ensureNamed(client: Queryable, table: 'source' | 'department', names: Map<string, Name>) {
  const rows = [...names];
  const params = [rows.map(([key]) => key), rows.map(([, name]) => name.zh), rows.map(([, name]) => name.en)];
  await client.query(
    `insert into ${table} (key, name_zh, name_en) select key, name_zh, name_en from ${unnestInput(COLUMNS)}
     on conflict (key) do nothing`,
    params,
  );
  const found = await client.query<{ key: string; id: number }>(
    `select key, id from ${table} where key = any($1::text[])`,
    [params[0]],
  );
  return new Map(found.rows.map(({ key, id }) => [key, id]));
}

interface Category extends Name {
  group: Name;
}

async function ensureCategories(client: Queryable, mapping: Mapping, categories: Map<string, Category>) {
  const rows = [...categories];
  const codes = rows.map(([code]) => code);
  await client.query(
    `insert into category (standard_ref, kind, code, major_zh, major_en, name_zh, name_en)
     select $1::text, $2::text, code, major_zh, major_en, name_zh, name_en
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as input (code, major_zh, major_en, name_zh, name_en)
     on conflict (standard_ref, kind, code) do nothing`,
    [
      mapping.standardRef,
      mapping.kind,
      codes,
      rows.map(([, c]) => c.group.zh),
      rows.map(([, c]) => c.group.en),
      rows.map(([, c]) => c.zh),
      rows.map(([, c]) => c.en),
    ],
  );
  const found = await client.query<{ code: string; id: number }>(
    'select code, id from category where standard_ref = $1::text and kind = $2::text and code = any($3::text[])',
    [mapping.standardRef, mapping.kind, codes],
  );
  return new Map(found.rows.map(({ code, id }) => [code, id]));
}

export interface CaseWords {
  categoryId: number;
  sourceId: number;
  departmentId: number | null;
}

/** The file's categories, sources and departments: made on first sight, their ids kept for the run. */
export class Vocabulary {
  readonly #mapping: Mapping;
  readonly #ownSource: Name & { key: string };
  readonly #name: Record<keyof Mapping['names'], (text: string) => Name>;
  #categories = new Map<string, number>();
  #sources = new Map<string, number>();
  #departments = new Map<string, number>();

  /** @param dataset key and names: the source of cases whose row names none. */
  constructor(mapping: Mapping, dataset: { key: string; nameZh: string; nameEn: string }) {
    this.#mapping = mapping;
    this.#ownSource = { key: dataset.key, zh: dataset.nameZh, en: dataset.nameEn };
    const { category, categoryGroup, department, source } = mapping.names;
    this.#name = {
      category: namer(category),
      categoryGroup: namer(categoryGroup),
      department: namer(department),
      source: namer(source),
    };
  }

  /** Makes what these cases need and the database lacks, in the caller's transaction. If that fails, throw this away. */
  async learn(client: Queryable, cases: readonly ReadCase[]): Promise<void> {
    const categories = new Map<string, Category>();
    const sources = new Map<string, Name>();
    const departments = new Map<string, Name>();
    const { defaultGroup } = this.#mapping;
    for (const { category, categoryGroup, source, department } of cases) {
      const code = this.#categoryCode(category);
      if (!this.#categories.has(code) && !categories.has(code)) {
        const group = categoryGroup
          ? this.#name.categoryGroup(categoryGroup)
          : { zh: defaultGroup.nameZh, en: defaultGroup.nameEn };
        categories.set(code, { ...(category ? this.#name.category(category) : UNSPECIFIED), group });
      }
      const sourceKey = this.#sourceKey(source);
      if (!this.#sources.has(sourceKey)) sources.set(sourceKey, source ? this.#name.source(source) : this.#ownSource);
      if (department && !this.#departments.has(keyOf(department))) {
        departments.set(keyOf(department), this.#name.department(department));
      }
    }
    if (categories.size > 0) merge(this.#categories, await ensureCategories(client, this.#mapping, categories));
    if (sources.size > 0) merge(this.#sources, await ensureNamed(client, 'source', sources));
    if (departments.size > 0) merge(this.#departments, await ensureNamed(client, 'department', departments));
  }

  /** Ids of a case's words; 0 where they have not been learnt (a dry run). */
  wordsOf({ category, source, department }: ReadCase): CaseWords {
    return {
      categoryId: this.#categories.get(this.#categoryCode(category)) ?? 0,
      sourceId: this.#sources.get(this.#sourceKey(source)) ?? 0,
      departmentId: department ? (this.#departments.get(keyOf(department)) ?? 0) : null,
    };
  }

  get sizes(): { categories: number; sources: number; departments: number } {
    return { categories: this.#categories.size, sources: this.#sources.size, departments: this.#departments.size };
  }

  #categoryCode(category: string | null): string {
    return category ? keyOf(category) : 'unspecified';
  }

  #sourceKey(source: string | null): string {
    return source ? keyOf(source) : this.#ownSource.key;
  }
}

function merge(into: Map<string, number>, from: Map<string, number>): void {
  for (const [key, id] of from) into.set(key, id);
}
