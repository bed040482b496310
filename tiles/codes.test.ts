import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOfCell, codeOfTile, coarsenCodes, levelOfCode, tileOfCode } from './codes.ts';
import { VersionTree } from './versionTree.ts';

const tile = fc
  .integer({ min: 0, max: 20 })
  .chain((z) => fc.record({ z: fc.constant(z), x: fc.nat(2 ** z - 1), y: fc.nat(2 ** z - 1) }));

interface Tile {
  z: number;
  x: number;
  y: number;
}
const holds = (outer: Tile, inner: Tile): boolean =>
  outer.z <= inner.z &&
  Math.floor(inner.x / 2 ** (inner.z - outer.z)) === outer.x &&
  Math.floor(inner.y / 2 ** (inner.z - outer.z)) === outer.y;

describe('locational codes', () => {
  // The rows of the design's table of cells.
  it.each([
    [{ z: 0, x: 0, y: 0 }, 1],
    [{ z: 1, x: 1, y: 1 }, 7],
    [{ z: 20, x: 0, y: 0 }, 2 ** 40],
    [{ z: 20, x: 2 ** 20 - 1, y: 2 ** 20 - 1 }, 2 ** 41 - 1],
  ])('of %j is %d', (given, code) => {
    expect(codeOfTile(given)).toBe(code);
    expect(tileOfCode(code)).toEqual(given);
  });

  it('of a position is that of its cell of level 20', () => {
    expect(codeOfCell(2085345262558839322n, 14)).toBe(4 ** 14 + 121383069);
    expect(levelOfCode(codeOfCell(2085345262558839322n))).toBe(20);
  });

  it('come back as the tile they were', () => {
    fc.assert(
      fc.property(tile, (given) => {
        expect(tileOfCode(codeOfTile(given))).toEqual(given);
      }),
    );
  });

  it.each([0, -1, 1.5, 2, 3, NaN, 2 ** 41, 2 ** 60])('refuse %d', (code) => {
    expect(() => levelOfCode(code)).toThrow(/code/);
  });

  it('taken together hold all that was given, in as few as asked for', () => {
    fc.assert(
      fc.property(fc.array(tile, { maxLength: 30 }), fc.integer({ min: 1, max: 10 }), (tiles, limit) => {
        const coarse = coarsenCodes(tiles.map(codeOfTile), limit);
        expect(coarse.length).toBeLessThanOrEqual(limit);
        for (const given of tiles) expect(coarse.some((code) => holds(tileOfCode(code), given))).toBe(true);
        expect(new Set(coarse).size).toBe(coarse.length);
      }),
    );
  });
});

describe('the tree of versions', () => {
  it('says the newest mark that touches a tile, above or below', () => {
    fc.assert(
      fc.property(fc.array(tile, { maxLength: 30 }), fc.array(tile, { maxLength: 20 }), (marks, asked) => {
        const tree = new VersionTree();
        marks.forEach((mark, i) => tree.mark(codeOfTile(mark), i + 1));
        for (const one of [...asked, ...marks]) {
          const touching = marks.flatMap((mark, i) => (holds(mark, one) || holds(one, mark) ? [i + 1] : []));
          expect(tree.newest(codeOfTile(one))).toBe(Math.max(0, ...touching));
        }
      }),
    );
  });

  it('does not depend on the order of marks', () => {
    fc.assert(
      fc.property(fc.array(tile, { maxLength: 20 }), fc.array(tile, { maxLength: 20 }), (marks, asked) => {
        const [forth, back] = [new VersionTree(), new VersionTree()];
        const numbered = marks.map((mark, i) => [codeOfTile(mark), i + 1] as const);
        for (const [code, seq] of numbered) forth.mark(code, seq);
        for (const [code, seq] of numbered.reverse()) back.mark(code, seq);
        for (const one of asked) expect(back.newest(codeOfTile(one))).toBe(forth.newest(codeOfTile(one)));
      }),
    );
  });

  it('grows to a million marks', () => {
    const tree = new VersionTree();
    for (let i = 0; i < 1_000_000; i++) tree.mark(4 ** 20 + i * 1000, i + 1);
    expect(tree.newest(1)).toBe(1_000_000);
    expect(tree.newest(4 ** 20 + 999_999 * 1000)).toBe(1_000_000);
    expect(tree.newest(4 ** 20)).toBe(1);
  });
});
