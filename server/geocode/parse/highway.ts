import { BREAK, CLASSES, DIGIT, LETTER } from './fold.ts';
import type { Folded } from './folded.ts';
import { numeralsInName } from './numeral.ts';
import { Trie } from './trie.ts';

const code = (char: string): number => char.charCodeAt(0);
const CLASSES_OF_ROAD = ['国道', '省道', '县道', '乡道', '专用道', '村道'];
const LETTERS: Record<string, string> = { G: '国道', S: '省道', X: '县道', Y: '乡道', Z: '专用道', C: '村道' };
const classTrie = new Trie();
CLASSES_OF_ROAD.forEach((word, i) => classTrie.set(word, i + 1));
const [LINE, MARK, METRE, DOT, PLUS, AT] = [code('线'), code('K'), code('米'), code('.'), code('+'), code('处')];
const kilometreTrie = new Trie();
for (const word of ['公里', '千米', 'KM', '公里加', '公里桩']) kilometreTrie.set(word, 1);

const mayFollow = new Uint8Array(65536);
for (const char of '公千K') mayFollow[code(char)] = 1;
mayFollow[BREAK] = 1;

export interface Found {
  value: string;
  end: number;
}

const digitsEnd = ({ codes, size }: Folded, from: number): number => {
  let to = from;
  while (to < size && CLASSES[codes[to]!] === DIGIT) to++;
  return to;
};

/** Does a road's number end here: nothing, a break, 线 or a kilometre comes after it. */
function lineEnd({ codes, size }: Folded, at: number): number {
  if (codes[at] === LINE) return at + 1;
  const next = at < size ? codes[at]! : BREAK;
  return next === BREAK || next === MARK || CLASSES[next] === DIGIT ? at : 0;
}

const starts = new Uint8Array(65536);
for (const char of '国省县乡专村GSXYZC') starts[code(char)] = 1;

/** A cheap first look. */
export function mayBeHighway({ codes }: Folded, at: number): boolean {
  return starts[codes[at]!] === 1 && (CLASSES[codes[at + 1]!] === DIGIT || classTrie.longest(codes, at, at + 3) !== 0);
}

/** 国道111线, 省道S302, G111国道, G111线 at `at`: a numbered road by one name, 一一一国道. 111国道 is read as any other name. */
export function readHighway(text: Folded, at: number): Found | null {
  const { codes, size } = text;
  const said = classTrie.longest(codes, at, size);
  const from = said === 0 ? at : classTrie.end;
  const letter = CLASSES[codes[from]!] === LETTER ? LETTERS[String.fromCharCode(codes[from]!)] : undefined;
  if (said === 0 && letter === undefined) return null;
  const first = letter === undefined ? from : from + 1;
  const to = digitsEnd(text, first);
  if (to - first < 3 || to - first > 4) return null;
  const after = said === 0 ? classTrie.longest(codes, to, size) : 0;
  const end = after === 0 ? lineEnd(text, to) : classTrie.end;
  if (end === 0) return null;
  const kind = said !== 0 ? CLASSES_OF_ROAD[said - 1]! : after !== 0 ? CLASSES_OF_ROAD[after - 1]! : letter!;
  return { value: numeralsInName(text.slice(first, to)) + kind, end };
}

/** 35公里处, K35+200, 12公里500米, 35.2公里 at `at`, behind a road: K35+200. */
export function readKilometre(text: Folded, at: number, original: string): Found | null {
  const { codes, size, origin } = text;
  const marked = codes[at] === MARK;
  const first = marked ? at + 1 : at;
  const whole = digitsEnd(text, first);
  if (whole === first || whole - first > 4 || (!marked && mayFollow[codes[whole]!] === 0)) return null;
  let [end, metres] = [whole, ''];
  const between = codes[whole] === BREAK ? original.charCodeAt(origin[whole]!) : 0;
  if (between === DOT || (between === PLUS && marked)) {
    const to = digitsEnd(text, whole + 1);
    metres = text.slice(whole + 1, to);
    if (between === DOT) metres = metres.padEnd(3, '0').slice(0, 3);
    end = to;
  }
  const counted = kilometreTrie.longest(codes, end, size) !== 0;
  if (counted) end = kilometreTrie.end;
  else if (!marked) return null;
  if (metres === '' && counted) {
    const plus = codes[end] === BREAK && original.charCodeAt(origin[end]!) === PLUS;
    const from = plus ? end + 1 : end;
    const to = digitsEnd(text, from);
    if (to > from && (plus || codes[to] === METRE)) [metres, end] = [text.slice(from, to), to];
  }
  if (codes[end] === METRE) end++;
  if (codes[end] === AT) end++;
  const rest = Number(metres);
  return { value: `K${Number(text.slice(first, whole))}${rest > 0 ? `+${rest}` : ''}`, end };
}
