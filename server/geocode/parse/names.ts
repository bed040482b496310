import type { ElementKind } from '../kinds.ts';
import { BREAK, CLASSES, DIGIT, HAN, NUMERAL } from './fold.ts';
import { ADMINISTRATIVE, nameKey, type Sense } from './gazetteer.ts';
import type { NumberReader } from './numbers.ts';
import type { Trie } from './trie.ts';
import type { Reading } from './reading.ts';
import { ENDINGS, endingTrie, fillerTrie } from './words.ts';

const WITH = new Set(Array.from('与和跟同及至', (char) => char.charCodeAt(0)));
const SIDES = new Set(Array.from('东南西北中', (char) => char.charCodeAt(0)));
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
    this.reading.emit(sense.kind, at, end, sense.value, 'name of the lexicon', sense.ids);
    return end;
  }

  private choose(senses: readonly Sense[], end: number, onlyDivisions: boolean): Sense | null {
    for (const sense of senses) {
      const division = ADMINISTRATIVE.has(sense.kind);
      if (onlyDivisions && !(sense.full && division)) continue;
      if (sense.full ? !this.reading.goesOn(end) : this.stemFits(sense, division, end)) return sense;
    }
    return null;
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
    if (next !== '' && notBefore.includes(next)) return at + 1;
    if ((kind === 'landmark' || kind === 'estate') && this.sideOfRoad(end)) return at + 1;
    if ((weak && (!this.reading.closed(end) || stem < 2)) || this.reading.goesOn(end)) return at + 1;
    if (stem === 1 && (kind === 'city' || kind === 'district')) return this.zone(at, end, kind);
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

  /** 科学院 before 南路: the road is 科学院南路. */
  private sideOfRoad(at: number): boolean {
    const { codes, size } = this.reading.text;
    const index = SIDES.has(codes[at]!) ? endingTrie.longest(codes, at + 1, size) : 0;
    return index !== 0 && ENDINGS[index - 1]!.kind === 'road' && !ENDINGS[index - 1]!.weak;
  }

  /** 南区 of an estate. */
  private zone(at: number, end: number, kind: ElementKind): number {
    if (kind !== 'district' || !this.reading.has('estate')) return at + 1;
    this.reading.emit(
      'phase',
      this.reading.start,
      end,
      this.reading.text.slice(this.reading.start, end),
      'part of an estate',
    );
    return end;
  }

  /** 人民南路四段 is a road of its own; 中华路东段 and 中段 are not. */
  private section(end: number): number {
    const { codes } = this.reading.text;
    return codes[end + 1] === SECTION && (CLASSES[codes[end]!]! & (NUMERAL | DIGIT)) !== 0 ? end + 2 : end;
  }

  /** The 与 of 中华路与和平路. */
  private skipWith(at: number): void {
    if (
      this.reading.last !== 'road' ||
      !WITH.has(this.reading.text.codes[this.reading.start]!) ||
      at - this.reading.start < 2
    )
      return;
    this.reading.crossing = true;
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
    if (fillerTrie.longest(codes, at, size) !== 0 && !this.reading.goesOn(fillerTrie.end))
      return (this.reading.start = fillerTrie.end);
    return 0;
  }
}
