/** Which cases match, 32 at a time: filters as operations on words of bit slices. */
import type { Field } from './fields.ts';

/** A field within one of these (both ends included); none of them: nothing matches. */
export interface Predicate {
  field: Field;
  ranges: readonly (readonly [low: number, high: number])[];
}

/** The slices of one page. */
export interface Slices {
  bits: Int32Array;
  /** Words of a slice. */
  words: number;
  /** Least and greatest value of each field. */
  least: Float64Array;
  greatest: Float64Array;
}

let spare = new Int32Array(0);
let sum = new Int32Array(0);

/**
 * Leaves in `mask` only what a predicate takes, in words [from, to).
 * @returns false where that is nothing, without having looked at every case.
 */
export function narrow(
  slices: Slices,
  { field, ranges }: Predicate,
  from: number,
  to: number,
  mask: Int32Array,
): boolean {
  const least = slices.least[field.index]!;
  const greatest = slices.greatest[field.index]!;
  const met = ranges.filter(([low, high]) => low <= greatest && high >= least);
  if (met.length === 0) return false;
  if (met.some(([low, high]) => low <= least && high >= greatest)) return true;
  const [first] = met;
  if (met.length === 1 && first) {
    narrowToRange(slices, field, first[0], first[1], from, to, mask);
    return true;
  }
  if (spare.length < to) {
    spare = new Int32Array(to);
    sum = new Int32Array(to);
  }
  sum.fill(0, from, to);
  for (const [low, high] of met) {
    spare.set(mask.subarray(from, to), from);
    narrowToRange(slices, field, low, high, from, to, spare);
    for (let w = from; w < to; w++) sum[w] = sum[w]! | spare[w]!;
  }
  mask.set(sum.subarray(from, to), from);
  return true;
}

function narrowToRange(
  slices: Slices,
  field: Field,
  low: number,
  high: number,
  from: number,
  to: number,
  mask: Int32Array,
): void {
  const top = 2 ** field.bits - 1;
  const a = Math.max(0, low);
  const b = Math.min(top, high);
  if (a === b) narrowToValue(slices, field, a, from, to, mask);
  else narrowBetween(slices, field, a, b, from, to, mask);
}

function narrowToValue(
  { bits, words }: Slices,
  field: Field,
  value: number,
  from: number,
  to: number,
  mask: Int32Array,
): void {
  const begin = field.at * words;
  const end = (field.at + field.bits) * words;
  for (let w = from; w < to; w++) {
    let m = mask[w]!;
    let rest = value;
    for (let at = begin + w; at < end && m !== 0; at += words) {
      // All ones where the bit is to be 0.
      m &= bits[at]! ^ ((rest & 1) - 1);
      rest >>= 1;
    }
    mask[w] = m;
  }
}

/** From the lowest bit up: `over` says at least `low`, `under` at most `high`, as far as the bits seen so far tell. */
function narrowBetween(
  { bits, words }: Slices,
  field: Field,
  low: number,
  high: number,
  from: number,
  to: number,
  mask: Int32Array,
): void {
  const begin = field.at * words;
  const end = (field.at + field.bits) * words;
  for (let w = from; w < to; w++) {
    const m = mask[w]!;
    if (m === 0) continue;
    let over = -1;
    let under = -1;
    let l = low;
    let h = high;
    for (let at = begin + w; at < end; at += words) {
      const v = bits[at]!;
      const free = (l & 1) - 1; // all ones where the bound's bit is 0
      const cap = -(h & 1);
      over = (free & v) | (over & (free | v));
      under = (cap & ~v) | (under & (cap | ~v));
      l >>= 1;
      h >>= 1;
    }
    mask[w] = m & over & under;
  }
}

/** Ones in a word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Ones among bits [from, to). */
export function countBits(mask: Int32Array, from: number, to: number): number {
  if (from >= to) return 0;
  const first = from >>> 5;
  const last = (to - 1) >>> 5;
  const head = -1 << (from & 31);
  const tail = -1 >>> (31 - ((to - 1) & 31));
  if (first === last) return popcount(mask[first]! & head & tail);
  let n = popcount(mask[first]! & head) + popcount(mask[last]! & tail);
  for (let w = first + 1; w < last; w++) {
    const word = mask[w]!;
    if (word !== 0) n += popcount(word);
  }
  return n;
}

/** The first one among bits [from, to), or -1. */
export function nextBit(mask: Int32Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const word = mask[at >>> 5]! >>> (at & 31);
    if (word !== 0) {
      const bit = at + 31 - Math.clz32(word & -word);
      return bit < to ? bit : -1;
    }
    at = ((at >>> 5) + 1) << 5;
  }
  return -1;
}
