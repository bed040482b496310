import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { cutChunks, type Chunk } from './chunks.ts';
import { CsvCursor, CsvFormat } from './csvBytes.ts';
import { fieldText } from './cursor.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Row {
  line: number;
  problem: string | null;
  fields: string[];
}

async function read(text: string, chunkBytes: number, pieceBytes: number): Promise<{ rows: Row[]; chunks: Chunk[] }> {
  const format = new CsvFormat(',');
  const rows: Row[] = [];
  const chunks: Chunk[] = [];
  for await (const chunk of cutChunks(inPieces(Buffer.from(text), pieceBytes), chunkBytes, format, 'test')) {
    chunks.push(chunk);
    const cursor = new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines);
    while (cursor.next()) {
      const fields = cursor.problem === null ? format.header.map((_, i) => fieldText(cursor, i)) : [];
      rows.push({ line: cursor.line, problem: cursor.problem, fields });
    }
  }
  return { rows, chunks };
}

const HEADER = 'a,b,c';
const quote = (text: string, always: boolean) =>
  always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
// Letters that matter to CSV, and some of two to four bytes.
const field = fc.string({ unit: fc.constantFrom('x', 'y', '"', ',', '\n', '\r\n', ' ', '鹤', 'é', '𝄞'), maxLength: 8 });
const table = fc.array(
  fc.tuple(field, field, field, fc.boolean()).filter(([first, second, third]) => `${first}${second}${third}` !== ''),
  { maxLength: 30 },
);

describe('CSV as bytes', () => {
  test('gives the fields that csv-parse gives, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        async (lines, chunk, piece, last) => {
          const body = lines.map(([a, b, c, always]) => [a, b, c].map((text) => quote(text, always)).join(','));
          const text = [HEADER, ...body].join('\r\n') + (last ? '\r\n' : '');
          const expected = parse(text, { from_line: 1, relax_column_count: false }).slice(1);
          const { rows } = await read(text, chunk, piece);
          expect(rows.map(({ fields }) => fields)).toEqual(expected);
        },
      ),
    );
  });

  test('cuts any text into the same chunks, in whatever pieces it comes', async () => {
    const text = fc.string({ unit: fc.constantFrom('x', '"', ',', '\n', '\r'), maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        async (rest, chunk, piece) => {
          const whole = `${HEADER}\n${rest}`;
          const [pieces, once] = [await read(whole, chunk, piece), await read(whole, chunk, 100_000)];
          expect(pieces.chunks.map(({ bytes }) => bytes.toString())).toEqual(
            once.chunks.map(({ bytes }) => bytes.toString()),
          );
          expect(pieces.rows).toEqual(once.rows);
          expect(Buffer.concat(pieces.chunks.map(({ bytes }) => bytes)).toString()).toBe(whole);
          // Cut or not, the records are the same.
          expect(pieces.rows).toEqual((await read(whole, 1_000_000, 100_000)).rows);
        },
      ),
    );
  });

  const good = (line: number, ...fields: string[]): Row => ({ line, problem: null, fields });
  const bad = (line: number, problem: string): Row => ({ line, problem, fields: [] });
  test.each<[string, string, Row[]]>([
    [
      'a quote that is never closed costs its line',
      '1,"2,3\n4,5,6\n',
      [bad(2, 'broken_quotes'), good(3, '4', '5', '6')],
    ],
    [
      'one that a later line closes by chance, too',
      '1,"2,3\n4,5,"6"\n',
      [bad(2, 'broken_quotes'), good(3, '4', '5', '6')],
    ],
    ['a quote inside a field is a letter', '5" pipe,2,3\n', [good(2, '5" pipe', '2', '3')]],
    ['a quote behind which no field ends is one', '"a "b" c",2,3\n', [good(2, 'a "b" c', '2', '3')]],
    [
      'lines are counted through fields of several',
      '"1\n\n1",2,3\n4,5,6',
      [good(2, '1\n\n1', '2', '3'), good(5, '4', '5', '6')],
    ],
    ['empty lines are none', '\n1,2,3\n\r\n4,5,6\n', [good(3, '1', '2', '3'), good(5, '4', '5', '6')]],
    ['too few and too many', '1,2\n1,2,3,4\n', [bad(2, 'wrong_number_of_fields'), bad(3, 'wrong_number_of_fields')]],
  ])('%s', async (_, body, expected) => {
    expect((await read(`${HEADER}\n${body}`, 1_000_000, 7)).rows).toEqual(expected);
  });

  test('a byte order mark and names in quotes are read', async () => {
    const { chunks } = await read('\uFEFF"a\nb",c\n1,2\n', 1000, 1000);
    expect(chunks[0]).toMatchObject({ body: 11, bodyLines: 2, firstLine: 1 });
  });
});
