/** npm's address-parse and zh-address-parse against ours, on every element that they give: province, city, district, road with its number,
 * phone and name. They bring the real divisions of China, so the texts are of a real city; a street or town they leave in the detail. */
import { createRequire } from 'node:module';
import { createParser, type GazetteerDivision } from '../../../server/geocode/index.ts';
import { quantile, randomFrom } from '../random.ts';

const DISTRICTS =
  '龙沙区 建华区 铁锋区 昂昂溪区 富拉尔基区 碾子山区 梅里斯达斡尔族区 龙江县 依安县 泰来县 甘南县 富裕县 克山县 克东县 拜泉县 讷河市'.split(
    ' ',
  );
const STREETS = '站前街道 中华街道 新江路街道 榆树屯镇 长山乡'.split(' ');
const ROADS = '中华路 卜奎大街 龙沙路 建设三路 和平大街 永安大街 文化二街 青年路'.split(' ');
const NAMES = '张伟 王芳 李秀英 刘洋 陈静 赵建国'.split(' ');
const SIZE = 3000;
const ROUNDS = 3;
const ELEMENTS = ['province', 'city', 'district', 'street', 'detail', 'phone', 'name'] as const;
type Elements = Record<(typeof ELEMENTS)[number], string>;
/** What a parser says of a text; '' where it found none of it, null where it never gives such an element. */
type Read = Record<(typeof ELEMENTS)[number], string | null>;
type Reader = (text: string) => Read;

interface Case {
  text: string;
  /** What stands in it; '' where it does not. */
  truth: Elements;
}

function cases(seed: number): Case[] {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: SIZE }, () => {
    const [front, province, city] = pick([
      ['黑龙江省齐齐哈尔市', '黑龙江省', '齐齐哈尔市'],
      ['齐齐哈尔市', '', '齐齐哈尔市'],
      ['黑龙江齐齐哈尔', '黑龙江省', '齐齐哈尔市'],
      ['', '', ''],
      ['哈尔滨市', '', '哈尔滨市'],
    ] as const);
    const district = pick(DISTRICTS);
    const short = random() < 0.2 && district.length > 2 ? district.replace(/(达斡尔族)?[区县市]$/, '') : district;
    const street = random() < 0.5 ? pick(STREETS) : '';
    const detail = `${pick(ROADS)}${1 + Math.floor(random() * 200)}号`;
    const person = random() < 0.3;
    const [name, phone] = person
      ? [pick(NAMES), `139${String(Math.floor(random() * 1e8)).padStart(8, '0')}`]
      : ['', ''];
    const text = `${front}${short}${street}${detail}${person ? ` ${name} ${phone}` : ''}`;
    return { text, truth: { province, city, district, street, detail, phone, name } };
  });
}

function ours(): Reader {
  const divisions: GazetteerDivision[] = [
    { id: 1, parentId: null, level: 'city', name: '齐齐哈尔市' },
    ...DISTRICTS.map((name, i) => ({ id: i + 2, parentId: 1, level: 'district' as const, name })),
  ];
  const parser = createParser({ divisions });
  return (text) => {
    const { elements, dropped } = parser.parse(text);
    const valueOf = (wanted: string): string => elements.find(({ kind }) => kind === wanted)?.value ?? '';
    const textOf = (wanted: string): string => elements.find(({ kind }) => kind === wanted)?.text ?? '';
    const cut = (wanted: string): string => {
      const span = dropped.find(({ kind }) => kind === wanted);
      return span ? text.slice(span.start, span.end) : '';
    };
    return {
      province: valueOf('province').replace(/^黑龙江$/, '黑龙江省'),
      city: valueOf('city'),
      district: valueOf('district'),
      street: valueOf('street'),
      detail: textOf('road') + textOf('number'),
      phone: cut('phone'),
      name: cut('person'),
    };
  };
}

interface Parts {
  province?: string;
  city?: string;
  area?: string;
  detail?: string;
  details?: string;
  mobile?: string;
  phone?: string;
  name?: string;
}

/** Their detail holds the street, which is not held against them. */
const withoutStreet = (detail: string): string =>
  STREETS.reduce((rest, street) => (rest.startsWith(street) ? rest.slice(street.length) : rest), detail.trim());

function theirs(folder: string): Map<string, Reader> {
  const load = createRequire(`${folder}/`);
  const first = (load('address-parse') as { default: { parse: (text: string) => Parts[] } }).default;
  const second = load('zh-address-parse') as (text: string) => Parts;
  const asRead = ({ province, city, area, detail, details, mobile, phone, name }: Parts): Read => ({
    province: province ?? '',
    city: city ?? '',
    district: area ?? '',
    street: null,
    detail: withoutStreet(detail ?? details ?? ''),
    phone: mobile !== undefined && mobile !== '' ? mobile : (phone ?? ''),
    name: name ?? '',
  });
  return new Map<string, Reader>([
    ['address-parse', (text) => asRead(first.parse(text)[0] ?? {})],
    ['zh-address-parse', (text) => asRead(second(text))],
  ]);
}

function measure(read: Reader, texts: readonly Case[]) {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (const { text } of texts) read(text);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const right = new Map<string, { there: number; right: number; given: boolean }>();
  for (const { text, truth } of texts) {
    const found = read(text);
    for (const element of ELEMENTS) {
      const one = right.get(element) ?? { there: 0, right: 0, given: found[element] !== null };
      right.set(element, one);
      if (truth[element] === '') continue;
      one.there++;
      if (found[element] === truth[element]) one.right++;
    }
  }
  return {
    perSecond: Math.round((texts.length / quantile(times, 0)) * 1000),
    right: Object.fromEntries([...right].map(([element, one]) => [element, one.given ? one.right / one.there : null])),
  };
}

/** Of the texts that hold an element, how many are read right. @param folder where `npm install address-parse zh-address-parse` was run; without
 * it ours stands alone, and the result says why. */
export function compareParsers(seed: number, folder: string | undefined) {
  const texts = cases(seed);
  const readers = new Map<string, Reader>([['ours', ours()], ...(folder === undefined ? [] : theirs(folder))]);
  const missing =
    folder === undefined ? 'npm install address-parse zh-address-parse in a folder, and give it with --others' : null;
  return {
    cases: texts.length,
    ...(missing !== null && { missing }),
    readers: Object.fromEntries([...readers].map(([name, read]) => [name, measure(read, texts)])),
  };
}
