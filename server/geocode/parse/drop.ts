import type { Dropped } from '../types.ts';
import { BREAK, CLASSES, DASH, DIGIT, HAN, LETTER } from './fold.ts';
import type { Folded } from './folded.ts';
import { endingTrie, isSurname, personCueTrie, phoneCueTrie, titleTrie } from './words.ts';

const SOMEBODY = '某'.charCodeAt(0);
const RECEIVES = '收'.charCodeAt(0);

/** Takes what is private out of a folded text: its units become breaks, so that nothing reads them. */
export class Privacy {
  dropped: Dropped[] = [];
  private readonly text: Folded;

  constructor(text: Folded) {
    this.text = text;
  }

  /** @param known does a name of the gazetteer start here? Then it is not a person's. */
  drop(known: (at: number) => boolean): void {
    this.dropped = [];
    const { codes, size } = this.text;
    for (let i = 0; i < size; i++) {
      if (CLASSES[codes[i]!] === DIGIT) i = this.number(i) - 1;
      else if (personCueTrie.longest(codes, i, size) !== 0) this.cuedPerson(i, personCueTrie.end);
      else if (phoneCueTrie.longest(codes, i, size) !== 0) this.phoneCue(i, phoneCueTrie.end);
      else if (isSurname[codes[i]!] === 1) this.titledPerson(i);
    }
    this.personsBeside(known, this.dropped.length > 0);
  }

  private cut(kind: Dropped['kind'], start: number, end: number): void {
    const { origin, codes } = this.text;
    this.dropped.push({ kind, start: origin[start]!, end: origin[end - 1]! + 1 });
    codes.fill(BREAK, codes[start - 1] === DASH ? start - 1 : start, end);
  }

  /** A run of digits: a phone or identity number goes, an address's number stays. @returns its end. */
  private number(from: number): number {
    const { codes, size } = this.text;
    let to = from;
    while (to < size && CLASSES[codes[to]!] === DIGIT) to++;
    const length = to - from;
    const area = length >= 3 && length <= 4 && codes[from] === 0x30 && codes[to] === DASH;
    if (area) {
      let end = to + 1;
      while (end < size && CLASSES[codes[end]!] === DIGIT) end++;
      if (end - to - 1 >= 7) {
        this.cut('phone', from, end);
        return end;
      }
    }
    if (length >= 14) this.cut('identity', from, codes[to] === 0x58 ? to + 1 : to);
    else if (length >= 7) this.cut('phone', from, to);
    return to;
  }

  private hanRun(from: number): number {
    const { codes, size, spaced } = this.text;
    let to = from;
    while (to < size && (CLASSES[codes[to]!]! & HAN) !== 0 && (to === from || spaced[to] === 0)) to++;
    return to;
  }

  /** 电话 before a number, not 电话局. */
  private phoneCue(from: number, to: number): void {
    const next = this.text.codes[to]!;
    if (next === BREAK || CLASSES[next] === DIGIT) this.text.codes.fill(BREAK, from, to);
  }

  private cuedPerson(cue: number, from: number): void {
    const { codes } = this.text;
    if (codes[from] !== BREAK && isSurname[codes[from]!] === 0) return;
    while (codes[from] === BREAK && from < this.text.size) from++;
    const run = this.hanRun(from) - from;
    codes.fill(BREAK, cue, from);
    if (run >= 2 && run <= 4) this.cut('person', from, from + run);
    else if (run > 4 && isSurname[codes[from]!] === 1) this.cut('person', from, from + 3);
  }

  /** 王先生, 李小红女士, 刘某. */
  private titledPerson(from: number): void {
    const { codes, size } = this.text;
    if (codes[from + 1] === SOMEBODY) {
      this.cut('person', from, codes[from + 2] === SOMEBODY ? from + 3 : from + 2);
      return;
    }
    for (let given = 1; given <= 3 && from + given < size; given++)
      if (titleTrie.longest(codes, from + given, size) !== 0) {
        this.cut('person', from, titleTrie.end);
        return;
      }
  }

  /** A short word between breaks that starts with a surname is a name where it stands beside a number that was dropped, or ends in 收. */
  private personsBeside(known: (at: number) => boolean, numbered: boolean): void {
    const { codes, size, spaced } = this.text;
    for (let i = 0; i < size; i++) {
      const starts = i === 0 || codes[i - 1] === BREAK || spaced[i] === 1;
      if (!starts || isSurname[codes[i]!] !== 1) continue;
      const end = this.hanRun(i);
      const receives = codes[end - 1] === RECEIVES;
      if (!receives && !numbered) continue;
      const length = end - i - (receives ? 1 : 0);
      const closed = end >= size || codes[end] === BREAK || spaced[end] === 1;
      if (length < 2 || length > 3 || !closed || known(i) || (CLASSES[codes[end]!]! & (DIGIT | LETTER)) !== 0) continue;
      if (endingTrie.longest(codes, i + length - 1, end) !== 0) continue;
      this.cut('person', i, end);
    }
  }
}
