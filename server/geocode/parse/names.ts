import type { ElementKind } from '../kinds.ts';
import { BREAK, CLASSES, DIGIT, HAN, LETTER, NUMERAL } from './fold.ts';
import { ADMINISTRATIVE, nameKey, type Sense } from './gazetteer.ts';
import type { NumberReader } from './numbers.ts';
import type { Trie } from './trie.ts';
import type { Reading } from './reading.ts';
import { crossingTrie, ENDINGS, endingTrie, fillerTrie, tailTrie } from './words.ts';

const WITH = new Set(Array.from('与和跟同及至', (char) => char.charCodeAt(0)));
const AND = '与'.charCodeAt(0);
const SIDES = new Set(Array.from('东南西北中', (char) => char.charCodeAt(0)));
const INNER = '里'.charCodeAt(0);
const MOUTH = '口'.charCodeAt(0);
const SECTION = '段'.charCodeAt(0);

/** Reads the names of an address: those known by heart, and those that end as a name does. */
export class NameReader {
  private readonly reading: Reading;
  private readonly numbers: NumberReader;

  constructor(reading: Reading, numbers: NumberReader) {
    this.reading = reading;
    this.numbers = numbers;
  }

  /** A name of the lexicon at `at`. Inside another name only a division's full one counts. */
  known(at: number): number {
    const { trie, divisionTrie } = this.reading.lexicon;
    const inName = at > this.reading.start;
    return (inName ? 0 : this.take(trie, at, false)) || this.take(divisionTrie, at, true);
  }

  private take(trie: Trie, at: number, division: boolean): number {
    const { text, lexicon } = this.reading;
    const index = trie.longest(text.codes, at, text.size);
    if (index === 0) return 0;
    const { end } = trie;
    const sense = this.choose(lexicon.senses[index]!, end, division);
    if (!sense) return 0;
    this.reading.flush(at, null);
    const to = sense.kind === 'road' && sense.full ? this.section(end) : end;
    const value = to === end ? sense.value : nameKey(text.slice(at, to));
    this.reading.emit(sense.kind, at, to, value, 'name of the lexicon', sense.ids);
    return to;
  }

  private choose(senses: readonly Sense[], end: number, onlyDivisions: boolean): Sense | null {
    for (const sense of senses) {
      const division = ADMINISTRATIVE.has(sense.kind);
      if (onlyDivisions && !(sense.full && division)) continue;
      if (
        sense.full
          ? !this.goesOn(end, division)
          : sense.foreign
            ? this.foreignFits(end)
            : this.stemFits(sense, division, end)
      )
        return sense;
    }
    return null;
  }

  /** Is a name that ends at `at` the beginning of a longer one? 政府 of 龙沙区政府 is its end, 公园 of 龙沙区公园路 begins another. */
  private goesOn(at: number, division: boolean): boolean {
    return this.reading.goesOn(at) && !(division && this.startsName(at));
  }

  /** 公园 of 公园路 and 豪庭 of 豪庭国际小区. */
  private startsName(at: number): boolean {
    const { codes, size } = this.reading.text;
    const index = endingTrie.longest(codes, at, size);
    const kind = index === 0 ? null : ENDINGS[index - 1]!.kind;
    if (kind !== 'landmark' && kind !== 'estate') return false;
    const { end } = endingTrie;
    return endingTrie.longest(codes, end, size) !== 0 || (kind === 'estate' && !this.reading.closed(end));
  }

  /** A short form counts where its surroundings say so: 龙沙 before a name of its own, 中华 before a number. */
  private stemFits(sense: Sense, division: boolean, end: number): boolean {
    const { codes, size } = this.reading.text;
    const { trie } = this.reading.lexicon;
    const closed = end >= size || codes[end] === BREAK;
    const afterDivision =
      this.reading.last !== null &&
      ADMINISTRATIVE.has(this.reading.last) &&
      this.reading.lastEnd === this.reading.start;
    if (!division) return closed ? this.reading.last !== null : this.numberFollows(end);
    if (closed) return afterDivision || end === size;
    // 翠湖 before 新华国际 is more likely part of an estate's name than a street or a community.
    if (sense.kind === 'street' || sense.kind === 'community')
      return (afterDivision || this.reading.last === null) && this.follows(end, sense.kind === 'street');
    if (this.follows(end, false) || trie.longest(codes, end, size) !== 0) return true;
    for (let i = end; i < end + 2; i++)
      if (i >= size || (CLASSES[codes[i]!]! & HAN) === 0 || endingTrie.longest(codes, i, size) !== 0) return false;
    return true;
  }

  /** 哈尔滨 of 哈尔滨南岗区: another city counts in front only, and before a district or a road that the base knows. */
  private foreignFits(end: number): boolean {
    const { last, text } = this.reading;
    if (last !== null && last !== 'province') return false;
    if (this.follows(end, true)) return true;
    for (let i = end; i < end + 6 && i < text.size && (CLASSES[text.codes[i]!]! & HAN) !== 0; i++) {
      const index = endingTrie.longest(text.codes, i, text.size);
      if (index !== 0 && !ENDINGS[index - 1]!.weak) return i > end + 1 && ENDINGS[index - 1]!.kind === 'district';
    }
    return false;
  }

  /** Does a division's full name come next, or a road's where that will do? */
  private follows(at: number, road: boolean): boolean {
    const { trie, senses } = this.reading.lexicon;
    const index = trie.longest(this.reading.text.codes, at, this.reading.text.size);
    return (
      index !== 0 &&
      senses[index]!.some(({ kind, full }) => full && (ADMINISTRATIVE.has(kind) || (road && kind === 'road')))
    );
  }

  private numberFollows(at: number): boolean {
    return this.numbers.starts(this.reading.text.codes[at]!) && this.numbers.counterAfter(at) !== undefined;
  }

  /** An ending at `at` that closes the name being read. */
  ending(at: number): number {
    const { codes, size } = this.reading.text;
    const index = endingTrie.longest(codes, at, size);
    if (index === 0) return at + 1;
    const { end } = endingTrie;
    const { kind, weak, notBefore } = ENDINGS[index - 1]!;
    const stem = at - this.reading.start;
    const next = end < size ? String.fromCharCode(codes[end]!) : '';
    if (next !== '' && notBefore.includes(next) && !(kind === 'road' && this.mouth(end))) return at + 1;
    // 中关村南大街: a village comes behind its town, else it is part of a road's name
    const sided = kind === 'landmark' || kind === 'estate' || (kind === 'community' && !this.reading.has('street'));
    if (sided && this.sideOfRoad(end)) return at + 1;
    if (kind === 'road' && this.sideOfEstate(end)) return at + 1;
    if ((weak && (!this.reading.closed(end) || stem < 2)) || this.goesOn(end, ADMINISTRATIVE.has(kind))) return at + 1;
    if (stem === 1 && (kind === 'city' || kind === 'district')) return this.zone(at, end, kind);
    if (kind === 'district' && end === at + 1 && this.isPart(at)) return this.part(end);
    if (this.isTail(end)) return (this.reading.flush(end, null), end);
    this.skipWith(at);
    const to = kind === 'road' ? this.section(end) : end;
    this.reading.emit(
      kind,
      this.reading.start,
      to,
      nameKey(this.reading.text.slice(this.reading.start, to)),
      `ends in ${this.reading.text.slice(at, end)}`,
    );
    return to;
  }

  /** 人行道 ends as a road does and is none. */
  private isTail(end: number): boolean {
    const { start, text } = this.reading;
    return tailTrie.longest(text.codes, start, end) !== 0 && tailTrie.end === end;
  }

  /** 科学院 before 南路: the road is 科学院南路. */
  private sideOfRoad(at: number): boolean {
    const { codes, size } = this.reading.text;
    const index = SIDES.has(codes[at]!) ? endingTrie.longest(codes, at + 1, size) : 0;
    return index !== 0 && ENDINGS[index - 1]!.kind === 'road' && !ENDINGS[index - 1]!.weak;
  }

  /** 西里 after 白云路: the estate is 白云路西里. */
  private sideOfEstate(at: number): boolean {
    const { codes } = this.reading.text;
    return SIDES.has(codes[at]!) && codes[at + 1] === INNER && this.reading.closed(at + 2);
  }

  /** 卜奎大街口: where the road meets another. */
  private mouth(at: number): boolean {
    const { codes, size } = this.reading.text;
    return codes[at] === MOUTH && (at + 1 >= size || codes[at + 1] === BREAK || SIDES.has(codes[at + 1]!));
  }

  /** Is 南区 of 科技园南区 a part of what is named before it? */
  private isPart(at: number): boolean {
    const { start, text } = this.reading;
    if (!SIDES.has(text.codes[at - 1]!)) return false;
    for (let from = start; from < at - 2; from++) {
      const index = endingTrie.longest(text.codes, from, at - 1);
      if (index !== 0 && endingTrie.end === at - 1)
        return ENDINGS[index - 1]!.kind === 'landmark' || ENDINGS[index - 1]!.kind === 'estate';
    }
    return false;
  }

  private part(end: number): number {
    const { start, text } = this.reading;
    this.reading.emit('landmark', start, end, nameKey(text.slice(start, end)), 'part of a place');
    return end;
  }

  /** 南区 or 七区 of an estate, B区 of a yard. */
  private zone(at: number, end: number, kind: ElementKind): number {
    const { start, text } = this.reading;
    const lettered = (CLASSES[text.codes[start]!]! & LETTER) !== 0;
    const house = this.reading.has('estate') || this.reading.last === 'landmark';
    if (kind !== 'district' || !(house || (lettered && this.reading.last === 'number'))) return at + 1;
    const value = this.numbers.valueOf(start, at) ?? text.slice(start, end);
    this.reading.emit('phase', start, end, value, 'part of an estate');
    return end;
  }

  /** 人民南路四段 and 朝阳东街三巷 are roads of their own; 中华路东段 and 中段 are not. */
  private section(end: number): number {
    const { codes, size } = this.reading.text;
    if ((CLASSES[codes[end]!]! & (NUMERAL | DIGIT)) === 0) return end;
    let at = end + 1;
    while (at < size && (CLASSES[codes[at]!]! & (NUMERAL | DIGIT)) !== 0) at++;
    const index = endingTrie.longest(codes, at, size);
    if (index !== 0 && ENDINGS[index - 1]!.lane) {
      const lane = endingTrie.end;
      // a road that is there by itself is another one: 八一街八一街
      const own = this.reading.lexicon.trie.longest(codes, end, size) !== 0 || this.reading.repeats(end, lane);
      if (!own && this.reading.closed(lane) && crossingTrie.longest(codes, lane, size) === 0) return lane;
    }
    return codes[end + 1] === SECTION && (CLASSES[codes[end]!]! & (NUMERAL | DIGIT)) !== 0 ? end + 2 : end;
  }

  /** The 与 of 中华路与和平路; 和平小区 begins with none. */
  private skipWith(at: number): void {
    const { last, start, text } = this.reading;
    const joins = last === 'road' ? WITH.has(text.codes[start]!) : last === 'estate' && text.codes[start] === AND;
    if (!joins || at - start < 2) return;
    this.reading.crossing ||= last === 'road';
    this.reading.start++;
  }

  filler(at: number): number {
    const { codes, size } = this.reading.text;
    // 中华路东段12号: the numbers run through
    if (this.reading.last === 'road' && this.reading.lastEnd === at && codes[at + 1] === SECTION)
      return (this.reading.start = this.reading.lastEnd = at + 2);
    const between = this.reading.last === 'road' && this.reading.lastEnd === at && WITH.has(codes[at]!);
    if (between && this.reading.lexicon.trie.longest(codes, at + 1, size) !== 0) {
      this.reading.crossing = true;
      return (this.reading.start = at + 1);
    }
    return this.reading.isFiller(at) ? (this.reading.start = fillerTrie.end) : 0;
  }
}
