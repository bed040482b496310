import { basename } from 'node:path';
import type { CrsName } from '../../api/shapes.ts';
import { isUnnamed, isUnzoned, readExtent, readOrNeutral } from '../../city/index.ts';
import {
  appendDataEvent,
  drainOutbox,
  systemClock,
  type Clock,
  type Database,
  type Queryable,
} from '../../db/index.ts';
import { badRequest } from '../../errors.ts';
import {
  defaultRejectsPath,
  Findings,
  openTextFile,
  RejectsFile,
  SeenIds,
  type ImportOutput,
} from '../../files/index.ts';
import { changeCity } from '../changeCity.ts';
import { CASE_LAYERS } from '../announce.ts';
import { foldTally } from '../tally.ts';
import type { CaseReport } from './caseReport.ts';
import { readHeader, type Header } from './header.ts';
import { readMapping, type Mapping } from './mapping.ts';
import { caseReader, RowProblem, type ReadCase } from './readCase.ts';
import { readRows, type CsvRow } from './rows.ts';
import { beginRun, countDataset, endRun, ensureDataset, findDataset, type DatasetNames } from './runs.ts';
import { Vocabulary } from './vocabulary.ts';
import { writeChunk } from './writeChunk.ts';

export interface CaseImportOptions {
  /** Path of a MAP.json, or the name of a built-in mapping. */
  map: string;
  /** Key of the dataset; default: the mapping's name. */
  dataset?: string | undefined;
  /** Of the file's positions; default: the mapping's. */
  crs?: CrsName | undefined;
  /** Where rejects go; default: FILE.rejects.csv in the current folder. */
  rejects?: string | undefined;
  /** Reads, checks and compares, writes nothing. */
  dryRun?: boolean | undefined;
  clock?: Clock | undefined;
}

const FIRST_CHUNK = 200;
const MIN_CHUNK = 25;
const MAX_CHUNK = 2000;
/** Time that a chunk's transaction aims at: on the embedded engine everybody else waits for it. */
const TARGET_MS = { embedded: 80, postgresql: 400 };

/** A demonstration, whose figures must not mix with real ones. Retiring it is for a room above this one. */
export interface DemoInTheWay {
  /** Whether there is one, or the rest of one. @throws HekanError('conflict') where it may not be retired. */
  isThere(): Promise<boolean>;
  retire(): Promise<void>;
}

/** One import under way. */
class CaseImport {
  readonly db: Database;
  readonly file: string;
  readonly options: CaseImportOptions;
  readonly demo: DemoInTheWay;
  readonly out: ImportOutput;
  readonly mapping: Mapping;
  readonly crs: CrsName;
  readonly dataset: DatasetNames;
  readonly now: Date;
  readonly dryRun: boolean;
  readonly vocabulary: Vocabulary;
  readonly rejects: RejectsFile;
  readonly warnings = new Findings();
  readonly seen = new SeenIds();
  readonly rows = { read: 0, inserted: 0, updated: 0, unchanged: 0, rejected: 0 };
  readonly positions = {
    located: 0,
    notLocated: 0,
    notLocatedByReason: {} as Record<string, number>,
    outsideEveryDivision: 0,
  };
  readonly byStatus: Record<string, number> = {};
  readonly notes: string[] = [];
  header: Header | null = null;
  runId: number | null = null;
  datasetId: number | null = null;
  #started = false;
  #chunkSize = FIRST_CHUNK;
  #waiting: ReadCase[] = [];
  #read: ReturnType<typeof caseReader> | null = null;

  constructor(db: Database, file: string, options: CaseImportOptions, demo: DemoInTheWay, out: ImportOutput) {
    this.db = db;
    this.file = file;
    this.options = options;
    this.demo = demo;
    this.out = out;
    this.mapping = readMapping(options.map);
    const crs = options.crs ?? this.mapping.crs;
    if (!crs)
      throw badRequest(
        'crs',
        '',
        'the coordinate system of the file, in the mapping or as --crs: wgs84, cgcs2000, gcj02 or bd09',
      );
    this.crs = crs;
    const key = options.dataset ?? this.mapping.name;
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(key)) throw badRequest('dataset', key, 'lower-case letters, digits, and . _ -');
    this.dataset = {
      key,
      nameZh: this.mapping.nameZh ?? key,
      nameEn: this.mapping.nameEn ?? this.mapping.nameZh ?? key,
    };
    this.now = (options.clock ?? systemClock).now();
    this.dryRun = options.dryRun ?? false;
    this.vocabulary = new Vocabulary(this.mapping, this.dataset);
    this.rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(file), !this.dryRun);
  }

  async run(): Promise<CaseReport> {
    const began = performance.now();
    if (!this.dryRun) await this.demo.isThere();
    const text = openTextFile(this.file, this.mapping.encoding, 'CSV with a header');
    try {
      for await (const batch of readRows(text, this.mapping.delimiter)) {
        for (const row of batch) this.#take(row);
        while (this.#waiting.length >= this.#chunkSize) await this.#flush();
        this.out.progress(text.read, text.bytes, `${this.rows.read.toLocaleString('en-US')} rows`);
      }
      while (this.#waiting.length > 0) await this.#flush();
    } finally {
      this.rejects.close();
    }
    if (this.rows.read === 0) throw badRequest('file', 'no rows', `rows below the header of ${this.file}`);
    return this.#finish(began, text.sha256());
  }

  /** Reads a row: into the chunk, or to the rejects. */
  #take(row: CsvRow): void {
    if (this.header === null) {
      this.header = readHeader(row.fields ?? [row.raw], this.mapping);
      const { mapping, header, crs, now } = this;
      this.#read = caseReader({ mapping, header, crs, now });
      return;
    }
    this.rows.read++;
    try {
      if (row.fields === null || !this.#read) throw new RowProblem('broken_quotes', '', '');
      const read = this.#read(row.line, row.raw, row.fields);
      const first = this.seen.lineOf(read.externalId);
      if (first !== null)
        throw new RowProblem('duplicate_in_file', 'externalId', `${read.externalId}, first on line ${first}`);
      this.seen.add(read.externalId, row.line);
      this.#count(read);
      this.#waiting.push(read);
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      const { reason, field, value } = error;
      this.rejects.add({ line: row.line, reason, field, value, raw: row.raw });
      this.rows.rejected++;
    }
  }

  #count(read: ReadCase): void {
    this.byStatus[read.status] = (this.byStatus[read.status] ?? 0) + 1;
    if (read.position) this.positions.located++;
    else {
      this.positions.notLocated++;
      const reason = read.notLocated ?? 'missing';
      this.positions.notLocatedByReason[reason] = (this.positions.notLocatedByReason[reason] ?? 0) + 1;
    }
    for (const [kind, value] of read.noticed) this.warnings.add(kind, read.line, value);
  }

  /** Retires the demonstration and makes the dataset, before the first chunk: a file that gives none changes nothing. */
  async #start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    if (this.dryRun) {
      this.datasetId = await findDataset(this.db, this.dataset.key);
      return;
    }
    if (await this.demo.isThere()) {
      await this.demo.retire();
      this.notes.push('the demonstration (演示数据) was retired');
    }
    await this.db.transaction(async (client) => {
      await this.#prepareCity(client);
      this.datasetId = await ensureDataset(client, this.dataset);
      this.runId = await beginRun(client, this.file);
    });
  }

  /** Days are counted in the city's zone, so that one is needed before the first case. */
  async #prepareCity(client: Queryable): Promise<void> {
    const city = await readOrNeutral(client);
    const names = this.mapping.city ?? { nameZh: this.dataset.nameZh, nameEn: this.dataset.nameEn };
    const named = isUnnamed(city) ? { ...city, ...names } : city;
    const zoned = isUnzoned(city) ? { ...named, timeZone: this.mapping.timeZone } : named;
    if (zoned.timeZone !== this.mapping.timeZone) {
      this.notes.push(
        `days are counted in the city's time zone ${zoned.timeZone}; the file's is ${this.mapping.timeZone}`,
      );
    }
    await changeCity(client, zoned);
  }

  async #flush(): Promise<void> {
    await this.#start();
    const cases = this.#waiting.splice(0, this.#chunkSize);
    const began = performance.now();
    const { datasetId, vocabulary, now, dryRun } = this;
    const options = { datasetId, vocabulary, now, write: !dryRun };
    const result = dryRun
      ? await writeChunk(this.db, cases, options)
      : await this.db.transaction((client) => writeChunk(client, cases, options));
    this.rows.inserted += result.inserted;
    this.rows.updated += result.updated;
    this.rows.unchanged += result.unchanged;
    this.positions.outsideEveryDivision += result.outside;
    const share = TARGET_MS[this.db.engine] / (performance.now() - began);
    const wanted = Math.round(cases.length * Math.min(2, Math.max(0.5, share)));
    this.#chunkSize = Math.min(MAX_CHUNK, Math.max(MIN_CHUNK, wanted));
  }

  async #finish(began: number, sha256: string): Promise<CaseReport> {
    const total = this.dryRun ? 0 : await this.#settle();
    const seconds = (performance.now() - began) / 1000;
    const report: CaseReport = {
      kind: 'cases',
      file: basename(this.file),
      sha256,
      dataset: this.dataset.key,
      dryRun: this.dryRun,
      rows: this.rows,
      rejects: {
        path: this.rejects.total > 0 && !this.dryRun ? this.rejects.path : null,
        byReason: this.rejects.byReason(),
      },
      positions: this.positions,
      byStatus: this.byStatus,
      warnings: this.warnings.toJSON(),
      words: this.vocabulary.sizes,
      lackingColumns: this.header?.lacking ?? [],
      notes: this.notes,
      datasetTotal: total,
      seconds: Math.round(seconds * 100) / 100,
      rowsPerSecond: Math.round(this.rows.read / seconds),
    };
    if (this.runId !== null) await endRun(this.db, this.runId, sha256, report);
    return report;
  }

  /** The dataset's totals, the city's extent where it has no divisions, the counts folded, the screens told. */
  async #settle(): Promise<number> {
    if (this.datasetId === null) return 0;
    const datasetId = this.datasetId;
    const total = await this.db.transaction(async (client) => {
      const count = await countDataset(client, datasetId);
      const city = await readOrNeutral(client);
      const divisions = await client.query('select 1 from division where valid_to is null limit 1');
      const extent = divisions.rows.length === 0 ? await readExtent(client) : null;
      if (extent) await changeCity(client, { ...city, extent });
      // Each chunk has told what it changed; this one is for the figures.
      await appendDataEvent(client, 'cases', CASE_LAYERS, { dirty: [], caseIds: [] });
      return count;
    });
    while ((await foldTally(this.db)) > 0);
    await drainOutbox(this.db);
    return total;
  }
}

/** Runs an import of cases. @param demo the demonstration that may stand in its way. */
export async function runCaseImport(
  db: Database,
  file: string,
  options: CaseImportOptions,
  demo: DemoInTheWay,
  out: ImportOutput,
): Promise<CaseReport> {
  return new CaseImport(db, file, options, demo, out).run();
}
