/** npm's address-parse and zh-address-parse against ours, on what they share with it: city and district, and whether the rest is kept
 * whole. They bring the real divisions of China, so the texts are of a real city. */
import { createRequire } from 'node:module';
import { createParser, type GazetteerDivision } from '../../../server/geocode/index.ts';
import { quantile, randomFrom } from '../random.ts';

const DISTRICTS =
  '龙沙区 建华区 铁锋区 昂昂溪区 富拉尔基区 碾子山区 梅里斯达斡尔族区 龙江县 依安县 泰来县 甘南县 富裕县 克山县 克东县 拜泉县 讷河市'.split(
    ' ',
  );
const ROADS = '中华路 卜奎大街 龙沙路 建设三路 和平大街 永安大街 文化二街 青年路'.split(' ');
const SIZE = 3000;
const ROUNDS = 3;

interface Read {
  city: string | undefined;
  district: string | undefined;
  /** What it says of phone numbers; absent where it says nothing. */
  phoneFound: boolean;
}
type Reader = (text: string) => Read;

interface Case {
  text: string;
  district: string;
  phone: boolean;
}

function cases(seed: number): Case[] {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: SIZE }, () => {
    const district = pick(DISTRICTS);
    const front = pick(['黑龙江省齐齐哈尔市', '齐齐哈尔市', '黑龙江齐齐哈尔', '', '哈尔滨市']);
    const phone = random() < 0.3;
    const short = random() < 0.2 && district.length > 2 ? district.replace(/(达斡尔族)?[区县市]$/, '') : district;
    const text = `${front}${short}${pick(ROADS)}${1 + Math.floor(random() * 200)}号${phone ? ' 张伟 13904520088' : ''}`;
    return { text, district, phone };
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
    const city = elements.find(({ kind, divisionIds }) => kind === 'city' && divisionIds)?.value;
    return {
      city,
      district: elements.find(({ kind }) => kind === 'district')?.value,
      phoneFound: dropped.some(({ kind }) => kind === 'phone'),
    };
  };
}

interface Parts {
  city?: string;
  area?: string;
  mobile?: string;
  phone?: string;
}

function theirs(folder: string): Map<string, Reader> {
  const load = createRequire(`${folder}/`);
  const first = (load('address-parse') as { default: { parse: (text: string) => Parts[] } }).default;
  const second = load('zh-address-parse') as (text: string) => Parts;
  const asRead = ({ city, area, mobile, phone }: Parts): Read => ({
    city,
    district: area,
    phoneFound: Boolean(mobile ?? phone),
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
  let [district, phone, phones] = [0, 0, 0];
  for (const one of texts) {
    const found = read(one.text);
    if (found.district === one.district) district++;
    if (one.phone) phones++;
    if (one.phone && found.phoneFound) phone++;
  }
  return {
    perSecond: Math.round((texts.length / quantile(times, 0)) * 1000),
    district: district / texts.length,
    phone: phone / phones,
  };
}

/** @param folder where `npm install address-parse zh-address-parse` was run; without it ours stands alone, and the result says why. */
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
