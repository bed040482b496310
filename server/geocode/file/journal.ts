import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { HekanError } from '../../errors.ts';
import type { ChunkResult } from './chunk.ts';

/** A chunk that stands whole in the output. */
export interface DoneChunk extends Omit<ChunkResult, 'text'> {
  sha256: string;
  /** Length of the output behind it. */
  outBytes: number;
}

/**
 * An output that a run which was killed goes on with: beside it lies a journal with a line a chunk, each written after the chunk. What
 * stands in the output behind the last line is cut off. The first line says of what the output was made; another makes it begin anew.
 */
export class JournaledOutput {
  readonly done: DoneChunk[] = [];
  readonly #journalPath: string;
  readonly #journal: number;
  readonly #out: number;
  #bytes = 0;

  /** @throws HekanError('conflict') where the output is there and no journal says that it is ours. */
  constructor(path: string, madeOf: string, header: string) {
    this.#journalPath = `${path}.journal`;
    const lines = existsSync(this.#journalPath)
      ? readFileSync(this.#journalPath, 'utf8').split('\n').slice(0, -1)
      : null;
    if (lines === null && existsSync(path))
      throw new HekanError('conflict', `${path} exists already: name another --out`, { field: 'out', given: path });
    const known = lines?.[0] === madeOf;
    if (known) for (const line of lines.slice(1)) this.done.push(JSON.parse(line) as DoneChunk);
    this.#out = openSync(path, known && existsSync(path) ? 'r+' : 'w', 0o600);
    this.#journal = openSync(this.#journalPath, 'w', 0o600);
    writeSync(this.#journal, [madeOf, ...this.done.map((one) => JSON.stringify(one)), ''].join('\n'));
    this.#bytes = this.done.at(-1)?.outBytes ?? 0;
    ftruncateSync(this.#out, this.#bytes);
    if (this.#bytes === 0) this.#write(header);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#out, bytes, at, bytes.length - at, this.#bytes + at);
    this.#bytes += bytes.length;
  }

  add(sha256: string, { text, ...result }: ChunkResult): void {
    this.#write(text);
    writeSync(this.#journal, `${JSON.stringify({ ...result, sha256, outBytes: this.#bytes })}\n`);
  }

  /** @param whole everything is in it: the journal goes. */
  close(whole: boolean): void {
    closeSync(this.#out);
    closeSync(this.#journal);
    if (whole) rmSync(this.#journalPath);
  }
}
