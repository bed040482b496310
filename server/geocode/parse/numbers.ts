import type { ElementKind } from '../kinds.ts';
import { kindOfNumber, kindsOfBare } from './doors.ts';
import { BREAK, CLASSES, DASH, DIGIT, HASH, STEM } from './fold.ts';
import { readKilometre } from './highway.ts';
import { NumeralReader } from './numeral.ts';
import { NUMERIC, type Reading } from './reading.ts';
import { COUNTER_KINDS, counterTrie, NAME_LIKE_COUNTERS, type Counter } from './words.ts';

const ORDINAL = '第'.charCodeAt(0);
const INSIDE = '内'.charCodeAt(0);
const YARD = '院'.charCodeAt(0);
const SUB = '附'.charCodeAt(0);
const OF = '之'.charCodeAt(0);
const JOINS = new Set(Array.from('至到', (char) => char.charCodeAt(0)));
const LISTED = '、'.charCodeAt(0);
const [DOOR, STOREY]: readonly [number, number] = ['号'.charCodeAt(0), '楼'.charCodeAt(0)];
const STOREYS = new Set(Array.from('上下', (char) => char.charCodeAt(0)));
const TOWER = '塔'.charCodeAt(0);

/** Reads the numbers of an address: which of them are elements, and of what kind. */
export class NumberReader {
  private readonly numeral = new NumeralReader();
  private readonly reading: Reading;
  /** What the last number was of, and where it ended: 14 of 12、14号 is another of the same. */
  private before: { counter: Counter | null; kind: ElementKind | null } = { counter: null, kind: null };

  constructor(reading: Reading) {
    this.reading = reading;
  }

  /** May a number start with this unit? */
  starts(code: number): boolean {
    return (CLASSES[code]! & NUMERIC) !== 0 || code === ORDINAL;
  }

  /** The counter after the numeral at `at`; null for none at a break, undefined where the numeral is part of a name. Moves `numeral`. */
  counterAfter(at: number): Counter | null | undefined {
    const { codes, size } = this.reading.text;
    const { numeral } = this;
    const from = codes[at] === ORDINAL ? at + 1 : at;
    if (!numeral.read(codes, from, size)) return undefined;
    const index = counterTrie.longest(codes, numeral.end, size);
    // 7-2-103# and 503院内: nothing is counted
    const stray =
      (numeral.parts.length > 1 && codes[numeral.end] === HASH) ||
      (codes[numeral.end] === YARD && codes[counterTrie.end] === INSIDE);
    if (index !== 0 && codes[numeral.end] === TOWER && numeral.chinese) return undefined; // 双塔, 三塔寺
    if (index !== 0 && !stray) {
      const counter = this.counterOf(index);
      // 三区 and 五门 as often name something; 二小区 and 三街道 always do.
      const short = counterTrie.end - numeral.end === 1;
      if (short && this.reading.goesOn(numeral.end)) return undefined;
      if (short && counter === 'yard' && numeral.chinese && at > this.reading.start) return undefined; // 附属三院
      if (
        short &&
        numeral.chinese &&
        NAME_LIKE_COUNTERS.has(counter) &&
        !this.reading.has('building') &&
        !this.reading.closed(counterTrie.end)
      )
        return undefined;
      return counter;
    }
    const closed =
      numeral.end >= size || codes[numeral.end] === BREAK || this.reading.text.spaced[numeral.end] === 1 || index !== 0;
    const bare = numeral.plain || numeral.parts.length > 1;
    if (closed)
      return numeral.chinese && !numeral.plain
        ? undefined
        : numeral.chinese && at > this.reading.start
          ? undefined
          : null;
    return bare &&
      !numeral.chinese &&
      at === this.reading.start &&
      this.reading.last === 'road' &&
      this.reading.lastEnd === at &&
      !this.reading.goesOn(numeral.end)
      ? null
      : undefined;
  }

  /** 115号楼下 of a road is at its 115号. */
  private counterOf(index: number): Counter {
    const { codes } = this.reading.text;
    const counter = COUNTER_KINDS[index - 1]!;
    const { end } = counterTrie;
    const { last, lastEnd, start } = this.reading;
    if (counter !== 'building' || codes[end - 1] !== STOREY || !STOREYS.has(codes[end]!)) return counter;
    if (last !== 'road' || lastEnd !== start || codes[this.numeral.end] !== DOOR) return counter;
    counterTrie.end = end - 1;
    return 'door';
  }

  /** Reads the number at `at`. @returns its end, or 0 where it is part of a name. */
  read(at: number): number {
    const post = this.kilometre(at);
    if (post !== 0) return post;
    const counter = this.counterAfter(at);
    if (counter === undefined) return 0;
    const { numeral } = this;
    if (this.isListed(at, counter)) return this.passOver(counter === null ? numeral.end : counterTrie.end);
    const value = numeral.value;
    const parts = [...numeral.parts];
    const end = counter === null ? numeral.end : counterTrie.end;
    if (counter === null) return this.bare(at, end, parts);
    const hint = at > this.reading.start ? this.flushKind(counter) : null;
    if (hint !== null) this.reading.flush(at, hint);
    if (parts.length > 1 && !numeral.sub && counter !== 'yard') {
      const several = this.several(at, end, parts, counter);
      if (several !== 0) return several;
    }
    const kind = kindOfNumber(counter, this.reading, this.ahead(end));
    if (kind === null) return 0;
    this.reading.yard = counter === 'yard';
    this.before = { counter, kind };
    const below = kind === 'number' && counter === 'door' ? this.below(end) : null;
    this.reading.emit(
      kind,
      at,
      below?.end ?? end,
      below ? value + below.value : value,
      `number with ${this.reading.text.slice(numeral.end, end)}`,
    );
    if ((counter === 'yard' || kind === 'building') && this.reading.text.codes[this.reading.lastEnd] === INSIDE)
      this.passOver(this.reading.lastEnd + 1); // 36号院内平房
    return this.reading.lastEnd;
  }

  /** 35公里处 of a road. @returns its end, or 0. */
  private kilometre(at: number): number {
    const { reading } = this;
    if (at !== reading.start) return 0;
    const { text } = reading;
    if (reading.last !== 'road' || reading.lastEnd !== at) return 0;
    const post = readKilometre(text, at, reading.original);
    if (post) {
      this.before = { counter: null, kind: null };
      reading.emit('number', at, post.end, post.value, 'kilometre of a road');
    }
    return post?.end ?? 0;
  }

  /** The second and third of 12、14、16号: the first holds. */
  private isListed(at: number, counter: Counter | null): boolean {
    const { reading, before } = this;
    const { origin } = reading.text;
    if (at !== reading.start || reading.lastEnd !== at - 1 || reading.original.charCodeAt(origin[at]! - 1) !== LISTED)
      return false;
    return before.kind === 'number' && reading.last === 'number' && (counter === before.counter || counter === 'door');
  }

  private passOver(end: number): number {
    const { reading } = this;
    reading.start = reading.lastEnd = end;
    return end;
  }

  /** The value of a numeral that fills [from, to); null where it does not. */
  valueOf(from: number, to: number): string | null {
    const { codes } = this.reading.text;
    return this.numeral.read(codes, from, to) && this.numeral.end === to ? this.numeral.value : null;
  }

  /** What a name without ending is, by the number after it. */
  private flushKind(counter: Counter): ElementKind {
    if (counter === 'door' && this.reading.last === 'community' && this.reading.inVillage) return 'hamlet';
    return counter === 'group' ? 'hamlet' : counter === 'lane' ? 'road' : 'estate';
  }

  private ahead(at: number): Counter | null {
    if ((CLASSES[this.reading.text.codes[at]!]! & NUMERIC) === 0) return null;
    const { start, last, lastEnd } = this.reading;
    this.reading.start = at;
    const counter = this.counterAfter(at);
    [this.reading.start, this.reading.last, this.reading.lastEnd] = [start, last, lastEnd];
    return counter === undefined ? null : (counter ?? 'room');
  }

  /** 3-2-501室, 3-501号, 2-501室: the counter is of the last part. */
  private several(at: number, end: number, parts: string[], counter: Counter): number {
    if (
      counter !== 'room' &&
      !(counter === 'door' && (parts.length > 2 || this.reading.has('building') || this.reading.last === 'estate'))
    )
      return 0;
    const kinds = kindsOfBare(parts, this.reading, this.numeral.ofFloor);
    return kinds.length === parts.length ? this.spread(at, end, parts, kinds) : 0;
  }

  private bare(at: number, end: number, parts: string[]): number {
    this.reading.flush(at, 'estate');
    const kinds = kindsOfBare(parts, this.reading, this.numeral.ofFloor);
    if (kinds.length === 0) {
      this.reading.start = end;
      return end;
    }
    return this.spread(at, end, parts, kinds);
  }

  private spread(at: number, end: number, parts: string[], kinds: readonly ElementKind[]): number {
    this.before = { counter: null, kind: kinds.at(-1) ?? null };
    const floor = kinds.indexOf('floor');
    if (this.numeral.ofFloor && floor !== -1 && kinds.at(-1) === 'room')
      parts[floor + 1] = parts[floor]! + parts[floor + 1]!.padStart(2, '0'); // 5-01 is 501
    if (kinds.length === 1) this.reading.emit(kinds[0]!, at, end, parts.join('-'), 'number without a counter');
    else {
      // Each part keeps its own span: the dashes tell them apart.
      let from = at;
      kinds.forEach((kind, i) => {
        let to = from;
        while (to < end && this.reading.text.codes[to] !== DASH) to++;
        this.reading.emit(kind, from, i === kinds.length - 1 ? end : to, parts[i]!, `part ${i + 1} of ${parts.length}`);
        from = to + 1;
      });
    }
    return (this.reading.start = this.reading.lastEnd = end);
  }

  /** After 12号: 附1, 附1号, 之1, -1, 甲. */
  private below(end: number): { value: string; end: number } | null {
    const { codes, size } = this.reading.text;
    const code = codes[end]!;
    const told =
      code === SUB || code === OF || ((code === DASH || JOINS.has(code)) && CLASSES[codes[end + 1]!] === DIGIT);
    if (!told && (CLASSES[code]! & STEM) === 0) return null;
    const { numeral } = this;
    if (!numeral.read(codes, told ? end + 1 : end, size) || numeral.parts.length > 1) return null;
    const to = numeral.end;
    const counted =
      counterTrie.longest(codes, to, size) === 0 ? null : COUNTER_KINDS[counterTrie.longest(codes, to, size) - 1]!;
    if (counted !== null && (counted !== 'door' || !told || counterTrie.end > to + 1)) return null;
    if (code === DASH && counted === null && numeral.parts[0]!.length > 2) return null;
    return { value: `${told ? '-' : ''}${numeral.value}`, end: counted === null ? to : to + 1 }; // 18号甲 is 18甲 and 甲18
  }
}
