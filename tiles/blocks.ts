/** Blocks: the counts of many cells in one run of bytes, sorted by key. docs/blocks.md is the format.
 *
 * A density block holds the cells of level L under one tile of zoom L - 6: keys 0..4095. A block of places holds the address
 * points under one tile of zoom 14: keys are (offset of the level-31 cell in the tile) × 65536 + n. */
import { writeVarint } from './writer.ts';

/** Counts in an entry: the five classes of records. */
export const BLOCK_WIDTH = 5;
const VERSION = 1;
/** A key and the counts, 8 bytes each at most. */
const MAX_ENTRY_BYTES = 8 * (1 + BLOCK_WIDTH);

let scratch = new Uint8Array(65_536);

/** Entries sorted by key; counts[i × BLOCK_WIDTH + c] is the count of class c at keys[i]. Counts may be negative in a delta. */
export interface Block {
  keys: Float64Array;
  counts: Float64Array;
}

export const EMPTY_BLOCK: Block = { keys: new Float64Array(0), counts: new Float64Array(0) };

/** The bytes are not a block: a fault of whoever wrote them. */
export class BlockError extends Error {
  constructor(expected: string, got: string) {
    super(`block: expected ${expected}, got ${got}`);
    this.name = 'BlockError';
  }
}

/** Bytes of a block.
 * @param block keys ascending, each once, 0..2^53 - 1; counts |n| < 2^52.
 * @returns an array of its own. The same entries give the same bytes. */
export function encodeBlock({ keys, counts }: Block): Uint8Array<ArrayBuffer> {
  // Room for the longest there can be, once; what is given is a copy of what was needed.
  const most = (keys.length + 1) * MAX_ENTRY_BYTES;
  if (most > scratch.length) scratch = new Uint8Array(most * 2);
  const out = scratch;
  out[0] = VERSION;
  let pos = writeVarint(out, 1, keys.length);
  let last = 0;
  for (let i = 0, c = 0; i < keys.length; i++) {
    pos = writeVarint(out, pos, keys[i]! - last);
    last = keys[i]!;
    for (const end = c + BLOCK_WIDTH; c < end; c++) {
      const value = zigzag(counts[c]!);
      if (value < 128) out[pos++] = value;
      else pos = writeVarint(out, pos, value);
    }
  }
  return out.slice(0, pos);
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

/** Entries of a block's bytes. @throws BlockError where they are not a block. */
export function decodeBlock(bytes: Uint8Array): Block {
  if (bytes[0] !== VERSION) throw new BlockError(`version ${VERSION}`, String(bytes[0]));
  let pos = 1;
  // Inline, one byte first: most gaps and counts are small.
  const varint = (): number => {
    let byte = bytes[pos++]!;
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = bytes[pos++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  };
  const size = varint();
  if (size > bytes.length) throw new BlockError(`at most ${bytes.length} entries`, String(size));
  const keys = new Float64Array(size);
  const counts = new Float64Array(size * BLOCK_WIDTH);
  let key = 0;
  for (let i = 0, c = 0; i < size; i++) {
    key += varint();
    keys[i] = key;
    for (const end = c + BLOCK_WIDTH; c < end; c++) {
      const value = varint();
      counts[c] = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }
  if (pos !== bytes.length) throw new BlockError(`${bytes.length} bytes`, `entries of ${pos}`);
  return { keys, counts };
}

/** A block's bytes, and whether they add (1) or take away (-1). */
export interface BlockPart {
  bytes: Uint8Array;
  sign: number;
}

/** The sum of blocks, without the entries that came to nothing. The order of the parts makes no difference. */
export function sumBlocks(parts: readonly BlockPart[]): Block {
  const blocks = parts.map(({ bytes, sign }) => {
    const block = decodeBlock(bytes);
    if (sign < 0) for (let i = 0; i < block.counts.length; i++) block.counts[i] = 0 - block.counts[i]!;
    return block;
  });
  // The two smallest first: a large block is walked once, not once for each small delta.
  while (blocks.length > 1) {
    blocks.sort((a, b) => b.keys.length - a.keys.length);
    blocks.push(merge(blocks.pop()!, blocks.pop()!));
  }
  return withoutEmpty(blocks[0] ?? EMPTY_BLOCK);
}

function withoutEmpty(block: Block): Block {
  const { keys, counts } = block;
  const kept: number[] = [];
  for (let i = 0; i < keys.length; i++) {
    const from = i * BLOCK_WIDTH;
    for (let c = from; c < from + BLOCK_WIDTH; c++) {
      if (counts[c] === 0) continue;
      kept.push(i);
      break;
    }
  }
  if (kept.length === keys.length) return block;
  const left = { keys: Float64Array.from(kept, (i) => keys[i]!), counts: new Float64Array(kept.length * BLOCK_WIDTH) };
  kept.forEach((i, to) => copy(counts, i, left.counts, to * BLOCK_WIDTH));
  return left;
}

function merge(a: Block, b: Block): Block {
  const keys = new Float64Array(a.keys.length + b.keys.length);
  const counts = new Float64Array(keys.length * BLOCK_WIDTH);
  let [i, j, size] = [0, 0, 0];
  while (i < a.keys.length || j < b.keys.length) {
    const left = i < a.keys.length ? a.keys[i]! : Infinity;
    const right = j < b.keys.length ? b.keys[j]! : Infinity;
    const at = size * BLOCK_WIDTH;
    if (left <= right) copy(a.counts, i++, counts, at);
    if (left > right) copy(b.counts, j++, counts, at);
    else if (left === right) add(b.counts, j++, counts, at);
    keys[size++] = Math.min(left, right);
  }
  return { keys: keys.slice(0, size), counts: counts.slice(0, size * BLOCK_WIDTH) };
}

function copy(from: Float64Array, entry: number, to: Float64Array, at: number): void {
  for (let c = 0; c < BLOCK_WIDTH; c++) to[at + c] = from[entry * BLOCK_WIDTH + c]!;
}

function add(from: Float64Array, entry: number, to: Float64Array, at: number): void {
  for (let c = 0; c < BLOCK_WIDTH; c++) to[at + c]! += from[entry * BLOCK_WIDTH + c]!;
}

/** Where a key stands in a block, or -1. */
export function findKey({ keys }: Block, key: number): number {
  let [low, high] = [0, keys.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = keys[middle]!;
    if (at === key) return middle;
    if (at < key) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
