import type { ElementKind } from '../kinds.ts';
import type { Gazetteer, GazetteerDivision, KnownName } from '../types.ts';
import { CHINA_CITIES } from './chinaCities.ts';
import { foldText } from './fold.ts';
import { numeralsInName } from './numeral.ts';
import { Trie } from './trie.ts';
import { endingTrie, PROVINCES } from './words.ts';

/** One thing that a word may mean. */
export interface Sense {
  kind: ElementKind;
  value: string;
  ids: number[];
  /** The whole name; else a short form, which needs its surroundings to agree. */
  full: boolean;
  /** A city of China that the gazetteer does not hold. */
  foreign?: boolean;
}

export const ADMINISTRATIVE = new Set<ElementKind>(['province', 'city', 'district', 'street', 'community']);

const TAILS: Record<string, string[]> = {
  city: ['市', '地区', '自治州', '盟'],
  district: ['自治县', '自治旗', '区', '县', '市', '旗'],
  street: ['街道办事处', '街道', '办事处', '满族镇', '民族乡', '镇', '乡', '苏木'],
  community: [
    '社区居民委员会',
    '社区居委会',
    '居民委员会',
    '居委会',
    '村民委员会',
    '村委会',
    '行政村',
    '社区',
    '村',
    '嘎查',
  ],
};
/** What each tail may be written as instead. */
const WRITTEN: Record<string, string[]> = {
  street: ['街道', '街道办事处', '街道办', '办事处'],
  community: ['社区', '社区居委会', '居委会', '社区居民委员会'],
  village: ['村', '村委会', '村民委员会'],
};

/** Peoples in the names of districts, towns and prefectures: 梅里斯 is short for 梅里斯达斡尔族区. */
const PEOPLES =
  /^(.{2,}?)(?:(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|保安|裕固|独龙|鄂伦春|赫哲|普米|各)族)+$/;

/** A name as a key: folded, its digits as Chinese numerals. */
export const nameKey = (name: string): string => {
  const folded = foldText(name);
  return /\d/.test(folded) ? numeralsInName(folded) : folded;
};

/** A name without its ending: 中华 of 中华路; the name itself where it has none or is little else. */
export function stemOf(name: string): string {
  for (let from = 2; from < name.length; from++) if (endingTrie.get(name.slice(from)) !== 0) return name.slice(0, from);
  return name;
}

function divisionForms({ level, name, aliases }: GazetteerDivision): { value: string; stem: string; forms: string[] } {
  const value = foldText(name);
  const forms = [value];
  let stem = value;
  for (const given of [value, ...(aliases ?? []).map(foldText)]) {
    const tail = TAILS[level]!.find((end) => given.length > end.length + 1 && given.endsWith(end));
    let base = tail === undefined ? given : given.slice(0, -tail.length);
    if (tail?.includes('村') && base.length > 2 && base.endsWith('村')) base = base.slice(0, -1); // 新立村村民委员会
    if (given === value) stem = base;
    forms.push(given);
    if (tail === undefined) continue;
    if (level === 'city') forms.push(`${base[0]!}市`); // 齐市
    if (level === 'street' && tail.startsWith('街')) forms.push(...WRITTEN.street!.map((end) => base + end));
    if (level === 'community')
      forms.push(...WRITTEN[tail.includes('村') ? 'village' : 'community']!.map((end) => base + end));
  }
  return { value, stem, forms };
}

/** All names known by heart, for longest match: divisions, their short forms, and the address base's own names. */
export class Lexicon {
  readonly trie = new Trie();
  /** Full names of divisions alone, from three units on: these count inside another name too. */
  readonly divisionTrie = new Trie();
  readonly senses: Sense[][] = [[]];
  readonly divisions = new Map<number, GazetteerDivision>();

  constructor({ divisions, names }: Gazetteer) {
    for (const name of PROVINCES) this.put(name, { kind: 'province', value: name, ids: [], full: name.endsWith('区') });
    for (const [short, value] of CHINA_CITIES)
      this.put(short, { kind: 'city', value, ids: [], full: false, foreign: true });
    for (const division of divisions) this.addDivision(division);
    for (const name of names ?? []) this.addName(name);
  }

  private put(word: string, sense: Sense): void {
    if (word.length < 2) return;
    const at = this.trie.get(word);
    const index = at === 0 ? this.senses.push([]) - 1 : at;
    if (at === 0) this.trie.set(word, index);
    if (sense.full && word.length > 2 && ADMINISTRATIVE.has(sense.kind)) this.divisionTrie.set(word, index);
    const senses = this.senses[index]!;
    const same = senses.find(({ kind, value }) => kind === sense.kind && value === sense.value);
    if (!same) senses.push(sense);
    else {
      same.ids.push(...sense.ids.filter((id) => !same.ids.includes(id)));
      same.full ||= sense.full;
      same.foreign &&= sense.foreign;
    }
  }

  private addDivision(division: GazetteerDivision): void {
    this.divisions.set(division.id, division);
    const { value, stem, forms } = divisionForms(division);
    const sense = { kind: division.level, value, ids: [division.id] };
    for (const form of forms) this.put(form, { ...sense, ids: [...sense.ids], full: true });
    // A community may be called 街道居民委员会: 街道 is then no short form of it.
    if (endingTrie.get(stem) === 0)
      this.put(stem, { ...sense, full: stem === value && division.level !== 'community' });
    const short = PEOPLES.exec(stem)?.[1];
    // 富区 of 富拉尔基区
    if (division.level === 'district' && stem.length > 2 && value.length > stem.length)
      this.put(`${value[0]!}${value.at(-1)!}`, { ...sense, ids: [division.id], full: false });
    if (short === undefined) return;
    this.put(short, { ...sense, ids: [division.id], full: false });
    if (division.level === 'district')
      this.put(`${short}${value.at(-1)!}`, { ...sense, ids: [division.id], full: true });
  }

  /** A name of the address base: it is then found whatever it ends with, and without its ending before a number. */
  addName({ kind, name }: KnownName): void {
    const value = nameKey(name);
    const stem = stemOf(value);
    const full = stem !== value;
    this.put(value, { kind, value, ids: [], full });
    if (value !== foldText(name)) this.put(foldText(name), { kind, value, ids: [], full });
    if (full) this.put(stem, { kind, value: stem, ids: [], full: false });
  }
}
