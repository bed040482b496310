/** Locational codes: one number that says level and cell, 4^level + cell. 1 is the whole world. */
import { TileError, type Tile } from './grid.ts';
import { decodeCell, encodeCellNumber } from './morton.ts';

/** The deepest level of a code: 4^20 + cell stays below 2^41, exact in a number and in JSON. */
export const MAX_CODE_LEVEL = 20;
export const WHOLE_WORLD = 1;

/** The code of a tile, z ≤ 20. @throws TileError otherwise. */
export function codeOfTile({ z, x, y }: Tile): number {
  if (!(z >= 0 && z <= MAX_CODE_LEVEL)) throw new TileError('z', z, `0..${MAX_CODE_LEVEL}`);
  return 4 ** z + encodeCellNumber(x, y);
}

/** The code of the level-20 cell in which a level-31 cell lies. */
export function codeOfCell(cell31: bigint, level = MAX_CODE_LEVEL): number {
  return 4 ** level + Number(cell31 >> BigInt(2 * (31 - level)));
}

/** Level of a code. @throws TileError for a number that is no code. */
export function levelOfCode(code: number): number {
  const level = Math.floor(Math.log2(code) / 2);
  if (!Number.isSafeInteger(code) || !(level >= 0 && level <= MAX_CODE_LEVEL) || code >= 2 * 4 ** level)
    throw new TileError('code', code, `4^level + cell, level 0..${MAX_CODE_LEVEL}`);
  return level;
}

/** The tile that a code names. @throws TileError for a number that is no code. */
export function tileOfCode(code: number): Tile {
  const z = levelOfCode(code);
  const [x, y] = decodeCell(BigInt(code - 4 ** z));
  return { z, x, y };
}

/**
 * Fewer codes over the same ground, and a little more: those that lie in others go, then the finest level is taken up by one,
 * until at most `limit` are left.
 * @returns ascending, each once; together they hold all that was given.
 */
export function coarsenCodes(codes: Iterable<number>, limit: number): number[] {
  let left = new Set(codes);
  for (let level = MAX_CODE_LEVEL; level > 0 && left.size > limit; level--) {
    const floor = 4 ** level;
    const up = new Set<number>();
    for (const code of left) up.add(code >= floor ? Math.floor(code / 4) : code);
    left = up;
  }
  return [...left].filter((code) => !hasAncestor(code, left)).sort((a, b) => a - b);
}

function hasAncestor(code: number, among: Set<number>): boolean {
  for (let up = Math.floor(code / 4); up >= 1; up = Math.floor(up / 4)) if (among.has(up)) return true;
  return false;
}
