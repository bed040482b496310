import type { ElementKind } from '../kinds.ts';
import type { Element, Relation } from '../types.ts';
import type { Context } from './doors.ts';
import { BREAK, CLASSES, DIGIT, LETTER, NUMERAL, STEM } from './fold.ts';
import { Folded } from './folded.ts';
import { nameKey, type Lexicon } from './gazetteer.ts';
import { mayBeHighway, readHighway } from './highway.ts';
import { isRoadside } from './relation.ts';
import { crossingTrie, ENDINGS, endingTrie, fillerTrie, gateTrie, SHOPS, tailTrie } from './words.ts';

const [STREET, OFFICE]: readonly [number, number] = ['街'.charCodeAt(0), '道'.charCodeAt(0)];

/** Units that a number may start with. */
export const NUMERIC = DIGIT | LETTER | NUMERAL | STEM;

const isPlace = (kind: ElementKind | null): boolean => kind === 'estate' || kind === 'phase' || kind === 'landmark';

/** How far a text is read, and what was read of it. */
export class Reading implements Context {
  readonly text = new Folded();
  readonly lexicon: Lexicon;
  elements: Element[] = [];
  relation: Relation | null = null;
  /** Two roads are said to meet. */
  crossing = false;
  notes: string[] | null = null;
  /** Where the name that is being read starts, and where the element before ended. */
  start = 0;
  lastEnd = -1;
  last: ElementKind | null = null;
  yard = false;
  /** A shop was named before the number that comes. */
  shop = false;
  original = '';

  constructor(lexicon: Lexicon) {
    this.lexicon = lexicon;
  }

  reset(original: string, explain: boolean): void {
    this.original = original;
    this.elements = [];
    this.relation = this.last = null;
    this.crossing = this.yard = this.shop = false;
    this.notes = explain ? [] : null;
    this.start = 0;
    this.lastEnd = -1;
    this.text.read(original);
  }

  has(kind: ElementKind): boolean {
    for (const element of this.elements) if (element.kind === kind) return true;
    return false;
  }

  /** Is the community named last a village? */
  get inVillage(): boolean {
    return this.elements.at(-1)?.value.includes('村') ?? false;
  }

  /** Does an ending at `at` make what stands before it a longer name? */
  goesOn(at: number): boolean {
    const { codes, size } = this.text;
    const index = endingTrie.longest(codes, at, size);
    if (index === 0 || (crossingTrie.longest(codes, at, size) !== 0 && crossingTrie.end > at + 1)) return false;
    const { end } = endingTrie;
    const { weak, notBefore } = ENDINGS[index - 1]!;
    if ((weak && !this.closed(end)) || (end < size && notBefore.includes(String.fromCharCode(codes[end]!))))
      return false;
    if (mayBeHighway(this.text, at) && readHighway(this.text, at)) return false;
    if (isRoadside(this.text, at) || this.isFiller(at)) return false;
    if (codes[at - 1] === OFFICE && codes[at - 2] === STREET && !this.isOffice(at, end)) return false;
    return this.lexicon.trie.longest(codes, at, size) === 0;
  }

  /** 派出所 of 五龙街道派出所 belongs to the name; 县 of 县西巷 and 科技园 after a 街道 start another. */
  private isOffice(at: number, end: number): boolean {
    return end > at + 1 && ENDINGS[endingTrie.longest(this.text.codes, at, this.text.size) - 1]!.office;
  }

  /** 县城 says nothing between 拜泉县 and 中央街, but names 县城社区. */
  isFiller(at: number): boolean {
    const { codes, size } = this.text;
    return fillerTrie.longest(codes, at, size) !== 0 && !this.goesOn(fillerTrie.end);
  }

  /** Is [from, to) what stood just before it? */
  repeats(from: number, to: number): boolean {
    const { codes } = this.text;
    for (let at = from; at < to; at++) if (codes[at] !== codes[at - to + from]) return false;
    return to > from;
  }

  closed(at: number): boolean {
    const { codes, size } = this.text;
    return at >= size || codes[at] === BREAK || (CLASSES[codes[at]!]! & NUMERIC) !== 0;
  }

  /** A name without an ending, up to `end`. @param hint what the number after it makes of it. */
  flush(end: number, hint: ElementKind | null): void {
    const { start } = this;
    if (end <= start) return;
    const { codes } = this.text;
    const tail = tailTrie.longest(codes, start, end) !== 0 && tailTrie.end === end;
    const gate = isPlace(this.last) && gateTrie.longest(codes, start, end) !== 0 && gateTrie.end === end;
    const filler = end - start < 2 || tail || gate;
    const kind = filler ? 'other' : (hint ?? (this.has('building') || this.has('room') ? 'other' : 'landmark'));
    this.emit(
      kind,
      start,
      end,
      nameKey(this.text.slice(start, end)),
      filler ? 'says nothing about where' : 'name without an ending',
    );
  }

  emit(kind: ElementKind, from: number, to: number, value: string, why: string, ids?: number[]): void {
    const { origin } = this.text;
    const [start, end] = [origin[from]!, origin[to - 1]! + 1];
    this.start = this.lastEnd = to;
    this.notes?.push(`${start}-${end} ${kind} ${value}: ${why}`);
    for (const element of this.elements) if (element.kind === kind && element.value === value) return;
    const element: Element = { kind, text: this.original.slice(start, end), value, start, end };
    if (ids && ids.length > 0) element.divisionIds = ids;
    this.elements.push(element);
    if (kind !== 'other') this.last = kind;
    this.shop = kind === 'other' && SHOPS.has(value);
  }
}
