import { HekanError } from '../errors.ts';

/** Bytes looked at before a file is read. */
export const SNIFF_BYTES = 65_536;

const UTF8_BOM = [0xef, 0xbb, 0xbf];

function startsWith(bytes: Uint8Array, start: number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** Whether bytes are UTF-8; up to three at the end may belong to a letter that was cut. */
export function isUtf8(bytes: Uint8Array, cut: boolean): boolean {
  for (let spare = 0; spare <= (cut ? 3 : 0); spare++) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - spare));
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

/**
 * Says no to what is plainly not the kind of text that was expected.
 * @param bytes the file's first SNIFF_BYTES, or all of it.
 * @param encoding name of the encoding it will be read in.
 * @param expected e.g. "CSV", for the message.
 * @throws HekanError('bad_request') that says what it is instead.
 */
export function checkText(file: string, bytes: Uint8Array, encoding: string, expected: string): void {
  const wrong = (given: string, expectation = `${expected} as ${encoding} text`) =>
    new HekanError('bad_request', `file: ${file}: expected ${expectation}, got ${given}`, {
      field: 'file',
      given: file,
    });
  if (bytes.length === 0) throw wrong('an empty file');
  const utf16 = startsWith(bytes, [0xff, 0xfe]) ? 'utf-16le' : startsWith(bytes, [0xfe, 0xff]) ? 'utf-16be' : null;
  if (/^utf-?16/i.test(encoding)) return;
  if (utf16)
    throw wrong(
      `${utf16} text`,
      `${expected} as ${encoding} text (convert it, or for CSV say "encoding": "${utf16}" in the mapping)`,
    );
  if (bytes.includes(0)) throw wrong('a binary file (it has zero bytes)');
  if (/^utf-?8$/i.test(encoding) && !isUtf8(bytes, bytes.length === SNIFF_BYTES)) {
    throw wrong(
      'bytes that are not UTF-8',
      `${expected} as UTF-8 text (for a GBK CSV say "encoding": "gbk" in the mapping)`,
    );
  }
  const start = new TextDecoder('latin1').decode(bytes.subarray(startsWith(bytes, UTF8_BOM) ? 3 : 0, 512)).trimStart();
  if (start === '' && bytes.length < SNIFF_BYTES) throw wrong('a file of nothing but spaces');
  if (/^<(!doctype|html|\?xml|head|body|svg)/i.test(start))
    throw wrong(`a web page or XML (it begins with ${start.slice(0, 30)})`);
}

/** An operating system's refusal, as an error that names the option. */
export function fileError(field: string, path: string, cause: unknown): HekanError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'no permission to read it' }[code ?? ''];
  return new HekanError('bad_request', `${field}: ${path}: ${why ?? (cause as Error).message}`, {
    field,
    given: path,
    cause,
  });
}
