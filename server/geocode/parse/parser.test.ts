import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GazetteerDivision } from '../types.ts';
import { createParser } from './parser.ts';

const divisions: GazetteerDivision[] = [
  { id: 1, parentId: null, level: 'city', name: '齐齐哈尔市' },
  { id: 2, parentId: 1, level: 'district', name: '龙沙区' },
  { id: 3, parentId: 1, level: 'district', name: '建华区' },
  { id: 4, parentId: 1, level: 'district', name: '讷河市' },
  { id: 5, parentId: 2, level: 'street', name: '五龙街道', aliases: ['五龙办'] },
  { id: 6, parentId: 4, level: 'street', name: '拉哈镇' },
  { id: 7, parentId: 5, level: 'community', name: '新宫社区居民委员会' },
  { id: 8, parentId: 6, level: 'community', name: '新立村村民委员会' },
];
const parser = createParser({
  divisions,
  names: [
    { kind: 'road', name: '中华路' },
    { kind: 'estate', name: '金色家园' },
  ],
});
const read = (text: string): string =>
  parser
    .parse(text)
    .elements.map(({ kind, value }) => `${kind}:${value}`)
    .join(' ');

describe('elements', () => {
  it.each([
    // whole
    [
      '黑龙江省齐齐哈尔市龙沙区五龙街道新宫社区中华路12号金色家园十二号楼3单元二〇一室',
      'province:黑龙江省 city:齐齐哈尔市 district:龙沙区 street:五龙街道 community:新宫社区居民委员会 road:中华路 number:12 estate:金色家园 building:12 unit:3 room:201',
    ],
    // traditional, full width, a short name of the city, a number below another
    ['齐市龍沙區中華路１２號附1号', 'city:齐齐哈尔市 district:龙沙区 road:中华路 number:12-1'],
    ['中华路12之1号', 'road:中华路 number:12-1'],
    ['中华路12号之1', 'road:中华路 number:12-1'],
    ['中华路12-1号', 'road:中华路 number:12-1'],
    ['中华路甲12号', 'road:中华路 number:12甲'],
    ['中华路12甲号', 'road:中华路 number:12甲'],
    // a yard, a lane of Shanghai
    ['朝阳区建国路88号院3号楼2单元501', 'district:朝阳区 road:建国路 number:88 building:3 unit:2 room:501'],
    ['长宁区长宁路1027弄21号301室', 'district:长宁区 road:长宁路 lane:1027 number:21 room:301'],
    // levels twice, a village's groups
    ['讷河市拉哈镇新立村新立村三组12号', 'district:讷河市 street:拉哈镇 community:新立村村民委员会 group:3 number:12'],
    ['王家屯三队', 'hamlet:王家屯 group:3'],
    // levels left out, endings left out
    ['龙沙中华12号', 'district:龙沙区 road:中华 number:12'],
    ['中华路12', 'road:中华路 number:12'],
    // dashes, spaces and counters
    ['金色家园3-2-501', 'estate:金色家园 building:3 unit:2 room:501'],
    ['金色家园3 2 501', 'estate:金色家园 building:3 unit:2 room:501'],
    ['金色家园3号楼2-501', 'estate:金色家园 building:3 unit:2 room:501'],
    ['金色家园C15-2-303 一楼门市', 'estate:金色家园 building:15C unit:2 room:303'],
    ['金色家园7-2-103#', 'estate:金色家园 building:7 unit:2 room:103'],
    ['12栋2单元302', 'building:12 unit:2 room:302'],
    ['1#楼', 'building:1'],
    ['阳光小区二期A座1203', 'estate:阳光小区 phase:2 building:A room:1203'],
    // 楼 is a building before a unit, else a floor
    ['幸福小区3楼2单元501', 'estate:幸福小区 building:3 unit:2 room:501'],
    ['中华路12号3楼', 'road:中华路 number:12 floor:3'],
    // numerals in names
    ['建设三路十二号', 'road:建设三路 number:12'],
    ['建设3路12号', 'road:建设三路 number:12'],
    ['十二道街5号', 'road:十二道街 number:5'],
    ['102国道45号', 'road:一〇二国道 number:45'],
    ['卜奎北大街一百二十号', 'road:卜奎北大街 number:120'],
    ['人民南路四段11号', 'road:人民南路四段 number:11'],
    ['解放大路东段56号', 'road:解放大路 number:56'],
    // endings inside longer names
    ['龙沙区龙沙路小学', 'district:龙沙区 landmark:龙沙路小学'],
    [
      '中关村大街27号中关村大厦A座8层801室',
      'road:中关村大街 number:27 landmark:中关村大厦 building:A floor:8 room:801',
    ],
    ['五一小区5号楼1门501', 'estate:五一小区 building:5 unit:1 room:501'],
    // the other way round
    ['501室2单元3号楼金色家园龙沙区', 'room:501 unit:2 building:3 estate:金色家园 district:龙沙区'],
    // punctuation
    ['龙沙区,中华路,12号,3单元,501', 'district:龙沙区 road:中华路 number:12 unit:3 room:501'],
    // nothing to read
    ['', ''],
    ['，。（）', ''],
  ])('%s', (text, elements) => {
    expect(read(text).replace(/ ?(floor:1|other:\S+)(?= |$)/g, '')).toBe(elements);
  });
});

describe('spans', () => {
  it('are of the text as it came', () => {
    const text = ' 龍沙區 中華路 １２號，';
    for (const element of parser.parse(text).elements)
      expect(text.slice(element.start, element.end)).toBe(element.text);
    expect(parser.parse(text).elements.map((element) => element.text)).toEqual(['龍沙區', '中華路', '１２號']);
  });

  it('never overlap, whatever is read, and nothing throws', () => {
    const bits = fc.constantFrom(
      ...'龙沙区中华路金色家园12号楼-附甲与对面东侧50米 张三收13845270911，(A座)三单元📍'.split(''),
      'x',
      '路口',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        let end = 0;
        for (const element of parser.parse(text).elements) {
          expect(element.start).toBeGreaterThanOrEqual(end);
          expect(text.slice(element.start, element.end)).toBe(element.text);
          end = element.end;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('says no to what is no address by its length', () => {
    expect(() => parser.parse('路'.repeat(10_000))).toThrow(/address: expected at most 400 characters/);
  });
});

describe('relations and crossings', () => {
  it.each([
    ['万达广场对面', { kind: 'opposite', bearing: null, distanceM: null, of: 0 }],
    ['中华路12号旁', { kind: 'beside', bearing: null, distanceM: null, of: 1 }],
    ['第一医院东侧50米', { kind: 'direction', bearing: 90, distanceM: 50, of: 0 }],
    ['第一医院往西北约100米', { kind: 'direction', bearing: 315, distanceM: 100, of: 0 }],
  ])('%s', (text, relation) => {
    expect(parser.parse(text).relation).toMatchObject(relation);
  });

  it.each([
    ['中华路与和平路交叉口', true],
    ['中华路和卜奎大街交汇处', true],
    ['中华路、卜奎大街路口', true],
    ['中华路12号', false],
    ['和平路12号', false], // begins with a word that joins
  ])('%s meets: %s', (text, intersection) => {
    expect(parser.parse(text).intersection).toBe(intersection);
  });
});

describe('what is private', () => {
  it.each([
    ['中华路12号 张三 13804520000', ['13804520000', '张三']],
    ['联系人：李小明 电话0452-2712345 龙沙区中华路12号', ['李小明', '0452-2712345']],
    ['中华路12号王女士', ['王女士']],
    ['中华路12号 身份证11010519491231002X', ['11010519491231002X']],
    ['龙沙区中华路12号', []],
    ['王家屯三队 12号', []], // a village, not a Mr Wang
  ])('%s', (text, dropped) => {
    const parsed = parser.parse(text, { explain: true });
    expect(parsed.dropped.map(({ start, end }) => text.slice(start, end))).toEqual(dropped);
    const kept = JSON.stringify(parsed);
    for (const secret of dropped) expect(kept).not.toContain(secret);
  });
});

it('another city needs other data only', () => {
  const other = createParser({ divisions: [{ id: 1, parentId: null, level: 'district', name: '滨海新区' }] });
  expect(other.parse('滨海12号').elements[0]?.divisionIds).toBeUndefined();
  expect(other.parse('滨海新区中华路12号').elements[0]).toMatchObject({ kind: 'district', divisionIds: [1] });
});

it('a district that names a people is known without it', () => {
  const known = createParser({ divisions: [{ id: 1, parentId: null, level: 'district', name: '梅里斯达斡尔族区' }] });
  for (const text of ['梅里斯文化二街12号', '梅里斯区文化二街12号', '梅里斯达斡尔族区文化二街12号'])
    expect(known.parse(text).elements.map(({ value }) => value)).toEqual(['梅里斯达斡尔族区', '文化二街', '12']);
});

it('every decision can be printed', () => {
  expect(parser.parse('龙沙区中华路12号', { explain: true }).explanation).toEqual([
    '0-3 district 龙沙区: name of the lexicon',
    '3-6 road 中华路: name of the lexicon',
    '6-9 number 12: number with 号',
  ]);
});
