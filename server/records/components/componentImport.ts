import { basename } from 'node:path';
import { PLACE_BLOCK_ZOOM } from '../../../tiles/pyramid.ts';
import type { CrsName } from '../../api/shapes.ts';
import { FeatureProblem, NEUTRAL_CITY, readCity, writeCity } from '../../city/index.ts';
import { appendDataEvent, chunked, drainOutbox, type Database, type Queryable } from '../../db/index.ts';
import { badRequest, HekanError } from '../../errors.ts';
import { defaultRejectsPath, Findings, RejectsFile, type ImportOutput } from '../../files/index.ts';
import type { DemoGuard } from '../import/index.ts';
import { UNRANKED } from '../placeColumns.ts';
import { rankComponents } from '../places.ts';
import { openSource, type RowSource, type SourceRow } from '../sources/index.ts';
import { checkStandard, ComponentReader, type Component } from './readComponent.ts';
import type { ComponentReport } from './report.ts';
import { endOtherComponents, writeComponents, type ComponentTarget } from './writeComponents.ts';

export interface ComponentImportOptions {
  /** What the file's coordinates are; never guessed. */
  crs: CrsName;
  /** Key of the dataset; default: components. */
  dataset?: string | undefined;
  /** Of rows that name none; default: by the length of the code. */
  standard?: string | undefined;
  /** Those of the dataset that the file lacks end. */
  replace?: boolean | undefined;
  rejects?: string | undefined;
}

/** Components a transaction, and tiles of zoom 14 ranked in one: on the embedded engine everybody else waits for them. */
const ROWS = { postgresql: 5000, embedded: 250 };
const BLOCKS = { postgresql: 64, embedded: 2 };

async function ensureDataset(client: Queryable, key: string): Promise<number> {
  const { rows } = await client.query<{ id: number; kind: string }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ($1::text, '部件', 'Components', 'components', 'import')
     on conflict (key) do update set updated_at = now() returning id, kind`,
    [key],
  );
  const { id, kind } = rows[0]!;
  if (kind !== 'components')
    throw new HekanError('conflict', `dataset ${key} holds ${kind}, not components: give another --dataset`, {
      field: 'dataset',
      given: key,
    });
  return id;
}

/** What the city's divisions and catalogue say. */
interface Known {
  /** 6-digit codes of cities and districts. */
  codes: Set<string>;
  /** Code of the district by id of a division in it. */
  districts: Map<number, string>;
  /** Standard and code of each category of components, and the standards that have any. */
  categories: Set<string>;
  standards: Set<string>;
}

async function readKnown(client: Queryable): Promise<Known> {
  const { rows } = await client.query<{ id: number; level: number; code: string; district: string | null }>(
    `select d.id, d.level::int as level, d.code, a.code as district from division d left join division a on a.id = d.path[2]
     where d.valid_to is null`,
  );
  const categories = await client.query<{ standard: string; code: string }>(
    "select standard_ref as standard, code from category where kind = 'component'",
  );
  return {
    codes: new Set(rows.filter(({ level, code }) => level <= 2 && /^\d{6}$/.test(code)).map(({ code }) => code)),
    districts: new Map(rows.flatMap(({ id, district }) => (district === null ? [] : [[id, district] as const]))),
    categories: new Set(categories.rows.map(({ standard, code }) => `${standard} ${code}`)),
    standards: new Set(categories.rows.map(({ standard }) => standard)),
  };
}

/** One import under way. */
class ComponentImport {
  readonly #db: Database;
  readonly #source: RowSource;
  readonly #options: ComponentImportOptions;
  readonly #demo: DemoGuard;
  readonly #out: ImportOutput;
  readonly #key: string;
  readonly #standard: string | null;
  readonly #rejects: RejectsFile;
  readonly #warnings = new Findings();
  readonly #rows = { read: 0, inserted: 0, updated: 0, unchanged: 0, ended: 0, rejected: 0 };
  readonly #majors = new Map<string, number>();
  readonly #notes: string[];
  #target: ComponentTarget | null = null;
  #known: Known = { codes: new Set(), districts: new Map(), categories: new Set(), standards: new Set() };

  constructor(db: Database, path: string, options: ComponentImportOptions, demo: DemoGuard, out: ImportOutput) {
    this.#db = db;
    this.#options = options;
    this.#demo = demo;
    this.#out = out;
    this.#key = options.dataset ?? 'components';
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(this.#key))
      throw badRequest('dataset', this.#key, 'lower-case letters, digits, and . _ -');
    this.#standard = checkStandard(options.standard);
    this.#source = openSource(path, options.crs);
    this.#notes = [...this.#source.notes];
    this.#rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(path));
  }

  async run(): Promise<ComponentReport> {
    const began = performance.now();
    const inDemo = await this.#demo.isThere();
    // What is to be retired is no measure of what is real.
    if (!inDemo) this.#known = await readKnown(this.#db);
    try {
      await this.#readFile();
      if (this.#rows.read === 0) throw badRequest('file', 'no rows', `rows in ${this.#source.path}`);
      if (this.#options.replace) await this.#endOthers();
      await this.#rank();
      await drainOutbox(this.#db);
    } finally {
      this.#rejects.close();
    }
    const report = this.#report(began);
    if (this.#target)
      await this.#db.query(
        'update import_run set file_sha256 = $2::text, finished_at = now(), report = $3::jsonb where id = $1::int',
        [this.#target.batch, report.sha256, JSON.stringify(report)],
      );
    return report;
  }

  async #readFile(): Promise<void> {
    let reader: ComponentReader | null = null;
    for await (const rows of this.#source.batches()) {
      reader ??= new ComponentReader(this.#source, {
        crs: this.#options.crs,
        standardRef: this.#standard,
        divisions: this.#known.codes,
      });
      const components = this.#readRows(rows, reader);
      for (const chunk of chunked(components, ROWS[this.#db.engine])) await this.#write(chunk);
      this.#out.progress(this.#source.read, this.#source.total, `${this.#rows.read.toLocaleString('en-US')} rows`);
    }
  }

  #readRows(rows: readonly SourceRow[], reader: ComponentReader): Component[] {
    const components: Component[] = [];
    for (const row of rows) {
      this.#rows.read++;
      try {
        components.push(reader.read(row));
      } catch (error) {
        if (!(error instanceof FeatureProblem)) throw error;
        const { reason, field, value } = error;
        this.#rejects.add({ line: row.line, reason, field, value, raw: row.raw() });
        this.#rows.rejected++;
      }
    }
    return components;
  }

  /** Retires the demonstration and makes the dataset, before the first row: a file that gives none changes nothing. */
  async #start(): Promise<ComponentTarget> {
    if (this.#target) return this.#target;
    if (await this.#demo.isThere()) {
      await this.#demo.retire();
      this.#notes.push('the demonstration (演示数据) was retired');
    }
    this.#target = await this.#db.transaction(async (client) => {
      if (!(await readCity(client))) await writeCity(client, NEUTRAL_CITY);
      const { rows } = await client.query<{ id: number }>(
        `insert into import_run (kind, file_name, file_sha256, started_at) values ('components', $1::text, '', now()) returning id`,
        [basename(this.#source.path)],
      );
      return { datasetId: await ensureDataset(client, this.#key), batch: rows[0]!.id };
    });
    return this.#target;
  }

  async #write(components: readonly Component[]): Promise<void> {
    const target = await this.#start();
    const written = await this.#db.transaction((client) => writeComponents(client, target, components));
    this.#rows.inserted += written.inserted;
    this.#rows.updated += written.updated;
    this.#rows.unchanged += written.unchanged;
    components.forEach((component, i) => this.#notice(component, written.divisions[i] ?? 0));
  }

  #notice({ line, code, standardRef, category }: Component, division: number): void {
    const major = category.slice(0, 2);
    this.#majors.set(major, (this.#majors.get(major) ?? 0) + 1);
    const { districts, categories, standards } = this.#known;
    const district = districts.get(division);
    if (division === 0 && districts.size > 0) this.#warnings.add('outside_every_division', line, code);
    else if (district !== undefined && /^\d{6}$/.test(district) && !code.startsWith(district))
      this.#warnings.add('lies_in_another_district', line, `${code}, in ${district}`);
    if (standards.has(standardRef) && !categories.has(`${standardRef} ${category}`))
      this.#warnings.add('category_not_in_the_catalogue', line, `${category} of ${standardRef}`);
  }

  async #endOthers(): Promise<void> {
    const target = this.#target;
    if (!target) throw badRequest('file', 'no row that can be taken', 'at least one: the dataset stays as it is');
    for (let n = -1; n !== 0; this.#rows.ended += n)
      n = await this.#db.transaction((client) => endOtherComponents(client, target, ROWS[this.#db.engine]));
  }

  /** Ranks what came and ended, and what an import that was killed left unranked. */
  async #rank(): Promise<void> {
    const { rows } = await this.#db.query<{ block: string }>(
      `select distinct (cell >> 34)::text as block from component where min_zoom = ${UNRANKED} order by 1`,
    );
    let done = 0;
    for (const chunk of chunked(rows, BLOCKS[this.#db.engine])) {
      const blocks = chunk.map(({ block }) => block);
      await this.#db.transaction(async (client) => {
        await rankComponents(client, blocks);
        const dirty = blocks.map((block) => 4 ** PLACE_BLOCK_ZOOM + Number(block));
        await appendDataEvent(client, 'components', ['components'], { dirty, caseIds: [] });
      });
      this.#out.progress((done += blocks.length), rows.length, 'tiles ranked');
    }
  }

  #report(began: number): ComponentReport {
    return {
      kind: 'components',
      file: basename(this.#source.path),
      sha256: this.#source.sha256(),
      dataset: this.#key,
      rows: this.#rows,
      byMajor: Object.fromEntries([...this.#majors].sort(([a], [b]) => (a < b ? -1 : 1))),
      rejects: { path: this.#rejects.total > 0 ? this.#rejects.path : null, byReason: this.#rejects.byReason() },
      warnings: this.#warnings.toJSON(),
      notes: this.#notes,
      seconds: Math.round((performance.now() - began) / 10) / 100,
    };
  }
}

/**
 * Takes components (部件) in by standard and code. It may be killed at any moment and run again; the same file again changes nothing;
 * one that changed keeps its history.
 * @param demo the demonstration that may stand in its way.
 * @throws HekanError: bad_request (file, header, options), conflict (demonstration).
 */
export async function runComponentImport(
  db: Database,
  path: string,
  options: ComponentImportOptions,
  demo: DemoGuard,
  out: ImportOutput,
): Promise<ComponentReport> {
  return new ComponentImport(db, path, options, demo, out).run();
}
