import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readHeader } from './header.ts';
import { builtInMappings, parseMapping, readMapping } from './mapping.ts';

const GOOD = {
  name: 'mine',
  timeZone: 'Asia/Shanghai',
  crs: 'gcj02',
  dateFormats: ['yyyy-MM-dd HH:mm:ss'],
  columns: { externalId: '编号', reportedAt: '上报时间', status: '状态', category: '类别', lng: '经度', lat: '纬度' },
  status: { words: { 已结案: 'closed', 处置中: 'handling' } },
  standardRef: 'local:test',
};

describe('parseMapping', () => {
  test('fills in what is usual', () => {
    const mapping = parseMapping(GOOD, 'x');
    expect(mapping).toMatchObject({
      delimiter: ',',
      encoding: 'utf-8',
      kind: 'hotline',
      status: { unknown: 'reject' },
    });
    expect(mapping.names).toEqual({ category: {}, categoryGroup: {}, department: {}, source: {} });
  });

  test.each<[field: string, change: object, message: RegExp]>([
    ['map.timeZone', { timeZone: 'Mars/Olympus' }, /timeZone: expected an IANA time zone.*"Mars\/Olympus"/],
    ['map.encoding', { encoding: 'klingon' }, /encoding.*"klingon"/],
    ['map.crs', { crs: 'epsg3857' }, /crs: .*"epsg3857"/],
    [
      'map.dateFormats.0',
      { dateFormats: ['DD.MM.YYYY'] },
      /dateFormats\.0: date format: DD is not known.*"DD.MM.YYYY"/,
    ],
    ['map.status.words.x', { status: { words: { x: 'done' } } }, /status\.words\.x: .*"done"/],
    [
      'map.columns.status',
      { columns: { ...GOOD.columns, status: undefined } },
      /columns\.status: expected a column name.*got nothing/,
    ],
    ['map.name', { name: 'Not A Key' }, /name: .*"Not A Key"/],
    ['map.columns.lat', { columns: { ...GOOD.columns, lat: undefined } }, /lng and lat go together/],
    ['map.', { colums: {} }, /colums/],
  ])('names %s where it is wrong', (field, change, message) => {
    let error: unknown;
    try {
      parseMapping({ ...GOOD, ...change }, 'x.json');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'bad_request', field, message: expect.stringMatching(message) as string });
  });
});

describe('readMapping', () => {
  test('the example of docs/import.md is good', () => {
    const docs = readFileSync(new URL('../../../docs/import.md', import.meta.url), 'utf8');
    const example = /```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? '';
    expect(parseMapping(JSON.parse(example), 'docs/import.md').encoding).toBe('gbk');
  });
  test.each(builtInMappings())('the built-in %s is good', (name) => {
    expect(readMapping(name).name).toBe(name);
  });
  test('a name that is neither a file nor built in', () => {
    expect(() => readMapping('nyc312')).toThrow(/no such file, nor a built-in mapping \(boston311, nyc311\)/);
  });
});

describe('readHeader', () => {
  test('finds columns whatever their case, spaces and byte order mark', () => {
    const header = readHeader(['\uFEFF编号 ', '上报时间', '状态', '类别', '经度', '纬度'], parseMapping(GOOD, 'x'));
    expect(header.lookup.externalId).toEqual([{ column: '编号', index: 0 }]);
  });
  test('names every column that is missing, and lists the header', () => {
    expect(() => readHeader(['编号', '上报时间'], parseMapping(GOOD, 'x'))).toThrow(
      /no column "状态" \(columns\.status\), .*"纬度" \(columns\.lat\); its header is: "编号", "上报时间"/,
    );
  });
  test('sees another delimiter', () => {
    expect(() => readHeader(['编号;上报时间;状态'], parseMapping(GOOD, 'x'))).toThrow(/separated by ";"/);
  });
});
