import type { ElementKind } from '../kinds.ts';
import type { Element } from '../types.ts';
import { foldText } from './fold.ts';
import { nameKey } from './gazetteer.ts';
import { readHighway, readKilometre } from './highway.ts';
import { Folded } from './folded.ts';
import { NumeralReader } from './numeral.ts';
import { counterTrie } from './words.ts';
import type { Parser } from './parser.ts';

const NUMBERED = new Set<ElementKind>(['group', 'lane', 'number', 'phase', 'building', 'unit', 'floor', 'room']);
const DIVISIONS = new Set<ElementKind>(['province', 'city', 'district', 'street', 'community']);
const text = new Folded();
const numeral = new NumeralReader();

/** 3 of 3号楼, 三栋 or 3; the folded text itself where it is no number: 东楼. */
function numberOf(given: string): string {
  text.read(given);
  const post = readKilometre(text, 0, given);
  if (post) return post.value;
  const from = given.startsWith('第') ? 1 : 0;
  if (!numeral.read(text.codes, from, text.size)) return foldText(given);
  if (numeral.end < text.size && counterTrie.longest(text.codes, numeral.end, text.size) === 0) return foldText(given);
  return numeral.value;
}

/** An element that a column gives, with the value that the parser would have read off a text. */
export function normaliseElement(parser: Parser, kind: ElementKind, given: string): Element {
  const whole = { kind, text: given, start: 0, end: given.length };
  if (NUMBERED.has(kind)) {
    const value = numberOf(given);
    return { ...whole, value };
  }
  if (kind === 'road') {
    text.read(given);
    return { ...whole, value: readHighway(text, 0)?.value ?? nameKey(given) };
  }
  if (!DIVISIONS.has(kind)) return { ...whole, value: nameKey(given) };
  const known = parser.parse(given).elements.find((element) => element.kind === kind);
  return {
    ...whole,
    value: known?.value ?? foldText(given),
    ...(known?.divisionIds && { divisionIds: known.divisionIds }),
  };
}
