import type { RejectsFile } from '../../files/index.ts';
import type { RecordInput } from './inputs.ts';
import { LostCodes } from './lostCodes.ts';
import type { FileReport, RecordReport } from './report.ts';

const n = (value: number) => value.toLocaleString('en-US');

/** What an import has done so far. */
export class LoadFigures {
  readonly rows = { read: 0, inserted: 0, rejected: 0, before: 0 };
  readonly lost = new LostCodes();
  readonly notes: string[] = [];
  readonly files: FileReport[] = [];
  notLocated = 0;
  readonly #rejected: Record<string, number> = {};
  readonly #began = performance.now();
  #loaded = 0;

  /** Another file begins. */
  begin({ name, file }: RecordInput): FileReport {
    if (file.guessed && file.encoding !== 'utf-8')
      this.notes.push(`${name} is not UTF-8: read as ${file.encoding} (say "encoding" in the mapping to be sure)`);
    const report = { name, sha256: '', encoding: file.encoding, rejects: null, chunks: 0, chunksBefore: 0 };
    this.files.push(report);
    return report;
  }

  /** The file has ended, or its reading has. */
  end(report: FileReport, rejects: RejectsFile): void {
    report.rejects = rejects.close();
    for (const [reason, count] of Object.entries(rejects.byReason()))
      this.#rejected[reason] = (this.#rejected[reason] ?? 0) + count;
  }

  took(read: number, kept: number): void {
    this.rows.read += read;
    this.rows.rejected += read - kept;
  }

  wrote(inserted: number, notLocated: number): void {
    this.rows.inserted += inserted;
    this.notLocated += notLocated;
  }

  /** All chunks are in. */
  loaded(): void {
    this.#loaded = performance.now();
  }

  /** For people: rows, rate, time left. @param done of `total` bytes. */
  note(done: number, total: number): string {
    const seconds = (performance.now() - this.#began) / 1000;
    const left = Math.round((seconds * (total - done)) / Math.max(1, done));
    const { read, before } = this.rows;
    return `${n(read + before)} rows · ${n(Math.round(read / seconds))} rows/s · ${left} s left`;
  }

  report(): Omit<RecordReport, 'dataset' | 'dryRun' | 'replaced' | 'stopped' | 'total' | 'located'> {
    const seconds = (this.#loaded - this.#began) / 1000;
    return {
      kind: 'records',
      files: this.files,
      rows: this.rows,
      notLocated: {
        total: this.notLocated,
        noCode: this.lost.noCode,
        unknownCode: this.lost.unknown,
        commonest: this.lost.commonest(),
      },
      rejectedByReason: this.#rejected,
      notes: this.notes,
      seconds: Math.round(seconds * 100) / 100,
      rowsPerSecond: Math.round(this.rows.read / seconds),
      settleSeconds: Math.round(performance.now() - this.#loaded) / 1000,
    };
  }
}
