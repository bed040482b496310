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
let over = new Int32Array(0);
let under = new Int32Array(0);

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

/** Bits that a page's values of a field take: those above are 0 throughout. */
const bitsOf = (greatest: number) => 32 - Math.clz32(greatest);

/** Where low and high are both met by some of the page's values. */
function narrowToRange(
  slices: Slices,
  field: Field,
  low: number,
  high: number,
  from: number,
  to: number,
  mask: Int32Array,
): void {
  const greatest = slices.greatest[field.index]!;
  const bits = bitsOf(greatest);
  // A bound that every value meets costs nothing as all zeros, or all ones.
  const a = low <= slices.least[field.index]! ? 0 : low;
  const b = high >= greatest ? 2 ** bits - 1 : high;
  if (a === b) narrowToBits(slices, field.at, a, 0, bits, from, to, mask);
  else narrowBetween(slices, field.at, a, b, bits, from, to, mask);
}

/**
 * Bits [first, end) of a value must be as `value` has them. Two slices at a time, along the arrays: word by word with all slices of
 * a field took three times as long (bench/cases.ts), slice by slice half as long again.
 */
function narrowToBits(
  { bits, words }: Slices,
  at: number,
  value: number,
  first: number,
  end: number,
  from: number,
  to: number,
  mask: Int32Array,
): void {
  // All ones where the bit is to be 0.
  const turn = (bit: number) => ((value >>> bit) & 1) - 1;
  let bit = first;
  for (; bit + 1 < end; bit += 2) {
    const [one, two] = [(at + bit) * words, (at + bit + 1) * words];
    const [turnOne, turnTwo] = [turn(bit), turn(bit + 1)];
    for (let w = from; w < to; w++) mask[w] = mask[w]! & (bits[one + w]! ^ turnOne) & (bits[two + w]! ^ turnTwo);
  }
  if (bit === end) return;
  const [one, turnOne] = [(at + bit) * words, turn(bit)];
  for (let w = from; w < to; w++) mask[w] = mask[w]! & (bits[one + w]! ^ turnOne);
}

/**
 * low < high, of `n` bits. Above the highest bit in which they differ a value must be as they are. Where it has a 0 there, what is below
 * must be at least low's; where it has a 1, at most high's.
 */
function narrowBetween(
  slices: Slices,
  at: number,
  low: number,
  high: number,
  n: number,
  from: number,
  to: number,
  mask: Int32Array,
): void {
  const { bits, words } = slices;
  const split = bitsOf(low ^ high) - 1;
  narrowToBits(slices, at, low, split + 1, n, from, to, mask);
  if (over.length < to) {
    over = new Int32Array(to);
    under = new Int32Array(to);
  }
  atLeast(slices, at, low, split, from, to, over, 0);
  // At most high: what is turned round is at least high turned round.
  atLeast(slices, at, ~high, split, from, to, under, -1);
  const base = (at + split) * words;
  for (let w = from; w < to; w++) {
    const v = bits[base + w]!;
    mask[w] = mask[w]! & ((v & under[w]!) | (~v & over[w]!));
  }
}

/**
 * Marks where the lowest `n` bits are at least those of `low`, from the lowest up: a 1 of low's must be met, a 0 may be beaten.
 * @param turn -1: of the bits turned round; 0: as they are.
 */
function atLeast(
  { bits, words }: Slices,
  at: number,
  low: number,
  n: number,
  from: number,
  to: number,
  into: Int32Array,
  turn: number,
): void {
  into.fill(-1, from, to);
  // Below low's lowest 1 anything will do.
  let bit = 0;
  while (bit < n && ((low >>> bit) & 1) === 0) bit++;
  for (; bit < n; bit += 2) {
    const one = (at + bit) * words;
    const two = one + words;
    const isLast = bit + 1 === n;
    const met = ((low >>> bit) & 1) === 1;
    const metNext = ((low >>> (bit + 1)) & 1) === 1;
    if (isLast && met) for (let w = from; w < to; w++) into[w] = into[w]! & (bits[one + w]! ^ turn);
    else if (isLast) for (let w = from; w < to; w++) into[w] = into[w]! | (bits[one + w]! ^ turn);
    else if (met && metNext)
      for (let w = from; w < to; w++) into[w] = into[w]! & (bits[one + w]! ^ turn) & (bits[two + w]! ^ turn);
    else if (met)
      for (let w = from; w < to; w++) into[w] = (into[w]! & (bits[one + w]! ^ turn)) | (bits[two + w]! ^ turn);
    else if (metNext)
      for (let w = from; w < to; w++) into[w] = (into[w]! | (bits[one + w]! ^ turn)) & (bits[two + w]! ^ turn);
    else for (let w = from; w < to; w++) into[w] = into[w]! | (bits[one + w]! ^ turn) | (bits[two + w]! ^ turn);
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
