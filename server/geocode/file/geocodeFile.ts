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
  const format = new CsvFormat(',');
  const work = new FileGeocoding(path, options);
  const threads = options.threads ?? Math.max(1, Math.min(availableParallelism(), Math.ceil(file.bytes / CHUNK_BYTES)));
  const pool = new GeocodePool(settings, threads);
  let output: JournaledOutput | null = null;
  let whole = false;
  try {
    const { version, addresses } = await pool.ready();
    if (addresses === 0)
      throw new HekanError('not_ready', 'there are no addresses yet: run `hekan import addresses`', { field: 'FILE' });
    let columns = { address: -1, division: -1 };
    const under: Promise<void>[] = [];
    let order: Promise<void> = Promise.resolve();
    for await (const chunk of cutChunks(file.pieces(), options.chunkBytes ?? CHUNK_BYTES, format, path)) {
      if (!output) {
        columns = columnsOf(path, format.header, options);
        const madeOf = JSON.stringify({ version, columns, header: format.header });
        output = new JournaledOutput(work.report.out, madeOf, `${headerOf(chunk)}\n`);
      }
      const to = output;
      const sha256 = shaOf(chunk);
      const done = to.done[chunk.number];
      if (done) {
        if (done.sha256 !== sha256)
          throw new HekanError(
            'conflict',
            `${path} changed since ${work.report.out} was begun: remove that and its journal`,
            {
              field: 'FILE',
              given: path,
            },
          );
        work.report.before += done.rows;
        work.take(done);
        continue;
      }
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
      if (under.length > 2 * threads) await under.shift();
    }
    await order;
    if (work.report.rows === 0) throw badRequest('FILE', path, 'rows below the header');
    await db.transaction(async (client) => {
      const source = `file:${work.report.file}`;
      await removeUnmatched(client, source);
      await writeUnmatched(client, systemClock, source, work.unmatched.values());
    });
    whole = true;
  } finally {
    output?.close(whole);
    work.report.rejects = { byReason: work.rejects.byReason(), path: work.rejects.close() };
    await pool.close();
  }
  return { ...work.report, seconds: Math.round((performance.now() - began) / 10) / 100 };
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
