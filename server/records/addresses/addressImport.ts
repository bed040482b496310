import { basename } from 'node:path';
import type { CrsName } from '../../api/shapes.ts';
import { NEUTRAL_CITY, readCity, writeCity } from '../../city/index.ts';
import { appendDataEvent, drainOutbox, type Database, type Queryable } from '../../db/index.ts';
import { badRequest, HekanError } from '../../errors.ts';
import { defaultRejectsPath, RejectsFile, type ImportOutput } from '../../files/index.ts';
import { PLACE_BLOCK_ZOOM } from '../../../tiles/pyramid.ts';
import { foldRecordCounts } from '../counts.ts';
import type { DemoGuard } from '../import/index.ts';
import { lockPlaces } from '../locks.ts';
import { rankPlaces } from '../places.ts';
import { openOsmSource, openSource, type RowSource, type SourceRow } from '../sources/index.ts';
import { AddressReader, parseAttributes, type Address, type CountName } from './readAddress.ts';
import type { AddressReport } from './report.ts';
import { UNRANKED } from '../placeColumns.ts';
import { writeAddresses } from './writeAddresses.ts';

export interface AddressImportOptions {
  /** What the file's coordinates are; never guessed. */
  crs: CrsName;
  /** Key of the dataset; default: addresses. */
  dataset?: string | undefined;
  /** Columns of people, houses and units counted there: `people=实有人口,houses`. */
  attributes?: string | undefined;
  rejects?: string | undefined;
}

/** Addresses a transaction, and tiles of zoom 14 ranked in one: on the embedded engine everybody else waits for them. */
const ROWS = { postgresql: 5000, embedded: 250 };
const BLOCKS = { postgresql: 64, embedded: 2 };

/** The dataset of addresses with a key, made where it is missing. @throws HekanError('conflict'): it holds something else. */
export async function ensureAddresses(client: Queryable, key: string): Promise<number> {
  const { rows } = await client.query<{ id: number; kind: string }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ($1::text, '标准地址', 'Addresses', 'base', 'import')
     on conflict (key) do update set updated_at = now() returning id, kind`,
    [key],
  );
  const { id, kind } = rows[0]!;
  if (kind !== 'base')
    throw new HekanError('conflict', `dataset ${key} holds ${kind}, not addresses: give another --dataset`, {
      field: 'dataset',
      given: key,
    });
  return id;
}

/** Notes the names by which texts that wait for their place hang on addresses. */
export async function openTouch(
  client: Queryable,
): Promise<(client: Queryable, addresses: readonly Address[]) => Promise<void>> {
  const { createParser, namesOf, readGazetteer, touchNames } = await import('../../geocode/index.ts');
  const parser = createParser({ divisions: await readGazetteer(client) });
  return (inside, addresses) => {
    const texts = addresses.flatMap(({ address, aliases }) => [address, ...(aliases ?? [])]);
    return touchNames(
      inside,
      texts.flatMap((text) => namesOf(parser, text)),
    );
  };
}

/** One import under way. */
class AddressImport {
  readonly #db: Database;
  readonly #source: RowSource;
  readonly #attributes: ReadonlyMap<CountName, string>;
  readonly #options: AddressImportOptions;
  readonly #demo: DemoGuard;
  readonly #out: ImportOutput;
  readonly #key: string;
  readonly #rejects: RejectsFile;
  readonly #rows = { read: 0, inserted: 0, updated: 0, moved: 0, unchanged: 0, rejected: 0 };
  readonly #notes: string[] = [];
  #datasetId: number | null = null;
  #touch: Awaited<ReturnType<typeof openTouch>> | null = null;

  constructor(db: Database, path: string, options: AddressImportOptions, demo: DemoGuard, out: ImportOutput) {
    this.#db = db;
    this.#options = options;
    this.#demo = demo;
    this.#out = out;
    this.#key = options.dataset ?? 'addresses';
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(this.#key))
      throw badRequest('dataset', this.#key, 'lower-case letters, digits, and . _ -');
    this.#attributes = parseAttributes(options.attributes);
    this.#source = path.endsWith('.pbf') ? openOsmSource(path, options.crs) : openSource(path, options.crs);
    this.#notes.push(...this.#source.notes);
    this.#rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(path));
  }

  async run(): Promise<AddressReport> {
    const began = performance.now();
    await this.#demo.isThere();
    const release = await lockPlaces(this.#db);
    try {
      await this.#readFile();
      if (this.#rows.read === 0) throw badRequest('file', 'no rows', `rows below the header of ${this.#source.path}`);
      await this.#rank();
      while ((await foldRecordCounts(this.#db)) > 0);
      await drainOutbox(this.#db);
    } finally {
      this.#rejects.close();
      await release();
    }
    const report: AddressReport = {
      kind: 'addresses',
      file: basename(this.#source.path),
      sha256: this.#source.sha256(),
      dataset: this.#key,
      rows: this.#rows,
      rejects: { path: this.#rejects.total > 0 ? this.#rejects.path : null, byReason: this.#rejects.byReason() },
      notes: this.#notes,
      seconds: Math.round((performance.now() - began) / 10) / 100,
    };
    await this.#db.query(
      `insert into import_run (kind, file_name, file_sha256, started_at, finished_at, report)
       values ('addresses', $1::text, $2::text, now() - make_interval(secs => $3::float8), now(), $4::jsonb)`,
      [report.file, report.sha256, report.seconds, JSON.stringify(report)],
    );
    return report;
  }

  async #readFile(): Promise<void> {
    let reader: AddressReader | null = null;
    let waiting: Address[] = [];
    const size = ROWS[this.#db.engine];
    for await (const rows of this.#source.batches()) {
      reader ??= new AddressReader(this.#source, this.#options.crs, this.#attributes);
      for (const address of this.#readRows(rows, reader)) waiting.push(address);
      for (; waiting.length >= size; waiting = waiting.slice(size)) await this.#write(waiting.slice(0, size));
      this.#out.progress(this.#source.read, this.#source.total, `${this.#rows.read.toLocaleString('en-US')} rows`);
    }
    for (; waiting.length > 0; waiting = waiting.slice(size)) await this.#write(waiting.slice(0, size));
  }

  #readRows(rows: readonly SourceRow[], reader: AddressReader): Address[] {
    const addresses: Address[] = [];
    for (const row of rows) {
      this.#rows.read++;
      const address = reader.read(row);
      if ('reason' in address) this.#reject(row.line, address, row.raw());
      else addresses.push(address);
    }
    return addresses;
  }

  #reject(line: number, { reason, field, value }: { reason: string; field: string; value: string }, raw: string): void {
    this.#rejects.add({ line, reason, field, value, raw });
    this.#rows.rejected++;
  }

  /** Retires the demonstration and makes the dataset, before the first row: a file that gives none changes nothing. */
  async #start(): Promise<number> {
    if (this.#datasetId !== null) return this.#datasetId;
    if (await this.#demo.isThere()) {
      await this.#demo.retire();
      this.#notes.push('the demonstration (演示数据) was retired');
    }
    this.#datasetId = await this.#db.transaction(async (client) => {
      if (!(await readCity(client))) await writeCity(client, NEUTRAL_CITY);
      return ensureAddresses(client, this.#key);
    });
    return this.#datasetId;
  }

  async #write(addresses: readonly Address[]): Promise<void> {
    const datasetId = await this.#start();
    const touch = (this.#touch ??= await openTouch(this.#db));
    const result = await this.#db.transaction(async (client) => {
      const written = await writeAddresses(client, datasetId, addresses);
      await touch(client, written.touched);
      return written;
    });
    this.#rows.inserted += result.inserted;
    this.#rows.updated += result.updated;
    this.#rows.moved += result.moved;
    this.#rows.unchanged += result.unchanged;
    for (const { address, ...problem } of result.refused) this.#reject(address.line, problem, address.raw);
  }

  /** Ranks what came, and what an import that was killed left unranked. */
  async #rank(): Promise<void> {
    const { rows } = await this.#db.query<{ block: string }>(
      `select distinct (cell >> 34)::text as block from place where min_zoom = ${UNRANKED} order by 1`,
    );
    const size = BLOCKS[this.#db.engine];
    for (let i = 0; i < rows.length; i += size) {
      const blocks = rows.slice(i, i + size).map(({ block }) => block);
      await this.#db.transaction(async (client) => {
        await rankPlaces(client, blocks);
        const dirty = blocks.map((block) => 4 ** PLACE_BLOCK_ZOOM + Number(block));
        await appendDataEvent(client, 'addresses', ['places'], { dirty, caseIds: [] });
      });
      this.#out.progress(i + blocks.length, rows.length, 'tiles ranked');
    }
  }
}

/**
 * Takes addresses in by their code. It may be killed at any moment and run again; the same file again changes nothing.
 * @param demo the demonstration that may stand in its way.
 * @throws HekanError: bad_request (file, header, options), conflict (demonstration, records being loaded).
 */
export async function runAddressImport(
  db: Database,
  path: string,
  options: AddressImportOptions,
  demo: DemoGuard,
  out: ImportOutput,
): Promise<AddressReport> {
  return new AddressImport(db, path, options, demo, out).run();
}
