import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { HekanError } from '../errors.ts';
import { lineEnd, readStart } from './lines.ts';
import { checkText, fileError, isUtf8, SNIFF_BYTES } from './sniff.ts';

const PIECE_BYTES = 1 << 20;
const CR = 0x0d;
const LF = 0x0a;

/** Encodings of records' files. */
export const ENCODINGS = ['utf-8', 'gbk', 'gb18030', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A text file, read as bytes of UTF-8 whatever it is written in. */
export interface ByteFile {
  path: string;
  /** On the disk. */
  bytes: number;
  /** Of those, read so far. */
  readonly read: number;
  encoding: Encoding;
  /** Nobody said the encoding: it was found by looking. */
  guessed: boolean;
  /** UTF-8 with \n (or \r\n) at the ends of lines, cut anywhere. May begin with a byte order mark. */
  pieces(): AsyncIterable<Buffer>;
  /** Of the bytes on the disk; complete when pieces() has ended. */
  sha256(): string;
}

function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** The first bytes of what is packed; the rest of it is not there yet, which is no fault. */
function unpackStart(file: string, start: Uint8Array): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, SNIFF_BYTES);
  } catch (cause) {
    throw packedError(file, cause);
  }
}

function packedError(file: string, cause: unknown): HekanError {
  return new HekanError('bad_request', `file: ${file}: a broken gzip file: ${(cause as Error).message}`, {
    field: 'file',
    given: file,
    cause,
  });
}

/**
 * Opens a file that may be packed with gzip (told by its first bytes, not by its name).
 * @param encoding null: UTF-8 where its beginning is, else GB18030, which holds GBK.
 * @param expected for messages: what the file should be.
 * @throws HekanError('bad_request'): not there, not text, not this encoding.
 */
export function openByteFile(file: string, encoding: Encoding | null, expected: string): ByteFile {
  // Twice, so that what is packed and cannot be made smaller still gives enough to look at.
  const { start: packed, bytes } = readStart(file, 2 * SNIFF_BYTES);
  const gzip = isGzip(packed);
  const start = gzip ? unpackStart(file, packed) : packed.subarray(0, SNIFF_BYTES);
  const utf8 = isUtf8(start, start.length === SNIFF_BYTES);
  const found = encoding ?? (utf8 || start.includes(0) ? 'utf-8' : 'gb18030');
  checkText(file, start, found, expected);
  const onlyCr = lineEnd(start) === '\r';
  const hash = createHash('sha256');
  let source: ReturnType<typeof createReadStream> | null = null;

  async function* raw(): AsyncIterable<Buffer> {
    source = createReadStream(file, { highWaterMark: PIECE_BYTES });
    source.on('data', (piece) => hash.update(piece));
    const stream: Readable = gzip ? source.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : source;
    if (gzip) source.on('error', (error) => stream.destroy(error));
    try {
      for await (const piece of stream) yield piece as Buffer;
    } catch (cause) {
      const { code } = cause as { code?: string };
      throw gzip && code?.startsWith('Z_') ? packedError(file, cause) : fileError('file', file, cause);
    } finally {
      source.destroy();
    }
  }

  async function* decoded(): AsyncIterable<Buffer> {
    if (found === 'utf-8') {
      yield* raw();
      return;
    }
    const decoder = iconv.getDecoder(found);
    for await (const piece of raw()) yield Buffer.from(decoder.write(piece));
    yield Buffer.from(decoder.end() ?? '');
  }

  async function* pieces(): AsyncIterable<Buffer> {
    for await (const piece of decoded())
      yield onlyCr ? Buffer.from(piece.map((byte) => (byte === CR ? LF : byte))) : piece;
  }

  return {
    path: file,
    bytes,
    get read() {
      return source?.bytesRead ?? 0;
    },
    encoding: found,
    guessed: encoding === null,
    pieces,
    sha256: () => hash.copy().digest('hex'),
  };
}
