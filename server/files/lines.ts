import { createHash } from 'node:crypto';
import { createReadStream, openSync, readSync, closeSync, statSync } from 'node:fs';
import iconv from 'iconv-lite';
import { badRequest, HekanError } from '../errors.ts';
import { checkText, fileError, SNIFF_BYTES } from './sniff.ts';

const MAX_LINE_CHARS = 20_000_000;

export interface TextFile {
  bytes: number;
  /** Bytes read so far. */
  readonly read: number;
  /** Lines without their ends, in batches as the file comes. */
  batches(): AsyncIterable<string[]>;
  /** Of the bytes read; complete when batches() has ended. */
  sha256(): string;
}

/** The first bytes of a file, and how many there are in all. @throws HekanError that names the file. */
export function readStart(file: string, length = SNIFF_BYTES): { start: Uint8Array; bytes: number } {
  try {
    const handle = openSync(file, 'r');
    const { size } = statSync(file);
    const start = Buffer.alloc(Math.min(length, size));
    const read = readSync(handle, start, 0, start.length, 0);
    closeSync(handle);
    return { start: start.subarray(0, read), bytes: size };
  } catch (cause) {
    throw fileError('file', file, cause);
  }
}

/** Lines end with \n or \r\n, or, in a file that has no \n at its beginning, with \r. */
export function lineEnd(start: Uint8Array): string {
  return start.includes(0x0a) || !start.includes(0x0d) ? '\n' : '\r';
}

/**
 * Opens a text file to be read line by line, in any size.
 * @param encoding a name that iconv-lite knows.
 * @param expected for messages: what the file should be.
 * @throws HekanError('bad_request'): not there, not text, not this encoding.
 */
export function openTextFile(file: string, encoding: string, expected: string): TextFile {
  if (!iconv.encodingExists(encoding))
    throw badRequest('encoding', encoding, 'an encoding such as utf-8, gbk, gb18030');
  const { start, bytes } = readStart(file);
  checkText(file, start, encoding, expected);
  const eol = lineEnd(start);
  const hash = createHash('sha256');
  let read = 0;
  async function* batches(): AsyncIterable<string[]> {
    const decoder = iconv.getDecoder(encoding);
    let rest = '';
    const cut = (text: string): string[] => {
      const lines = (rest + text).split(eol);
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARS) {
        throw new HekanError(
          'too_large',
          `${file}: a line of more than ${MAX_LINE_CHARS} letters: this is no ${expected}`,
          {
            field: 'file',
            given: file,
          },
        );
      }
      return eol === '\n' ? lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)) : lines;
    };
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
      hash.update(chunk as Buffer);
      read += (chunk as Buffer).length;
      yield cut(decoder.write(chunk as Buffer));
    }
    yield cut((decoder.end() ?? '') + eol);
  }
  return {
    bytes,
    get read() {
      return read;
    },
    batches,
    sha256: () => hash.copy().digest('hex'),
  };
}
