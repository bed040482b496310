import { beforeAll, describe, expect, it } from 'vitest';
import { AddressBase } from '../base/base.ts';
import { SURE, type GazetteerDivision } from '../types.ts';
import { Matcher } from './matcher.ts';
import { Suggester } from './suggest.ts';

const divisions: GazetteerDivision[] = [
  { id: 1, parentId: null, level: 'city', name: '鹤江市' },
  { id: 2, parentId: 1, level: 'district', name: '龙南区' },
  { id: 3, parentId: 1, level: 'district', name: '建东区' },
  { id: 4, parentId: 2, level: 'street', name: '五龙街道' },
  { id: 5, parentId: 2, level: 'street', name: '扎龙镇' },
  { id: 6, parentId: 3, level: 'street', name: '中华街道' },
  { id: 7, parentId: 5, level: 'community', name: '新立村村民委员会' },
];
/** Codes are what the tests speak of; each row lies 200 m or so from the next. */
const rows: [code: string, text: string, divisionId: number][] = [
  ['z12', '中华路12号', 4],
  ['z12-1', '中华路12-1号', 4],
  ['j3', '中华路14号金色家园小区3号楼', 4],
  ['j5', '中华路14号金色家园小区5号楼', 4],
  ['x5', '新华路5号', 4],
  ['xing5', '兴华路5号', 4],
  ['z120', '中华路120号', 6],
  ['h200A', '卜奎大街200号和平大厦A座', 6],
  ['u42', '文化大街42号鹤江大学', 6],
  ['g1-1', '光荣小区一期1号楼', 6],
  ['g2-1', '光荣小区二期1号楼', 6],
  ['v15', '新立村3组15号', 7],
  ['w8', '王家屯8号', 5],
  ['r501', '育才街7号育才公寓2号楼1单元501室', 6],
  ['r502', '育才街7号育才公寓2号楼1单元502室', 6],
];

let base: AddressBase;
let matcher: Matcher;
beforeAll(() => {
  base = new AddressBase({ divisions }, 7);
  rows.forEach(([code, text, divisionId], i) => {
    const at = code.startsWith('r') ? 20 : i; // rooms of one building have its point
    base.add({ code, text, lng: 123.9 + at * 0.003, lat: 47.3 + at * 0.002, divisionId });
  });
  matcher = new Matcher(base);
});

describe('sure', () => {
  it.each([
    ['鹤江市龙南区五龙街道中华路12号', 'number', 'z12'],
    ['龍南區中華路十二號', 'number', 'z12'],
    ['中华路12号附1号', 'number', 'z12-1'],
    ['中华路14号金色家园3栋2单元301', 'building', 'j3'],
    ['金色家园小区3#', 'building', 'j3'],
    ['中华路14号5号楼', 'building', 'j5'],
    ['龙南区钟华路12号', 'number', 'z12'], // a sound
    ['龙南区中毕路12号', 'number', 'z12'], // a shape
    ['哈尔滨市龙南区中华路12号', 'number', 'z12'], // another city in front of our district
    ['光荣小区2期1号楼', 'building', 'g2-1'],
    ['扎龙镇新立村新立村三组15号', 'number', 'v15'],
    ['扎龙镇王家屯8号', 'number', 'w8'],
    ['鹤江大学', 'number', 'u42'],
    ['育才公寓2号楼1单元502', 'room', 'r502'],
    ['502室1单元2号楼育才公寓', 'room', 'r502'],
    ['建东区中华路120号 张三 13845270911', 'number', 'z120'],
  ])('%s is %s %s', (text, level, code) => {
    const match = matcher.match(text);
    expect(match).toMatchObject({ level, code, reason: null, candidates: [], baseVersion: 7 });
    expect(match.confidence).toBeGreaterThanOrEqual(SURE);
  });

  it('a building known by its rooms is a building, without the code of a room', () => {
    expect(matcher.match('育才公寓2号楼')).toMatchObject({ level: 'building', code: null, reason: null, lng: 123.96 });
  });
});

describe('refused rather than guessed', () => {
  it.each([
    ['', 'none', 'empty'],
    ['   ', 'none', 'empty'],
    ['路'.repeat(10_000), 'none', 'too_long'],
    ['不详', 'none', 'not_an_address'],
    ["'; drop table place; --", 'none', 'unknown_name'],
    ['哈尔滨市南岗区中华路12号', 'none', 'other_city'],
    ['北京市朝阳区建国路88号', 'none', 'other_city'],
    ['哈尔滨南岗区中华路12号', 'none', 'other_city'], // without its 市
    ['哈尔滨道里区中华路12号', 'none', 'other_city'], // whose district holds an ending
    ['龙南区新花路5号', 'street', 'ambiguous'], // sounds like one, nearly like another
    ['光荣小区1号楼', 'street', 'ambiguous'], // of which phase?
    ['建东区中华路12号', 'road', 'unknown_number'], // the other district has a 12
    ['龙南区中华路13号', 'road', 'unknown_number'],
    ['金色家园9号楼', 'estate', 'unknown_number'],
    ['龙南区五龙街道', 'street', 'no_door'],
    ['龙南区不存在路5号', 'district', 'unknown_name'],
    ['龙南区中华路12号对面', 'landmark', 'near_landmark'],
  ])('%s: %s, %s', (text, level, reason) => {
    const match = matcher.match(text);
    expect(match).toMatchObject({ level, reason, code: null });
    expect(match.confidence).toBeLessThan(SURE);
  });

  it('shows what it might be', () => {
    expect(
      matcher
        .match('光荣小区1号楼')
        .candidates.map(({ code }) => code)
        .sort(),
    ).toEqual(['g1-1', 'g2-1']);
  });
});

it('what a source is of tells two roads of one name apart', () => {
  base.add({ code: 'n1', text: '南京街9号', lng: 123.1, lat: 47.1, divisionId: 4 });
  base.add({ code: 'n2', text: '南京街9号', lng: 123.2, lat: 47.2, divisionId: 6 });
  expect(matcher.match('南京街9号')).toMatchObject({ level: 'city', reason: 'ambiguous' });
  expect(matcher.match('南京街9号', { divisionId: 3 })).toMatchObject({ level: 'number', code: 'n2', reason: null });
});

it('a relation with a bearing and a distance moves the point', () => {
  const [at, moved] = [matcher.match('鹤江大学'), matcher.match('鹤江大学东侧100米')];
  expect(moved.level).toBe('landmark');
  expect((moved.lng! - at.lng!) * 111_195 * Math.cos((at.lat! * Math.PI) / 180)).toBeCloseTo(100, 3);
  expect(moved.lat).toBe(at.lat);
});

it('an alias is found, and goes with its address', () => {
  base.add({ code: 'a1', text: '滨江路1号', lng: 123.5, lat: 47.5, divisionId: 4, aliases: ['江沿街1号'] });
  base.addAlias('a1', '滨江路老粮库');
  expect(matcher.match('龙南区江沿街1号')).toMatchObject({ code: 'a1', reason: null });
  expect(matcher.match('滨江路老粮库')).toMatchObject({ code: 'a1', reason: null });
  expect(base.remove('a1')).toBe(true);
  expect(base.remove('a1')).toBe(false);
  for (const text of ['滨江路1号', '江沿街1号']) expect(matcher.match(`龙南区${text}`).code).toBeNull();
});

it('a door that a removed room stood for is given to the next', () => {
  base.add({ code: 's1', text: '松江路3号1单元101室', lng: 123.6, lat: 47.6, divisionId: 4 });
  base.add({ code: 's2', text: '松江路3号1单元102室', lng: 123.6, lat: 47.6, divisionId: 4 });
  base.remove('s1');
  expect(matcher.match('松江路3号1单元')).toMatchObject({ level: 'unit', reason: null });
  expect(matcher.match('松江路3号1单元101')).toMatchObject({ level: 'unit', code: null });
});

it('elements by column mean what a text means', () => {
  base.add({
    code: 'c1',
    elements: { road: '黄河路', number: '20号', estate: '江畔花园', building: '七号楼', unit: '二单元' },
    lng: 123.7,
    lat: 47.7,
    divisionId: 4,
  });
  expect(matcher.match('黄河路20号江畔花园7栋2单元')).toMatchObject({ level: 'unit', code: 'c1' });
  base.add({ code: 'c2', elements: { road: 'G111', number: 'K35+200' }, lng: 123.7, lat: 47.8, divisionId: 5 });
  expect(matcher.match('国道111线35.2公里处')).toMatchObject({ level: 'number', code: 'c2' });
});

it('a lane of a lane is not the lane', () => {
  base.add({ code: 'l1', text: '长江路1851弄3号', lng: 123.71, lat: 47.71, divisionId: 4 });
  base.add({ code: 'l2', text: '长江路1851弄15支弄3号', lng: 123.72, lat: 47.72, divisionId: 4 });
  expect(matcher.match('长江路1851弄15支弄3号')).toMatchObject({ code: 'l2', reason: null });
  expect(matcher.match('长江路1851弄3号')).toMatchObject({ code: 'l1', reason: null });
  expect(matcher.match('长江路1851弄16支弄3号').code).toBeNull();
});

it('an address that could not be found again is not taken', () => {
  expect(() => base.add({ code: 'bad', text: '12号', lng: 0, lat: 0, divisionId: null })).toThrow(
    /address bad: expected a road/,
  );
});

it('says how it came there', () => {
  const { explanation } = matcher.match('龙南区中华路12号', { explain: true });
  expect(explanation?.at(-2)).toBe('number z12 1.00: by road 中华路 1.00 − 0.00');
  expect(explanation?.at(-1)).toBe('number at 1.00');
});

it.each([
  ['中华', ['鹤江市龙南区中华路', '鹤江市建东区中华路']],
  ['zhl', ['鹤江市龙南区中华路', '鹤江市建东区中华路']],
  ['建东区zhl', ['鹤江市建东区中华路']],
  [
    '中华路12',
    ['鹤江市龙南区五龙街道中华路12号', '鹤江市建东区中华街道中华路120号', '鹤江市龙南区五龙街道中华路12-1号'],
  ],
  ['不存在', []],
])('%s suggests', (typed, texts) => {
  expect(new Suggester(base).suggest(typed).map(({ text }) => text)).toEqual(texts);
});
