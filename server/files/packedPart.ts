import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';
import type { AsyncFlateStreamHandler, ZipInputFile } from 'fflate';

/** Fast rather than small: rows are made while others wait. */
const LEVEL = 3;
/** APPNOTE 4.4.5. */
const DEFLATE = 8;

/** A part of a ZIP that zlib packs in its own threads, so that whoever waits for an answer does not wait for it. */
export class PackedPart implements ZipInputFile {
  readonly filename: string;
  readonly compression = DEFLATE;
  crc = 0;
  size = 0;
  /** Set by the ZIP that the part is added to. */
  ondata?: AsyncFlateStreamHandler;
  readonly #deflate = createDeflateRaw({ level: LEVEL });

  constructor(filename: string) {
    this.filename = filename;
    this.#deflate.on('data', (chunk: Buffer<ArrayBuffer>) => this.ondata?.(null, chunk, false));
  }

  /** Resolves when the bytes are packed. */
  async push(bytes: Uint8Array): Promise<void> {
    this.crc = crc32(bytes, this.crc);
    this.size += bytes.length;
    await new Promise<void>((done, fail) => this.#deflate.write(bytes, (error) => (error ? fail(error) : done())));
  }

  /** Ends the part: its size and checksum go into the ZIP. */
  async end(): Promise<void> {
    const ended = once(this.#deflate, 'end');
    this.#deflate.end();
    await ended;
    this.ondata?.(null, new Uint8Array(), true);
  }

  /** Gives its memory back, ended or not. */
  destroy(): void {
    this.#deflate.destroy();
  }
}
