import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkText, openTextFile, RecordCutter, RejectsFile, SeenIds, type CsvRecord } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'hekan-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cut(text: string, delimiter = ','): CsvRecord[] {
  const cutter = new RecordCutter(delimiter);
  return [...text.split('\n').flatMap((line) => cutter.push(line)), ...cutter.end()];
}

describe('RecordCutter', () => {
  test.each<[why: string, text: string, lines: number[], broken: number[]]>([
    ['plain lines', 'a,b\nc,d', [1, 2], []],
    ['empty lines are no records, and count', 'a\n\nb', [1, 3], []],
    ['a newline in quotes belongs to the record', 'a,"x\ny\nz"\nb,c', [1, 4], []],
    ['a doubled quote does not close', 'a,"x""\ny"\nb', [1, 3], []],
    ['a quote inside a field opens nothing', 'a,5" pipe\nb', [1, 2], []],
    ['a quote that is never closed costs its line only', 'a,"x\nb\nc', [1, 2, 3], [1]],
  ])('%s', (_why, text, lines, broken) => {
    const records = cut(text);
    expect(records.map(({ line }) => line)).toEqual(lines);
    expect(records.filter((record) => record.broken).map(({ line }) => line)).toEqual(broken);
  });

  test('goes on behind a quote that is still open after hundreds of lines', () => {
    const text = `a,"open\n${Array.from({ length: 1000 }, (_, i) => `${i},x`).join('\n')}`;
    const records = cut(text);
    expect(records).toHaveLength(1001);
    expect(records.filter(({ broken }) => broken).map(({ line }) => line)).toEqual([1]);
    expect(records.at(-1)).toEqual({ line: 1001, raw: '999,x', broken: false });
  });
});

describe('SeenIds', () => {
  test('knows each of many ids, the line of its first sight, and no other', () => {
    const seen = new SeenIds();
    for (let i = 1; i <= 50_000; i++) seen.add(`id-${i}`, i);
    seen.add('id-7', 99_999);
    expect(seen.lineOf('id-7')).toBe(7);
    for (let i = 1; i <= 50_000; i += 97) expect(seen.lineOf(`id-${i}`)).toBe(i);
    for (let i = 50_001; i <= 90_000; i++) expect(seen.lineOf(`id-${i}`)).toBeNull();
  });
});

describe('checkText', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  test.each<[given: string, start: Uint8Array, message: RegExp]>([
    ['nothing', bytes(''), /an empty file/],
    ['spaces', bytes(' \n\n'), /nothing but spaces/],
    ['a web page', bytes('<!DOCTYPE html><p>504'), /a web page or XML/],
    ['a binary', new Uint8Array([80, 75, 3, 4, 0, 0]), /a binary file/],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 97, 0]), /utf-16le text/],
    ['GBK', new Uint8Array([0xd4, 0xeb, 0xc9, 0xf9]), /not UTF-8/],
  ])('refuses %s', (_given, start, message) => {
    expect(() => checkText('x.csv', start, 'utf-8', 'CSV')).toThrow(message);
  });

  test('takes UTF-8, with a mark at its start, or cut inside a letter', () => {
    expect(() => checkText('x.csv', bytes('\uFEFFa,b'), 'utf-8', 'CSV')).not.toThrow();
    const cutLetter = new Uint8Array(65_536).fill(0xe5, -1).fill(97, 0, -1);
    expect(() => checkText('x.csv', cutLetter, 'utf-8', 'CSV')).not.toThrow();
  });
});

describe('openTextFile', () => {
  async function linesOf(bytes: Uint8Array, encoding: string): Promise<string[]> {
    const path = join(folder, 'lines.txt');
    writeFileSync(path, bytes);
    const lines: string[] = [];
    for await (const batch of openTextFile(path, encoding, 'text').batches()) lines.push(...batch);
    return lines;
  }
  test('ends lines with \\n, \\r\\n or, without either, \\r', async () => {
    const ascii = (text: string) => Buffer.from(text);
    expect((await linesOf(ascii('a\r\nb\nc'), 'utf-8')).slice(0, 3)).toEqual(['a', 'b', 'c']);
    expect((await linesOf(ascii('a\rb\rc'), 'utf-8')).slice(0, 3)).toEqual(['a', 'b', 'c']);
  });
  test('reads GBK and UTF-16', async () => {
    expect((await linesOf(new Uint8Array([0xd4, 0xeb, 0xc9, 0xf9]), 'gbk'))[0]).toBe('噪声');
    expect((await linesOf(Buffer.from('\uFEFFa噪', 'utf16le'), 'utf-16le'))[0]).toBe('a噪');
  });
});

describe('RejectsFile', () => {
  test('counts by reason and quotes what needs it', () => {
    const path = join(folder, 'a.rejects.csv');
    const rejects = new RejectsFile(path);
    rejects.add({ line: 3, reason: 'odd', field: 'f', value: 'a "b"', raw: 'x\ny' });
    rejects.add({ line: 4, reason: 'odd', field: 'f', value: '', raw: 'z' });
    expect(rejects.byReason()).toEqual({ odd: 2 });
    expect(rejects.close()).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('line,reason,field,value,raw\n3,odd,f,"a ""b""","x\ny"\n4,odd,f,,z\n');
  });
  test('leaves no rejects of an earlier run standing, and touches no file that is not its own', () => {
    const path = join(folder, 'a.rejects.csv');
    expect(new RejectsFile(path).close()).toBeNull();
    expect(() => readFileSync(path)).toThrow();
    const mine = join(folder, 'letter.txt');
    writeFileSync(mine, 'dear');
    expect(() => new RejectsFile(mine)).toThrow(/was not written by an import/);
    expect(readFileSync(mine, 'utf8')).toBe('dear');
  });
});
