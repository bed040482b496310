import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { systemClock, type Database, type DatabaseOptions } from '../../db/index.ts';
import { badRequest, HekanError } from '../../errors.ts';
import {
  CsvFormat,
  cutChunks,
  defaultRejectsPath,
  openByteFile,
  RejectsFile,
  type Chunk,
  type ImportOutput,
} from '../../files/index.ts';
import { addUnmatched, removeUnmatched, writeUnmatched, type Unmatched } from '../service/unmatched.ts';
import { OUT_COLUMNS, type ChunkResult } from './chunk.ts';
import { JournaledOutput } from './journal.ts';
import { GeocodePool } from './pool.ts';

export interface GeocodeFileOptions {
  /** Column of the address; default: address or 地址. */
  column?: string | undefined;
  /** Column with the code of the division that the row's source lies in. */
  divisionColumn?: string | undefined;
  out?: string | undefined;
  rejects?: string | undefined;
  threads?: number | undefined;
  /** Default: half a megabyte. */
  chunkBytes?: number | undefined;
}

export interface GeocodeFileReport {
  file: string;
  out: string;
  rows: number;
  /** Rows that a run before this one did. */
  before: number;
  levels: Record<string, number>;
  rejects: { path: string | null; byReason: Record<string, number> };
  seconds: number;
}

const CHUNK_BYTES = 500_000;
const USUAL = ['address', '地址'];

function findColumn(file: string, header: readonly string[], option: string, names: readonly string[]): number {
  const at = header.findIndex((name) => names.includes(name.toLowerCase()) || names.includes(name));
  if (at >= 0) return at;
  const shown = header.join(', ').slice(0, 600);
  throw new HekanError('bad_request', `${file} has no column ${names.join(' or ')}; its header is: ${shown}`, {
    field: option,
    given: names.join(' or '),
  });
}

/** One file under way. */
class FileGeocoding {
  readonly rejects: RejectsFile;
  readonly unmatched = new Map<string, Unmatched>();
  readonly report: GeocodeFileReport;

  constructor(path: string, options: GeocodeFileOptions) {
    this.rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(path));
    const out = options.out ?? resolve(`${basename(path)}.geocoded.csv`);
    this.report = {
      file: basename(path),
      out,
      rows: 0,
      before: 0,
      levels: {},
      rejects: { path: null, byReason: {} },
      seconds: 0,
    };
  }

  take({ rows, levels, rejects, unmatched }: Omit<ChunkResult, 'text'>): void {
    this.report.rows += rows;
    for (const [level, n] of Object.entries(levels)) this.report.levels[level] = (this.report.levels[level] ?? 0) + n;
    for (const reject of rejects) this.rejects.add(reject);
    for (const one of unmatched) addUnmatched(this.unmatched, one);
  }

  /** Takes a chunk that a run before this one did. @returns false where none did. @throws HekanError('conflict') where it was another. */
  takeDone(output: JournaledOutput, { number }: Chunk, sha256: string, path: string): boolean {
    const done = output.done[number];
    if (!done) return false;
    if (done.sha256 !== sha256)
      throw new HekanError(
        'conflict',
        `${path} changed since ${this.report.out} was begun: remove that and its journal`,
        { field: 'FILE', given: path },
      );
    this.report.before += done.rows;
    this.take(done);
    return true;
  }
}

const shaOf = ({ bytes }: Chunk): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Geocodes a CSV into another: its rows as they stand, in their order, with level, confidence, lng, lat, code and reason behind. Killed and
 * run again it goes on where it ended. What was not found goes onto the work list.
 * @throws HekanError: bad_request (file, header, options), conflict (output).
 */
export async function geocodeFile(
  db: Database,
  settings: DatabaseOptions,
  path: string,
  options: GeocodeFileOptions,
  progress: ImportOutput,
): Promise<GeocodeFileReport> {
  const began = performance.now();
  const file = openByteFile(path, null, 'CSV with a header');
  const threads = options.threads ?? Math.max(1, Math.min(availableParallelism(), Math.ceil(file.bytes / CHUNK_BYTES)));
  const { url, folder } = settings;
  const pool = new GeocodePool({ url, folder, poolSize: 1, readers: 1 }, threads);
  try {
    const { report } = await geocodeThrough(pool, path, options, progress, async (unmatched, name) =>
      db.transaction(async (client) => {
        const source = `file:${name}`;
        await removeUnmatched(client, source);
        await writeUnmatched(client, systemClock, source, unmatched);
      }),
    );
    return { ...report, seconds: Math.round((performance.now() - began) / 10) / 100 };
  } finally {
    await pool.close();
  }
}

/**
 * Sends a file through a pool of threads, whatever addresses they know.
 * @param keep takes what was not found of the file, before its output counts as whole.
 * @returns the report, and the seconds from when all threads had their addresses.
 */
export async function geocodeThrough(
  pool: GeocodePool,
  path: string,
  options: GeocodeFileOptions,
  progress: ImportOutput,
  keep: (unmatched: Iterable<Unmatched>, file: string) => Promise<void>,
): Promise<{ report: Omit<GeocodeFileReport, 'seconds'>; matchingS: number }> {
  const work = new FileGeocoding(path, options);
  const output: { file: JournaledOutput | null } = { file: null };
  let whole = false;
  try {
    const { version, addresses } = await pool.ready();
    if (addresses === 0)
      throw new HekanError('not_ready', 'there are no addresses yet: run `hekan import addresses`', { field: 'FILE' });
    const began = performance.now();
    await sendChunks(pool, path, options, version, work, output, progress);
    if (work.report.rows === 0) throw badRequest('FILE', path, 'rows below the header');
    await keep(work.unmatched.values(), work.report.file);
    whole = true;
    return { report: work.report, matchingS: (performance.now() - began) / 1000 };
  } finally {
    output.file?.close(whole);
    work.report.rejects = { byReason: work.rejects.byReason(), path: work.rejects.close() };
  }
}

async function sendChunks(
  pool: GeocodePool,
  path: string,
  options: GeocodeFileOptions,
  version: number,
  work: FileGeocoding,
  output: { file: JournaledOutput | null },
  progress: ImportOutput,
): Promise<void> {
  const file = openByteFile(path, null, 'CSV with a header');
  const format = new CsvFormat(',');
  let columns = { address: -1, division: -1 };
  const under: Promise<void>[] = [];
  let order: Promise<void> = Promise.resolve();
  for await (const chunk of cutChunks(file.pieces(), options.chunkBytes ?? CHUNK_BYTES, format, path)) {
    if (!output.file) {
      columns = columnsOf(path, format.header, options);
      const madeOf = JSON.stringify({ version, columns, header: format.header });
      output.file = new JournaledOutput(work.report.out, madeOf, `${headerOf(chunk)}\n`);
    }
    const to = output.file;
    const sha256 = shaOf(chunk);
    if (work.takeDone(to, chunk, sha256, path)) continue;
    const { number, bytes, body, firstLine, bodyLines } = chunk;
    const found = pool.run({
      number,
      bytes,
      body,
      firstLine: firstLine + bodyLines,
      header: format.header,
      ...columns,
    });
    order = Promise.all([found, order]).then(([result]) => {
      to.add(sha256, result);
      work.take(result);
      progress.progress(file.read, file.bytes, `${work.report.rows.toLocaleString('en-US')} rows`);
    });
    order.catch(() => undefined);
    under.push(order);
    if (under.length > 2 * pool.size) await under.shift();
  }
  await order;
}

function columnsOf(path: string, header: readonly string[], { column, divisionColumn }: GeocodeFileOptions) {
  return {
    address: findColumn(path, header, '--column', column === undefined ? USUAL : [column]),
    division: divisionColumn === undefined ? -1 : findColumn(path, header, '--division-column', [divisionColumn]),
  };
}

/** The file's own header, with the columns behind it. */
function headerOf({ bytes, body }: Chunk): string {
  const own = bytes
    .toString('utf8', 0, body)
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '');
  return `${own},${OUT_COLUMNS.join(',')}`;
}
