import type { ElementKind } from '../kinds.ts';
import type { Element, ParsedAddress, Relation } from '../types.ts';
import { kindOfNumber, kindsOfBare, type Context } from './doors.ts';
import { Privacy } from './drop.ts';
import { BREAK, CLASSES, DIGIT, HAN, HASH, LETTER, NUMERAL, STEM } from './fold.ts';
import { Folded } from './folded.ts';
import { nameKey, type Lexicon, type Sense } from './gazetteer.ts';
import { NumeralReader } from './numeral.ts';
import { readRelation } from './relation.ts';
import {
  COUNTER_KINDS,
  counterTrie,
  crossingTrie,
  ENDINGS,
  endingTrie,
  fillerTrie,
  NAME_LIKE_COUNTERS,
  tailTrie,
  type Counter,
} from './words.ts';

const NUMERIC = DIGIT | LETTER | NUMERAL | STEM;
const ADMINISTRATIVE = new Set<ElementKind>(['province', 'city', 'district', 'street', 'community']);
const WITH = new Set([...'与和跟同及至'].map((char) => char.charCodeAt(0)));
const SECTION = '段'.charCodeAt(0);
const INSIDE = '内'.charCodeAt(0);
const ORDINAL = '第'.charCodeAt(0);

/** One left-to-right pass over a folded text. Holds its buffers; not re-entrant. */
export class Scanner implements Context {
  private readonly text = new Folded();
  private readonly privacy = new Privacy(this.text);
  private readonly numeral = new NumeralReader();
  private readonly lexicon: Lexicon;
  private original = '';
  private elements: Element[] = [];
  private relation: Relation | null = null;
  private crossing = false;
  private notes: string[] | null = null;
  /** Where the name that is being read starts, and where the element before ended. */
  private start = 0;
  private lastEnd = -1;
  last: ElementKind | null = null;
  yard = false;

  constructor(lexicon: Lexicon) {
    this.lexicon = lexicon;
  }

  has(kind: ElementKind): boolean {
    for (const element of this.elements) if (element.kind === kind) return true;
    return false;
  }

  scan(original: string, explain: boolean): ParsedAddress {
    this.original = original;
    this.elements = [];
    this.relation = this.last = null;
    this.crossing = this.yard = false;
    this.notes = explain ? [] : null;
    this.start = 0;
    this.lastEnd = -1;
    this.text.read(original);
    this.privacy.drop((at) => this.lexicon.trie.longest(this.text.codes, at, this.text.size) !== 0);
    for (let at = 0; at < this.text.size;) at = this.step(at);
    this.flush(this.text.size, null);
    const { elements, relation, crossing, notes } = this;
    const roads = elements.filter(({ kind }) => kind === 'road').length;
    const parsed: ParsedAddress = {
      elements,
      relation,
      intersection: crossing && roads > 1,
      dropped: this.privacy.dropped,
    };
    if (notes)
      parsed.explanation = [
        ...notes,
        ...parsed.dropped.map(({ kind, start, end }) => `${start}-${end} ${kind}: left out`),
      ];
    return parsed;
  }

  private step(at: number): number {
    const { codes, size } = this.text;
    const code = codes[at]!;
    if (code === BREAK) {
      this.flush(at, null);
      return (this.start = at + 1);
    }
    const named = this.known(at) || (at === this.start ? this.filler(at) : 0);
    if (named !== 0) return named;
    if (
      at === this.start &&
      this.last === 'road' &&
      this.lastEnd === at &&
      crossingTrie.longest(codes, at, size) !== 0
    ) {
      this.crossing = true;
      return (this.start = crossingTrie.end);
    }
    if ((CLASSES[code]! & NUMERIC) !== 0 || code === ORDINAL) {
      const numbered = this.number(at);
      if (numbered !== 0) return numbered;
    }
    if (at >= this.start + 2 || (at === this.start && this.last !== null)) {
      const related = this.relate(at);
      if (related !== 0) return related;
    }
    return at > this.start ? this.ending(at) : at + 1;
  }

  // Names

  /** A name of the lexicon at `at`. Inside another name only a division's full one counts. */
  private known(at: number): number {
    const { trie, senses } = this.lexicon;
    const index = trie.longest(this.text.codes, at, this.text.size);
    if (index === 0) return 0;
    const { end } = trie;
    const sense = this.choose(senses[index]!, at, end);
    if (!sense) return 0;
    this.flush(at, null);
    this.emit(sense.kind, at, end, sense.value, 'name of the lexicon', sense.ids);
    return end;
  }

  private choose(senses: readonly Sense[], at: number, end: number): Sense | null {
    const inName = at > this.start;
    for (const sense of senses) {
      const division = ADMINISTRATIVE.has(sense.kind);
      if (inName && !(sense.full && division && end - at >= 3)) continue;
      if (sense.full ? this.goesOn(end) : !this.stemFits(sense, division, end)) continue;
      return sense;
    }
    return null;
  }

  /** A short form counts where its surroundings say so: 龙沙 before a name of its own, 中华 before a number. */
  private stemFits(sense: Sense, division: boolean, end: number): boolean {
    const { codes, size } = this.text;
    const { trie } = this.lexicon;
    const closed = end >= size || codes[end] === BREAK;
    const afterDivision = this.last !== null && ADMINISTRATIVE.has(this.last) && this.lastEnd === this.start;
    if (!division) return closed ? this.last !== null : this.numberFollows(end);
    if (closed) return afterDivision || end === size;
    // 翠湖 before 新华国际 is more likely part of an estate's name than a street or a community.
    if (sense.kind === 'street' || sense.kind === 'community')
      return (afterDivision || this.last === null) && this.follows(end, sense.kind === 'street');
    if (this.follows(end, false) || trie.longest(codes, end, size) !== 0) return true;
    for (let i = end; i < end + 2; i++)
      if (i >= size || (CLASSES[codes[i]!]! & HAN) === 0 || endingTrie.longest(codes, i, size) !== 0) return false;
    return true;
  }

  /** Does a division's full name come next, or a road's where that will do? */
  private follows(at: number, road: boolean): boolean {
    const { trie, senses } = this.lexicon;
    const index = trie.longest(this.text.codes, at, this.text.size);
    return (
      index !== 0 &&
      senses[index]!.some(({ kind, full }) => full && (ADMINISTRATIVE.has(kind) || (road && kind === 'road')))
    );
  }

  private numberFollows(at: number): boolean {
    return (CLASSES[this.text.codes[at]!]! & NUMERIC) !== 0 && this.counterAfter(at) !== undefined;
  }

  /** Does an ending at `at` make what stands before it a longer name? */
  private goesOn(at: number): boolean {
    const { codes, size } = this.text;
    const index = endingTrie.longest(codes, at, size);
    if (index === 0 || (crossingTrie.longest(codes, at, size) !== 0 && crossingTrie.end > at + 1)) return false;
    const { end } = endingTrie;
    if (ENDINGS[index - 1]!.weak && !this.closed(end)) return false;
    return this.lexicon.trie.longest(codes, at, size) === 0;
  }

  private closed(at: number): boolean {
    const { codes, size } = this.text;
    return at >= size || codes[at] === BREAK || (CLASSES[codes[at]!]! & NUMERIC) !== 0;
  }

  /** An ending at `at` that closes the name being read. */
  private ending(at: number): number {
    const { codes, size } = this.text;
    const index = endingTrie.longest(codes, at, size);
    if (index === 0) return at + 1;
    const { end } = endingTrie;
    const { kind, weak, notBefore } = ENDINGS[index - 1]!;
    const stem = at - this.start;
    const next = end < size ? String.fromCharCode(codes[end]!) : '';
    if (next !== '' && notBefore.includes(next)) return at + 1;
    if ((weak && (!this.closed(end) || stem < 2)) || this.goesOn(end)) return at + 1;
    if (stem === 1 && (kind === 'city' || kind === 'district')) return this.zone(at, end, kind);
    this.skipWith(at);
    const to = kind === 'road' ? this.section(end) : end;
    this.emit(kind, this.start, to, nameKey(this.text.slice(this.start, to)), `ends in ${this.text.slice(at, end)}`);
    return to;
  }

  /** 南区 of an estate. */
  private zone(at: number, end: number, kind: ElementKind): number {
    if (kind !== 'district' || !this.has('estate')) return at + 1;
    this.emit('phase', this.start, end, this.text.slice(this.start, end), 'part of an estate');
    return end;
  }

  /** 人民南路四段 is a road of its own; 中华路东段 and 中段 are not. */
  private section(end: number): number {
    const { codes } = this.text;
    return codes[end + 1] === SECTION && (CLASSES[codes[end]!]! & (NUMERAL | DIGIT)) !== 0 ? end + 2 : end;
  }

  /** The 与 of 中华路与和平路. */
  private skipWith(at: number): void {
    if (this.last !== 'road' || !WITH.has(this.text.codes[this.start]!) || at - this.start < 2) return;
    this.crossing = true;
    this.start++;
  }

  private filler(at: number): number {
    const { codes, size } = this.text;
    // 中华路东段12号: the numbers run through
    if (this.last === 'road' && this.lastEnd === at && codes[at + 1] === SECTION)
      return (this.start = this.lastEnd = at + 2);
    const between = this.last === 'road' && this.lastEnd === at && WITH.has(codes[at]!);
    if (between && this.lexicon.trie.longest(codes, at + 1, size) !== 0) {
      this.crossing = true;
      return (this.start = at + 1);
    }
    if (fillerTrie.longest(codes, at, size) !== 0 && !this.goesOn(fillerTrie.end)) return (this.start = fillerTrie.end);
    return 0;
  }

  // Numbers

  /** The counter after the numeral at `at`; null for none at a break, undefined where the numeral is part of a name. Moves `numeral`. */
  private counterAfter(at: number): Counter | null | undefined {
    const { codes, size } = this.text;
    const { numeral } = this;
    const from = codes[at] === ORDINAL ? at + 1 : at;
    if (!numeral.read(codes, from, size)) return undefined;
    const index = counterTrie.longest(codes, numeral.end, size);
    const stray = numeral.parts.length > 1 && codes[numeral.end] === HASH; // 7-2-103#
    if (index !== 0 && !stray && codes[counterTrie.end] !== INSIDE) {
      const counter = COUNTER_KINDS[index - 1]!;
      // 三区 and 五门 as often name something; 二小区 and 三街道 always do.
      const short = counterTrie.end - numeral.end === 1;
      if (short && this.goesOn(numeral.end)) return undefined;
      if (
        short &&
        numeral.chinese &&
        NAME_LIKE_COUNTERS.has(counter) &&
        !this.has('building') &&
        !this.closed(counterTrie.end)
      )
        return undefined;
      return counter;
    }
    const closed =
      numeral.end >= size || codes[numeral.end] === BREAK || this.text.spaced[numeral.end] === 1 || index !== 0;
    const bare = numeral.plain || numeral.parts.length > 1;
    if (closed)
      return numeral.chinese && !numeral.plain ? undefined : numeral.chinese && at > this.start ? undefined : null;
    return bare &&
      !numeral.chinese &&
      at === this.start &&
      this.last === 'road' &&
      this.lastEnd === at &&
      !this.goesOn(numeral.end)
      ? null
      : undefined;
  }

  private number(at: number): number {
    const counter = this.counterAfter(at);
    if (counter === undefined) return 0;
    const { numeral } = this;
    const value = numeral.value;
    const parts = [...numeral.parts];
    const end = counter === null ? numeral.end : counterTrie.end;
    if (counter === null) return this.bare(at, end, parts);
    const hint = at > this.start ? this.flushKind(counter) : null;
    if (hint !== null) this.flush(at, hint);
    if (parts.length > 1 && !numeral.sub && counter !== 'yard') {
      const several = this.several(at, end, parts, counter);
      if (several !== 0) return several;
    }
    const kind = kindOfNumber(counter, this, this.ahead(end));
    if (kind === null) return 0;
    this.yard = counter === 'yard';
    const below = kind === 'number' && counter === 'door' ? this.below(end) : null;
    this.emit(
      kind,
      at,
      below?.end ?? end,
      below ? value + below.value : value,
      `number with ${this.text.slice(numeral.end, end)}`,
    );
    return this.lastEnd;
  }

  /** What a name without ending is, by the number after it. */
  private flushKind(counter: Counter): ElementKind {
    return counter === 'group' ? 'hamlet' : counter === 'lane' ? 'road' : 'estate';
  }

  private ahead(at: number): Counter | null {
    if ((CLASSES[this.text.codes[at]!]! & NUMERIC) === 0) return null;
    const { start, last, lastEnd } = this;
    this.start = at;
    const counter = this.counterAfter(at);
    [this.start, this.last, this.lastEnd] = [start, last, lastEnd];
    return counter === undefined ? null : (counter ?? 'room');
  }

  /** 3-2-501室, 3-501号, 2-501室: the counter is of the last part. */
  private several(at: number, end: number, parts: string[], counter: Counter): number {
    if (
      counter !== 'room' &&
      !(counter === 'door' && (parts.length > 2 || this.has('building') || this.last === 'estate'))
    )
      return 0;
    const kinds = kindsOfBare(parts.length, this);
    return kinds.length === parts.length ? this.spread(at, end, parts, kinds) : 0;
  }

  private bare(at: number, end: number, parts: string[]): number {
    this.flush(at, 'estate');
    const kinds = kindsOfBare(parts.length, this);
    if (kinds.length === 0) {
      this.start = end;
      return end;
    }
    return this.spread(at, end, parts, kinds);
  }

  private spread(at: number, end: number, parts: string[], kinds: readonly ElementKind[]): number {
    if (kinds.length === 1) this.emit(kinds[0]!, at, end, parts.join('-'), 'number without a counter');
    else {
      // Each part keeps its own span: the dashes tell them apart.
      let from = at;
      kinds.forEach((kind, i) => {
        let to = from;
        while (to < end && this.text.codes[to] !== 0x2d) to++;
        this.emit(kind, from, i === kinds.length - 1 ? end : to, parts[i]!, `part ${i + 1} of ${parts.length}`);
        from = to + 1;
      });
    }
    return (this.start = this.lastEnd = end);
  }

  /** After 12号: 附1, 附1号, 之1, -1, 甲. */
  private below(end: number): { value: string; end: number } | null {
    const { codes, size } = this.text;
    const code = codes[end]!;
    const told = code === 0x9644 || code === 0x4e4b || (code === 0x2d && CLASSES[codes[end + 1]!] === DIGIT); // 附, 之
    if (!told && (CLASSES[code]! & STEM) === 0) return null;
    const { numeral } = this;
    if (!numeral.read(codes, told ? end + 1 : end, size) || numeral.parts.length > 1) return null;
    const to = numeral.end;
    const counted =
      counterTrie.longest(codes, to, size) === 0 ? null : COUNTER_KINDS[counterTrie.longest(codes, to, size) - 1]!;
    if (counted !== null && (counted !== 'door' || !told || counterTrie.end > to + 1)) return null;
    if (code === 0x2d && counted === null && numeral.parts[0]!.length > 2) return null;
    return { value: `${told ? '-' : ''}${numeral.value}`, end: counted === null ? to : to + 1 }; // 18号甲 is 18甲 and 甲18
  }

  // Relations and what is left

  private relate(at: number): number {
    const found = readRelation(this.text, at);
    if (!found) return 0;
    this.flush(at, 'landmark');
    const { kind, bearing, distanceM, end } = found;
    const { origin } = this.text;
    this.relation ??= {
      kind,
      bearing,
      distanceM,
      start: origin[at]!,
      end: origin[end - 1]! + 1,
      of: this.elements.length - 1,
    };
    this.notes?.push(`${origin[at]!}-${origin[end - 1]! + 1} relation ${kind}`);
    return (this.start = end);
  }

  /** A name without an ending, up to `end`. @param hint what the number after it makes of it. */
  private flush(end: number, hint: ElementKind | null): void {
    const { start } = this;
    if (end <= start) return;
    const tail = tailTrie.longest(this.text.codes, start, end) !== 0 && tailTrie.end === end;
    const filler = end - start < 2 || tail;
    const kind = filler ? 'other' : (hint ?? (this.has('building') || this.has('room') ? 'other' : 'landmark'));
    this.emit(
      kind,
      start,
      end,
      nameKey(this.text.slice(start, end)),
      filler ? 'says nothing about where' : 'name without an ending',
    );
  }

  private emit(kind: ElementKind, from: number, to: number, value: string, why: string, ids?: number[]): void {
    const { origin } = this.text;
    const [start, end] = [origin[from]!, origin[to - 1]! + 1];
    this.start = this.lastEnd = to;
    this.notes?.push(`${start}-${end} ${kind} ${value}: ${why}`);
    for (const element of this.elements) if (element.kind === kind && element.value === value) return;
    const element: Element = { kind, text: this.original.slice(start, end), value, start, end };
    if (ids && ids.length > 0) element.divisionIds = ids;
    this.elements.push(element);
    if (kind !== 'other') this.last = kind;
  }
}
