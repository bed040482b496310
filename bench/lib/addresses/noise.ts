/** How clerks write the addresses of a made-up city. Knows nothing of the parser: it damages parts and texts, and says what is left. */
import { Converter } from 'opencc-js/cn2t';
import { randomFrom } from '../random.ts';
import type { MadeAddress } from './city.ts';

export interface TruthCase {
  text: string;
  address: MadeAddress;
  /** What was done to it. */
  noise: string[];
  /** How deep the text goes, as far as the address base does. */
  level: 'number' | 'building' | 'room';
  /** The text still tells one door from all others. */
  answerable: boolean;
}

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const traditional = Converter({ from: 'cn', to: 't' }) as (text: string) => string;

const HOMOPHONES = `中钟 华花 新心 建健 安按 园圆 和合 平苹 文闻 化画 解姐 光广 明鸣 胜圣 利力 友有 谊宜 江姜 河何 永勇 兴星 隆龙 东冬 风丰 红洪 青清 年黏 工公
  农侬 民名 站占 前钱 湖胡 滨宾 北被 南男 业叶 振镇 复富 荣容 强墙 康糠 宁凝 居局 吉集 祥详 锦紧 绣秀 翠脆 月越 春纯 朝潮 阳杨 向象 育玉 才材 科棵 技计 迎盈
  凯楷 旋玄 金今 桥乔 银寅 泉全 紫子 翰汉 林临 御玉 景井 畔盼 绿律 洲州 嘉家 瑞锐 盛胜 天添 成城 通同 达答 珠朱 腾藤 凤奉 凰皇 万腕 福幅 百摆 丁钉 香乡`;
const homophone = new Map(HOMOPHONES.split(/\s+/).map((pair) => [pair[0]!, pair[1]!]));
const DIGITS = '零一二三四五六七八九';

/** 12 as 十二, 105 as 一百零五 or 一〇五. */
function chinese(random: Random, text: string): string {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 999) return text;
  if (n > 99)
    return random() < 0.5 ? Array.from(text, (digit) => '〇一二三四五六七八九'[Number(digit)]!).join('') : hundreds(n);
  return n < 10 ? DIGITS[n]! : `${n < 20 ? '' : DIGITS[Math.floor(n / 10)]!}十${n % 10 === 0 ? '' : DIGITS[n % 10]!}`;
}
function hundreds(n: number): string {
  const [h, t, o] = [Math.floor(n / 100), Math.floor((n % 100) / 10), n % 10];
  const tens = t === 0 ? (o === 0 ? '' : '零') : `${DIGITS[t]!}十`;
  return `${DIGITS[h]!}百${tens}${o === 0 ? '' : DIGITS[o]!}`;
}

interface Draft {
  front: string;
  district: string;
  street: string;
  community: string;
  road: string;
  number: string;
  estate: string;
  inner: string;
  tail: string;
}

const BUILDINGS = ['号楼', '栋', '幢', '#楼', '#', '座', '号楼'];
const UNITS = ['单元', '单元', '门'];

function inner(random: Random, a: MadeAddress, noisy: boolean): string {
  if (a.building === '') return '';
  const unit = a.unit === '' ? String(1 + Math.floor(random() * 4)) : a.unit;
  const room = a.room === '' ? `${1 + Math.floor(random() * 6)}0${1 + Math.floor(random() * 3)}` : a.room;
  if (!noisy) return `${a.building}号楼${unit}单元${room}室`;
  if (random() < 0.12) return `${a.building}-${unit}-${room}${random() < 0.3 ? '室' : ''}`;
  const written = random() < 0.12 ? chinese(random, a.building) : a.building;
  const building = written + (written === a.building ? pick(random, BUILDINGS) : '号楼');
  if (random() < 0.3) return building;
  return `${building}${random() < 0.1 ? chinese(random, unit) : unit}${pick(random, UNITS)}${room}${random() < 0.6 ? '室' : ''}`;
}

/** What may be done to the parts; each says whether the door is still told. */
const PARTS: [name: string, weight: number, act: (d: Draft, a: MadeAddress, random: Random) => boolean][] = [
  ['district left out', 4, (d) => ((d.district = ''), true)],
  ['street and community left out', 4, (d) => ((d.street = d.community = ''), true)],
  [
    'wrong city in front',
    2,
    (d, _a, random) => ((d.front = pick(random, ['哈尔滨市', '北京市', '沈阳市', '黑龙江省哈尔滨市', '大庆市'])), true),
  ],
  ['names doubled', 2, (d) => ((d.district += d.district), (d.community += d.community), true)],
  ['road doubled', 1, (d) => ((d.road += d.road), true)],
  ['only the estate', 3, (d, a) => (a.estate === '' ? true : ((d.road = d.number = ''), true))],
  ['only the road', 1, (d, a) => (a.estate === '' || a.road === '' ? true : ((d.estate = ''), true))],
  ['road without number', 1, (d, a) => (a.estate === '' ? true : ((d.number = ''), true))],
  [
    'ending left out',
    2,
    (d, a) => (a.estate === '' ? true : ((d.estate = d.estate.replace(/(小区|公寓|新村)$/, '')), true)),
  ],
  ['sound', 2, (d, _a, random) => (swapSound(d, random), true)],
  ['old community', 1, (d, _a, random) => ((d.community = pick(random, ['先锋社区', '东郊社区', '第一居委会'])), true)],
  ['sub number', 1, (d, a) => ((d.number = a.number.includes('-') ? a.number.replace('-', '号附') : d.number), true)],
  [
    'chinese numerals',
    1,
    (d, a, random) => (
      (d.number = /^\d+$/.test(a.number) && d.number !== '' ? `${chinese(random, a.number)}号` : d.number),
      true
    ),
  ],
  [
    'tail',
    2,
    (d, _a, random) => (
      (d.tail = pick(random, [
        '（自建房）',
        '(出租)',
        '院内',
        ' 一楼门市',
        '，近菜市场',
        '(人户分离)',
        ' 待核实',
        '#',
      ])),
      true
    ),
  ],
  [
    'phone',
    2,
    (d, _a, random) => (
      (d.tail += pick(random, [
        ' 13845270911',
        ' 张伟 13904520088',
        '，电话0452-2718000',
        ' 李秀英收',
        ' 联系人：王芳',
      ])),
      true
    ),
  ],
];

function swapSound(d: Draft, random: Random): void {
  const field = d.estate !== '' && random() < 0.5 ? 'estate' : 'road';
  const at = Array.from(d[field]).findIndex((char, i) => i < 2 && homophone.has(char));
  if (at !== -1) d[field] = d[field].slice(0, at) + homophone.get(d[field][at]!)! + d[field].slice(at + 1);
}

const TEXTS: [name: string, weight: number, act: (text: string, random: Random) => string][] = [
  ['traditional', 1, (text) => traditional(text)],
  ['full width', 1, (text) => text.replace(/[0-9A-Z#-]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))],
  [
    'spaces',
    2,
    (text, random) => Array.from(text, (char) => char + (random() < 0.08 && !/\d/.test(char) ? ' ' : '')).join(''),
  ],
  ['label', 1, (text, random) => pick(random, ['地址：', '现住', '家住', '位于']) + text],
  ['punctuation', 1, (text) => text.replace(/([区县市镇乡路号])(?=[^\d])/, '$1，')],
];

function choose<T extends readonly [string, number, ...unknown[]]>(random: Random, list: readonly T[]): T {
  let left = random() * list.reduce((sum, [, weight]) => sum + weight, 0);
  for (const one of list) if ((left -= one[1]) < 0) return one;
  return list[0]!;
}

const draftOf = (random: Random, a: MadeAddress, noisy: boolean): Draft => ({
  front: noisy && random() < 0.3 ? '' : random() < 0.4 ? '黑龙江省鹤江市' : '鹤江市',
  district: a.district,
  street: noisy && random() < 0.3 && a.group === '' ? '' : a.street,
  community: a.group !== '' ? a.community : noisy && random() < 0.4 ? '' : random() < 0.5 ? '' : a.community,
  road: a.road,
  number: a.number === '' ? '' : `${a.number}号`,
  estate: a.estate,
  inner: inner(random, a, noisy),
  tail: '',
});

const compose = (d: Draft, a: MadeAddress): string =>
  [
    d.front,
    d.district,
    d.street,
    d.community,
    a.group === '' ? '' : `${a.group}组`,
    d.road,
    d.number,
    d.estate,
    d.inner,
    d.tail,
  ].join('');

/** A building is written alone, or with its unit and room. */
function levelOf({ inner: written }: Draft, a: MadeAddress): TruthCase['level'] {
  if (a.building === '') return 'number';
  return a.room !== '' && /\d0\d室?$/.test(written) ? 'room' : 'building';
}

/** Is there still a name that is there once, or a district or street to tell it by? */
function isAnswerable(d: Draft, a: MadeAddress): boolean {
  const divided = d.street !== '' && d.district !== '';
  const byRoad = d.road !== '' && d.number !== '' && (a.roadOnce || divided);
  const byEstate = d.estate !== '' && (a.estateOnce || divided);
  if (a.group !== '') return divided && d.community.startsWith(a.community);
  return a.building === '' ? byRoad : byEstate || byRoad;
}

/** Truth cases of a city. `complete` ones are whole and clean; noisy ones have one to three things wrong. */
export function* truthCases(
  addresses: readonly MadeAddress[],
  seed: number,
  size: number,
  complete: boolean,
): Generator<TruthCase> {
  const random = randomFrom(seed);
  for (let i = 0; i < size; i++) {
    const address = pick(random, addresses);
    const draft = draftOf(random, address, !complete);
    const noise: string[] = [];
    for (let left = complete ? 0 : 1 + Math.floor(random() * 2); left > 0; left--) {
      const [name, , act] = choose(random, PARTS);
      if (noise.includes(name)) continue;
      act(draft, address, random);
      noise.push(name);
    }
    let text = compose(draft, address);
    if (!complete && random() < 0.4) {
      const [name, , act] = choose(random, TEXTS);
      text = act(text, random);
      noise.push(name);
    }
    yield { text, address, noise, level: levelOf(draft, address), answerable: isAnswerable(draft, address) };
  }
}
