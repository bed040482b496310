import type { RelationKind } from '../types.ts';
import { BREAK, CLASSES, DIGIT, NUMERAL } from './fold.ts';
import type { Folded } from './folded.ts';
import { RELATION_KINDS, relationTrie } from './words.ts';

const BEARINGS = new Map<string, number>(
  Object.entries({ 北: 0, 东北: 45, 东: 90, 东南: 135, 南: 180, 西南: 225, 西: 270, 西北: 315 }),
);
const isDirection = new Uint8Array(65536);
for (const char of '东南西北') isDirection[char.charCodeAt(0)] = 1;
const charSet = (chars: string): Set<number> => new Set(Array.from(chars, (char) => char.charCodeAt(0)));
const [ROAD, WAY]: readonly [number, number] = ['路'.charCodeAt(0), '道'.charCodeAt(0)];
const SIDE = '侧'.charCodeAt(0);
const TOWARDS = charSet('往向以偏朝路道');
const SIDES = charSet('侧面边行走角头');
const EDGES = charSet('边旁');
const ABOUT = charSet('约大');
const MORE = charSet('余多来');

export interface FoundRelation {
  kind: RelationKind;
  bearing: number | null;
  distanceM: number | null;
  end: number;
}

/** A distance as 50米, 约100余米, 2公里 or 五十米 at `from`. */
function readDistance({ codes, size }: Folded, from: number): { metres: number; end: number } | null {
  let at = from;
  while (at < size && ABOUT.has(codes[at]!)) at++;
  let metres = 0;
  const first = at;
  while (at < size && CLASSES[codes[at]!] === DIGIT) metres = metres * 10 + codes[at++]! - 0x30;
  if (at === first) {
    while (at < size && (CLASSES[codes[at]!]! & NUMERAL) !== 0) at++;
    metres = NaN;
  }
  if (at === first) return null;
  if (at < size && MORE.has(codes[at]!)) at++;
  if (codes[at] === 0x7c73 || codes[at] === 0x4d) return { metres, end: at + 1 }; // 米
  if (codes[at] === 0x516c && codes[at + 1] === 0x91cc) return { metres: metres * 1000, end: at + 2 }; // 公里
  return null;
}

const closes = ({ codes, size, spaced }: Folded, at: number): boolean =>
  at >= size || spaced[at] === 1 || codes[at] === BREAK || CLASSES[codes[at]!] === DIGIT || codes[at] === 0x7684; // 的

/** 东侧50米, 往东100米, 路南, 以北: a direction with a side word, a distance or an end after it. */
function readDirection(text: Folded, from: number): FoundRelation | null {
  const { codes, size } = text;
  const towards = TOWARDS.has(codes[from]!);
  let at = towards ? from + 1 : from;
  const first = at;
  while (at < size && at < first + 2 && isDirection[codes[at]!] === 1) at++;
  if (at === first) return null;
  const bearing = BEARINGS.get(text.slice(first, at)) ?? null;
  const sided = SIDES.has(codes[at]!);
  if (sided) at++;
  const distance = readDistance(text, at);
  if (distance) {
    const distanceM = Number.isNaN(distance.metres) ? null : distance.metres;
    return { kind: 'direction', bearing, distanceM, end: distance.end };
  }
  // 西侧 of 西侧绿化带: no name starts so
  const plain = codes[at - 1] === SIDE;
  return plain || ((sided || towards) && closes(text, at))
    ? { kind: 'direction', bearing, distanceM: null, end: at }
    : null;
}

/** 路北 and 路边 behind 中兴路: a side of it, not the ending of a longer name. */
export function isRoadside(text: Folded, at: number): boolean {
  const { codes } = text;
  if (codes[at] !== ROAD && codes[at] !== WAY) return false;
  return EDGES.has(codes[at + 1]!) || readDirection(text, at) !== null;
}

/** The relation that stands at `from`, or null. Short words (旁, 后) need an end, a break or a distance after them. */
export function readRelation(text: Folded, from: number): FoundRelation | null {
  const { codes, size } = text;
  if (isDirection[codes[from]!] === 1 || TOWARDS.has(codes[from]!)) {
    const direction = readDirection(text, from);
    if (direction) return direction;
  }
  const word = relationTrie.longest(codes, from, size);
  if (word === 0) return null;
  const end = relationTrie.end;
  const kind = RELATION_KINDS[word - 1]!;
  const distance = readDistance(text, end);
  if (end - from === 1 && !distance && !closes(text, end)) return null;
  const distanceM = distance && !Number.isNaN(distance.metres) ? distance.metres : null;
  return { kind, bearing: null, distanceM, end: distance?.end ?? end };
}
