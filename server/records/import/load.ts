import { CLASSES } from '../../api/shapes.ts';
import { drainOutbox, type Database } from '../../db/index.ts';
import { badRequest } from '../../errors.ts';
import { cutChunks, defaultRejectsPath, RejectsFile, type Chunk, type ImportOutput } from '../../files/index.ts';
import { foldRecordCounts } from '../counts.ts';
import { foldDensity } from '../fold.ts';
import { keepPlaces, lockDataset } from '../locks.ts';
import { listDatasets } from '../read.ts';
import { dropRetired, makeLive } from '../replace.ts';
import { LoadFigures } from './figures.ts';
import { openInputs, type RecordInput } from './inputs.ts';
import { ChangedFile } from './ledger.ts';
import { loadPlaces } from './loadPlaces.ts';
import { LostCodes } from './lostCodes.ts';
import { readRecordMapping, type RecordMapping } from './mapping.ts';
import type { DemoGuard, RecordImportOptions } from './options.ts';
import { PlaceIndex } from './placeIndex.ts';
import { countReady, hashChunk, readChunk } from './prepare.ts';
import { openTextPlaces, type LostText, type TextPlaces } from './textPlaces.ts';
import { touchStale, writeLostTexts } from '../rematch/index.ts';
import { RecordReader, type FieldNumbers } from './readRecord.ts';
import type { FileReport, RecordReport } from './report.ts';
import { endRun } from './runs.ts';
import { dropStaged, findStanding, openTarget, type Standing } from './target.ts';
import { writeChunk, type LoadTarget, type ReadyChunk } from './writeChunk.ts';

/** Bytes of a chunk: about half a second on PostgreSQL; on the embedded engine everybody else waits for it. */
const CHUNK_BYTES = { postgresql: 8_000_000, embedded: 256_000 };
/** Blocks that wait before an import folds them itself, where no server does. */
const MAX_WAITING_BLOCKS = 150_000;
const NOTHING: Standing = { generation: null, ledger: new Map(), theme: null, isNew: true };

/** What a replacement was begun with is not what is given now. */
class StaleStage extends Error {}

/** One import under way. */
class RecordLoad {
  readonly key: string;
  readonly #db: Database;
  readonly #options: RecordImportOptions;
  readonly #demo: DemoGuard;
  readonly #out: ImportOutput;
  readonly #mapping: RecordMapping;
  readonly #inputs: RecordInput[];
  readonly #replace: boolean;
  readonly #dryRun: boolean;
  readonly #figures = new LoadFigures();
  /** Reads what is not to be located: chunks that are in, and the first, before the places are loaded. */
  readonly #trial: RecordReader;
  #standing = NOTHING;
  #target: LoadTarget | null = null;
  #places = new PlaceIndex().end();
  #reader: RecordReader | null = null;
  #texts: TextPlaces | null = null;
  #writing: Promise<void> = Promise.resolve();
  #waitingBlocks = 0;
  #stopped = false;

  constructor(
    db: Database,
    files: readonly string[],
    options: RecordImportOptions,
    demo: DemoGuard,
    out: ImportOutput,
  ) {
    this.#db = db;
    this.#options = options;
    this.#demo = demo;
    this.#out = out;
    this.#replace = options.replace ?? false;
    this.#dryRun = options.dryRun ?? false;
    this.#mapping = readRecordMapping(options.map);
    this.key = options.dataset ?? this.#mapping.name;
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(this.key))
      throw badRequest('dataset', this.key, 'lower-case letters, digits, and . _ -');
    if (options.rejects !== undefined && files.length > 1)
      throw badRequest('rejects', options.rejects, 'one file at a time; without it each file gets FILE.rejects.csv');
    this.#inputs = openInputs(files, this.#mapping);
    this.#trial = new RecordReader(this.#mapping, this.#places, new LostCodes());
  }

  async run(): Promise<RecordReport> {
    if (this.#dryRun) return this.#load();
    await this.#demo.isThere();
    const releaseDataset = await lockDataset(this.#db, this.key);
    try {
      const releasePlaces = await keepPlaces(this.#db);
      return await this.#load().finally(releasePlaces);
    } finally {
      await releaseDataset();
    }
  }

  async #load(): Promise<RecordReport> {
    if (!this.#dryRun) await dropRetired(this.#db);
    if (!(this.#dryRun && this.#replace)) this.#standing = await findStanding(this.#db, this.key, this.#replace);
    const { ledger } = this.#standing;
    const known = new Set(this.#inputs.map(({ name }) => name));
    if (this.#replace && [...ledger.keys()].some((name) => !known.has(name))) throw new StaleStage();
    if (this.#replace && ledger.size > 0) this.#figures.notes.push('went on with a replacement that was begun before');
    for (const input of this.#inputs) if (!this.#stopped) await this.#loadFile(input);
    this.#figures.loaded();
    const { read, before } = this.#figures.rows;
    if (read + before === 0 && !this.#stopped) throw badRequest('file', 'no rows', 'rows below the header');
    return this.#finish();
  }

  async #loadFile(input: RecordInput): Promise<void> {
    const { name, file } = input;
    const rejects = new RejectsFile(this.#options.rejects ?? defaultRejectsPath(file.path), !this.#dryRun);
    const report = this.#figures.begin(input);
    const size = this.#options.chunkBytes ?? CHUNK_BYTES[this.#db.engine];
    let fields: FieldNumbers | null = null;
    try {
      for await (const chunk of cutChunks(file.pieces(), size, input.format, name)) {
        fields ??= input.fields();
        this.#stopped = this.#options.signal?.aborted ?? false;
        if (this.#stopped) break;
        report.chunks++;
        await this.#take(input, chunk, fields, rejects, report);
        this.#progress();
      }
      await this.#writing;
    } finally {
      await this.#writing.catch(() => undefined);
      this.#figures.end(report, rejects);
    }
    report.sha256 = file.sha256();
    const known = this.#standing.ledger.get(name)?.size ?? 0;
    if (!this.#stopped && known > report.chunks) throw this.#changed(name, 'it is shorter than what is in');
  }

  /** Reads a chunk and hands it on to be written, while the next is read. */
  async #take(input: RecordInput, chunk: Chunk, fields: FieldNumbers, rejects: RejectsFile, report: FileReport) {
    const sha256 = hashChunk(chunk);
    const known = this.#standing.ledger.get(input.name)?.get(chunk.number);
    if (known) {
      if (known.sha256 !== sha256) throw this.#changed(input.name, `part ${chunk.number + 1} is not what is in`);
      report.chunksBefore++;
      this.#figures.rows.before += known.rows + known.rejected;
      // The rejects file is this run's: what was rejected before stands in it again.
      if (known.rejected > 0) await readChunk(chunk, input.cursor(chunk), fields, this.#trial, rejects);
      return;
    }
    if (!this.#reader && (await this.#hasRows(input, chunk, fields))) await this.#start();
    const read = await readChunk(chunk, input.cursor(chunk), fields, this.#reader ?? this.#trial, rejects);
    const lost = this.#texts?.takeLost() ?? [];
    this.#figures.took(read.read, read.rows.size);
    if (this.#dryRun) this.#figures.wrote(read.rows.size, read.rows.notLocated);
    const target = this.#target;
    if (!target) return;
    const ready = await countReady(input.name, chunk, sha256, read, this.#places, !this.#replace);
    await this.#writing;
    this.#writing = this.#write(ready, target, lost);
    // It is awaited before the next is written; until then a failure must not end the process by itself.
    this.#writing.catch(() => undefined);
  }

  async #hasRows(input: RecordInput, chunk: Chunk, fields: FieldNumbers): Promise<boolean> {
    const counted = new RejectsFile('', false);
    return (await readChunk(chunk, input.cursor(chunk), fields, this.#trial, counted)).rows.size > 0;
  }

  /** Retires the demonstration and makes the dataset, before the first row: a file that gives none changes nothing. */
  async #start(): Promise<void> {
    if (this.#dryRun) this.#places = await loadPlaces(this.#db);
    else {
      if (await this.#demo.isThere()) {
        await this.#demo.retire();
        this.#figures.notes.push('the demonstration (演示数据) was retired');
      }
      this.#target = await this.#open();
      this.#places = await loadPlaces(this.#db);
    }
    if (this.#places.size === 0)
      this.#figures.notes.push('there are no places yet: import addresses first, then load these files with --replace');
    this.#texts = await this.#openTexts();
    this.#reader = new RecordReader(this.#mapping, this.#places, this.#figures.lost, this.#texts);
  }

  async #openTexts(): Promise<TextPlaces | null> {
    if (this.#mapping.columns.address === undefined) return null;
    const { openGeocoder } = await import('../../geocode/index.ts');
    return openTextPlaces(await openGeocoder(this.#db), this.#places, this.#mapping.minConfidence);
  }

  #open(): Promise<LoadTarget> {
    const { nameZh, nameEn, theme, class: given } = this.#mapping;
    const before = this.#standing;
    if (!before.isNew && theme !== undefined && theme !== before.theme)
      this.#figures.notes.push(
        `its theme stays ${before.theme ?? 'none'}: hekan dataset theme ${this.key} ${JSON.stringify(theme)} changes it`,
      );
    const names = {
      key: this.key,
      nameZh: nameZh ?? this.key,
      nameEn: nameEn ?? nameZh ?? this.key,
      theme: theme ?? null,
      classIndex: typeof given === 'string' ? CLASSES.indexOf(given) : null,
    };
    const files = this.#inputs.map(({ name }) => name);
    return openTarget(this.#db, names, files, this.#replace);
  }

  async #write(ready: ReadyChunk, target: LoadTarget, lost: readonly LostText[]): Promise<void> {
    await this.#db.transaction(async (client) => {
      await writeChunk(client, ready, target, this.#places);
      if (lost.length > 0) await writeLostTexts(client, target.generation, lost);
    });
    this.#figures.wrote(ready.entry.rows, ready.entry.notLocated);
    this.#waitingBlocks += ready.counts?.blocks.length ?? 0;
    if (this.#waitingBlocks < MAX_WAITING_BLOCKS) return;
    this.#waitingBlocks = 0;
    await this.#fold();
  }

  async #fold(): Promise<void> {
    while ((await foldRecordCounts(this.#db)) > 0);
    while ((await foldDensity(this.#db)) > 0);
  }

  #changed(name: string, what: string): Error {
    return this.#replace ? new StaleStage() : new ChangedFile(name, what);
  }

  #progress(): void {
    const [done, total] = this.#inputs.reduce(([a, b], { file }) => [a + file.read, b + file.bytes], [0, 0]);
    this.#out.progress(done, total, this.#figures.note(done, total));
  }

  async #finish(): Promise<RecordReport> {
    const replaced = this.#replace && !this.#dryRun && !this.#stopped;
    if (replaced) await this.#putInPlace();
    if (!this.#dryRun) {
      await this.#fold();
      await drainOutbox(this.#db);
      if (this.#texts && this.#target) await touchStale(this.#db, this.#target.generation);
    }
    const counts = (await listDatasets(this.#db)).find(({ key }) => key === this.key);
    const report: RecordReport = {
      ...this.#figures.report(),
      dataset: this.key,
      dryRun: this.#dryRun,
      replaced,
      stopped: this.#stopped,
      total: counts?.total ?? 0,
      located: counts?.located ?? 0,
    };
    if (this.#target) await endRun(this.#db, this.#target.batch, report);
    return report;
  }

  async #putInPlace(): Promise<void> {
    // All chunks may have been in already: an earlier run ended just before this.
    if (!this.#target && this.#standing.generation !== null) this.#target = await this.#open();
    if (!this.#target) throw badRequest('file', 'no row that can be taken', 'at least one: the dataset stays as it is');
    this.#out.line('· putting it in the place of what was there');
    await makeLive(this.#db, this.#target.datasetId, this.#target.generation);
  }
}

/**
 * Takes records from files into a dataset. It may be stopped or killed at any moment and run again.
 * @param demo the demonstration that may stand in its way.
 * @throws HekanError: bad_request (files, mapping, header, options), conflict (demonstration, another import, a changed file).
 */
export async function runRecordImport(
  db: Database,
  files: readonly string[],
  options: RecordImportOptions,
  demo: DemoGuard,
  out: ImportOutput,
): Promise<RecordReport> {
  const load = new RecordLoad(db, files, options, demo, out);
  try {
    return await load.run();
  } catch (error) {
    if (!(error instanceof StaleStage)) throw error;
    await dropStaged(db, load.key);
    out.line('· a replacement that was begun with other files is dropped, and begun anew');
    return runRecordImport(db, files, options, demo, out);
  }
}
