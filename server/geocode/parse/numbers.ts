import type { ElementKind } from '../kinds.ts';
import { kindOfNumber, kindsOfBare } from './doors.ts';
import { BREAK, CLASSES, DASH, DIGIT, HASH, STEM } from './fold.ts';
import { NumeralReader } from './numeral.ts';
import { NUMERIC, type Reading } from './reading.ts';
import { COUNTER_KINDS, counterTrie, NAME_LIKE_COUNTERS, type Counter } from './words.ts';

const ORDINAL = '第'.charCodeAt(0);
const INSIDE = '内'.charCodeAt(0);
const SUB = '附'.charCodeAt(0);
const OF = '之'.charCodeAt(0);

/** Reads the numbers of an address: which of them are elements, and of what kind. */
export class NumberReader {
  private readonly numeral = new NumeralReader();
  private readonly reading: Reading;

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
    const stray = numeral.parts.length > 1 && codes[numeral.end] === HASH; // 7-2-103#
    if (index !== 0 && !stray && codes[counterTrie.end] !== INSIDE) {
      const counter = COUNTER_KINDS[index - 1]!;
      // 三区 and 五门 as often name something; 二小区 and 三街道 always do.
      const short = counterTrie.end - numeral.end === 1;
      if (short && this.reading.goesOn(numeral.end)) return undefined;
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

  /** Reads the number at `at`. @returns its end, or 0 where it is part of a name. */
  read(at: number): number {
    const counter = this.counterAfter(at);
    if (counter === undefined) return 0;
    const { numeral } = this;
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
    const below = kind === 'number' && counter === 'door' ? this.below(end) : null;
    this.reading.emit(
      kind,
      at,
      below?.end ?? end,
      below ? value + below.value : value,
      `number with ${this.reading.text.slice(numeral.end, end)}`,
    );
    return this.reading.lastEnd;
  }

  /** What a name without ending is, by the number after it. */
  private flushKind(counter: Counter): ElementKind {
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
    const kinds = kindsOfBare(parts.length, this.reading);
    return kinds.length === parts.length ? this.spread(at, end, parts, kinds) : 0;
  }

  private bare(at: number, end: number, parts: string[]): number {
    this.reading.flush(at, 'estate');
    const kinds = kindsOfBare(parts.length, this.reading);
    if (kinds.length === 0) {
      this.reading.start = end;
      return end;
    }
    return this.spread(at, end, parts, kinds);
  }

  private spread(at: number, end: number, parts: string[], kinds: readonly ElementKind[]): number {
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
    const told = code === SUB || code === OF || (code === DASH && CLASSES[codes[end + 1]!] === DIGIT);
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
