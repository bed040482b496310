import { describe, expect, it } from 'vitest';
import writeXlsxFile from 'write-excel-file/node';
import { readBody } from './bodies.ts';
import { parseOutlet, type Outlet } from './outlet.ts';
import { readXlsx } from './xlsx.ts';

const workbook = (rows: (string | number | Date | null)[][]) => {
  const cellOf = (value: string | number | Date | null) =>
    value === null ? null : value instanceof Date ? { value, format: 'yyyy-mm-dd hh:mm' } : { value };
  return writeXlsxFile(rows.map((row) => row.map(cellOf))).toBuffer();
};

/** The directory of a ZIP with one part that says it has so many bytes unpacked. */
function bomb(unpacked: number): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50);
  entry.writeUInt32LE(unpacked, 24);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 10);
  return Buffer.concat([entry, end]);
}

describe('a workbook', () => {
  it('is rows under the names of its first row, days and times as they are written', async () => {
    const bytes = await workbook([
      ['工单号', ' 时间 ', '数', null],
      ['a', new Date('2026-11-24T08:30:00Z'), 3, 'nameless'],
      [null, null, null, null],
      ['b', null, null, null],
    ]);
    expect(await readXlsx(bytes, 'body')).toEqual([
      { line: 2, row: { 工单号: 'a', 时间: '2026-11-24T08:30:00', 数: 3 } },
      { line: 4, row: { 工单号: 'b', 时间: '', 数: '' } },
    ]);
  });

  it.each([
    ['nothing', Buffer.alloc(0), /expected an XLSX workbook/],
    ['no workbook', Buffer.from('no zip'), /expected an XLSX workbook/],
    ['another ZIP', bomb(1), /expected an XLSX workbook/],
    ['a bomb', bomb(4_000_000_000), /unpacks to 4000000000 bytes, at most/],
  ])('that is %s is refused', async (_what, bytes, why) => {
    await expect(readXlsx(bytes, 'body')).rejects.toThrow(why);
  });

  it('without names is refused', async () => {
    await expect(readXlsx(await workbook([[null, null]]), 'body')).rejects.toThrow(/names of columns/);
  });

  it('is a batch of work orders over HTTP', async () => {
    const config = { auth: { kind: 'none' }, crs: 'wgs84', mapping: { category: 'c', lng: 'x', lat: 'y' } };
    const file = parseOutlet({ key: 'line', kind: 'hotline', nameZh: '热线', nameEn: 'Hotline', config });
    const outlet: Outlet = { ...file, id: 1, timeZone: 'Asia/Shanghai' };
    const headers = new Headers({
      'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    });
    const items = await readBody(outlet, headers, await workbook([['no'], ['a'], ['b']]));
    expect(items).toEqual([
      { signal: { no: 'a' }, externalId: null },
      { signal: { no: 'b' }, externalId: null },
    ]);
  });
});
