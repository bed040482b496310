import { stemOf } from '../parse/gazetteer.ts';
import { soundKey, soundsLike } from './sound.ts';

/** How much of a name's trust is left when it is written otherwise. */
const LIKENESS = {
  ending: 0.95, // 中华 for 中华路
  otherEnding: 0.78, // 中华街 for 中华路
  sound: 0.92, // 钟华路
  shape: 0.9, // 中毕路
  nearSound: 0.86, // 宗华路
  long: 0.86, // one character of four or more
  middle: 0.8, // one of three
  short: 0.62, // one of two
} as const;

const SHAPES = `未末 己已巳 土士 天夫 大太犬 日曰 千干于 人入八 东车 鸟乌 今令 木本 住往佳 侯候 辛幸 析折拆 田由甲申 牛午 王玉主 白自 石右 见贝 开井 元无 毛手
  刀力 几凡 风凤 厂广 北比 西四 目且 处外 兴光 华毕 平半 卫工 安女 明朋 青清 州洲 园圆 阳阴 龙尤 永水 江汪 河何 林材 村材 新亲 建健 康唐 宁丁 福副 春舂 景影
  利和 长张 昌冒 盛感 泰秦 祥详 瑞端 嘉喜 丰主 鑫金 庄压 屯电 沟钩 坝坎`;
const shapePairs = new Set<number>();
for (const group of SHAPES.split(/\s+/))
  for (const a of group) for (const b of group) if (a !== b) shapePairs.add(a.charCodeAt(0) * 65536 + b.charCodeAt(0));

export interface Likely {
  name: number;
  likeness: number;
}

type Bucket = Map<string, number | number[]>;
function put(bucket: Bucket, key: string, name: number): void {
  const there = bucket.get(key);
  if (there === undefined) bucket.set(key, name);
  else if (typeof there === 'number') bucket.set(key, [there, name]);
  else there.push(name);
}
const list = (found: number | number[] | undefined): readonly number[] =>
  found === undefined ? [] : typeof found === 'number' ? [found] : found;

const without = (text: string, at: number): string => text.slice(0, at) + text.slice(at + 1);

/** What is left of a name's trust where `given` stands for `name`; 0 where they are not near. Both at most one edit apart. */
export function likeness(given: string, name: string): number {
  if (given.length === name.length) {
    const at = Array.from(given).findIndex((char, i) => char !== name[i]);
    if (at === -1 || given.slice(at + 1) !== name.slice(at + 1)) return soundAlike(given, name);
    const [a, b] = [given.charCodeAt(at), name.charCodeAt(at)];
    const sound = soundsLike(a, b);
    if (sound === 2) return LIKENESS.sound;
    if (shapePairs.has(a * 65536 + b)) return LIKENESS.shape;
    if (sound === 1) return LIKENESS.nearSound;
  }
  const core = Math.min(stemOf(name).length, stemOf(given).length);
  return core >= 4 ? LIKENESS.long : core === 3 ? LIKENESS.middle : LIKENESS.short;
}

/** More than one character differs, but all that do sound alike. */
function soundAlike(given: string, name: string): number {
  let near: number = LIKENESS.sound;
  for (let i = 0; i < given.length; i++) {
    if (given[i] === name[i]) continue;
    const sound = soundsLike(given.charCodeAt(i), name.charCodeAt(i));
    if (sound === 0) return 0;
    if (sound === 1) near = LIKENESS.nearSound;
  }
  return near;
}

/** The base's names of one kind, found by stem, sound and by one edit. */
export class Names {
  private readonly texts = new Map<number, string>();
  private readonly stems: Bucket = new Map();
  private readonly sounds: Bucket = new Map();
  private readonly edits: Bucket = new Map();
  /** Names not yet in the three tables: they are made when first something is looked for. */
  private waiting: number[] = [];

  /** @returns whether the name is new. */
  add(name: number, text: string): boolean {
    if (this.texts.has(name)) return false;
    this.texts.set(name, text);
    this.waiting.push(name);
    return true;
  }

  private settle(): void {
    for (const name of this.waiting) {
      const text = this.texts.get(name)!;
      put(this.stems, stemOf(text), name);
      put(this.sounds, soundKey(text), name);
      put(this.edits, text, name);
      for (let i = 0; i < text.length; i++) if (text[i] !== text[i - 1]) put(this.edits, without(text, i), name);
    }
    this.waiting = [];
  }

  /** Names that `given` may stand for, likeliest first; none twice, itself not. */
  like(given: string): Likely[] {
    this.settle();
    const found = new Map<number, number>();
    const take = (name: number, value: number): void => {
      if (value > (found.get(name) ?? 0) && this.texts.get(name) !== given) found.set(name, value);
    };
    const stem = stemOf(given);
    for (const name of list(this.stems.get(given))) take(name, LIKENESS.ending);
    for (const name of list(this.stems.get(stem))) take(name, LIKENESS.otherEnding);
    for (const name of list(this.edits.get(stem))) if (this.texts.get(name) === stem) take(name, LIKENESS.ending);
    const nearby = (key: string): void => {
      for (const name of list(this.edits.get(key))) {
        const text = this.texts.get(name)!;
        if (Math.abs(text.length - given.length) <= 1) take(name, likeness(given, text));
      }
    };
    for (const name of list(this.sounds.get(soundKey(given)))) take(name, likeness(given, this.texts.get(name)!));
    if (given.length >= 3) {
      nearby(given);
      for (let i = 0; i < given.length; i++) nearby(without(given, i));
    }
    return [...found]
      .map(([name, value]) => ({ name, likeness: value }))
      .sort((a, b) => b.likeness - a.likeness || a.name - b.name);
  }
}
