import { expect, it } from 'vitest';
import readXlsxFile from 'read-excel-file/node';
import { unzipSync } from 'fflate';
import { column, formatCsv, streamWorkbook, writeWorkbook, type Cell, type Table } from './index.ts';

const COLUMNS = [
  column('名称'),
  column('件数', 'count'),
  column('办结率', 'percent'),
  column('时间', 'instant', 20),
  column('日', 'day'),
];
const AT = new Date('2026-10-31T18:00:00Z');
const ROWS: Cell[][] = [
  ['=1+1', 12345, 0.9964, AT, AT],
  ['<甲> & "乙"\n丙\u0001 👍', 0, 1, null, new Date('2026-10-31T00:00:00Z')],
  ['', null, null, AT, null],
];

interface Sheet {
  sheet: string;
  data: unknown[][];
}
const read = async (bytes: Buffer): Promise<Sheet[]> => await readXlsxFile(bytes);

async function* pagesOf(rows: Cell[][]): AsyncGenerator<Cell[][]> {
  for (const row of rows) yield [row];
}

async function streamed(pages: AsyncIterable<Cell[][]>, others: Table[] = []): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamWorkbook('案卷', COLUMNS, pages, others)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const whole = { name: '案卷', columns: COLUMNS, rows: ROWS };
const other = { name: '说明', columns: [column('项目'), column('内容')], rows: [['截至', AT] as Cell[]] };

it('reads back as it was written, text as text and numbers and times as such', async () => {
  const [sheet] = await read(await writeWorkbook([whole, other]));
  expect(sheet?.sheet).toBe('案卷');
  expect(sheet?.data[0]).toEqual(['名称', '件数', '办结率', '时间', '日']);
  expect(sheet?.data[1]).toEqual(['=1+1', 12345, 0.9964, AT, AT]);
  expect(sheet?.data[2]?.slice(0, 3)).toEqual(['<甲> & "乙"\n丙 👍', 0, 1]);
});

it('is the same streamed as whole, with formats, a frozen head and the other sheets', async () => {
  const bytes = await streamed(pagesOf(ROWS), [other]);
  expect(await read(bytes)).toEqual(await read(await writeWorkbook([whole, other])));
  const parts = unzipSync(bytes);
  const text = (path: string) => Buffer.from(parts[path]!).toString('utf8');
  expect(text('xl/styles.xml')).toMatch(/formatCode="yyyy-mm-dd hh:mm:ss"/);
  const sheet = text('xl/worksheets/sheet1.xml');
  expect(sheet).toMatch(/ySplit="1"/);
  expect(sheet).toMatch(/<c r="D2" s="\d+"><v>46326\.\d+<\/v>/);
  expect(sheet).not.toMatch(/<f>/);
});

it('holds a page in memory, not the list', async () => {
  let [ahead, most] = [0, 0];
  async function* pages(): AsyncGenerator<Cell[][]> {
    for (let i = 0; i < 60; i++) {
      most = Math.max(most, ++ahead);
      yield Array.from({ length: 500 }, (_, n) => [`第 ${i * 500 + n} 件 ${Math.sin(n + i)}`, n, 0.5, AT, AT]);
    }
  }
  let bytes = 0;
  for await (const chunk of streamWorkbook('案卷', COLUMNS, pages())) {
    bytes += chunk.length;
    ahead = 0;
  }
  expect(bytes).toBeGreaterThan(500_000);
  expect(most).toBeLessThan(10);
});

it.each([
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['a,"b"', '"a,""b"""'],
  [-2, '-2'], // a number is no formula
  [null, ''],
  [AT, '2026-10-31 18:00:00'],
])('%j is written as %s in CSV', (cell, written) => {
  expect(formatCsv([[cell]])).toBe(`${written}\r\n`);
});
