import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lngLatToTile31, TileError } from './grid.ts';
import { cellOf, cellToText, decodeCell, decodeOffset, encodeCell, parentCell, tileCellRange } from './morton.ts';
import { cellsToTileXY, pointLevel, pointOffsetsToTileXY, pointsToTileXY } from './positions.ts';

const LAST = 2 ** 31 - 1;
const coordinate = fc.nat(LAST);

describe('the vectors of design.md', () => {
  it.each([
    [0, 0, 1073741824, 1073741824, 3458764513820540928n, 201326592n],
    [123.918186, 47.354348, 1812942596, 752216595, 2085345262558839322n, 121383069n],
    [-74.006, 40.7128, 632278838, 807412616, 1013675320573658516n, 59003669n],
    [151.2093, -33.8688, 1975740432, 1288688297, 3869138192356116866n, 225213483n],
  ])('%f, %f', (lng, lat, x, y, cell, at14) => {
    expect(lngLatToTile31(lng, lat)).toEqual([x, y]);
    expect(cellOf(lng, lat)).toBe(cell);
    expect(encodeCell(x, y)).toBe(cell);
    expect(decodeCell(cell)).toEqual([x, y]);
    expect(parentCell(cell, 31, 14)).toBe(at14);
  });
});

describe('keys', () => {
  it.each([
    [0, 0, 0n],
    [1, 0, 1n], // x in the even bits
    [0, 1, 2n], // y in the odd
    [3, 0, 5n],
    [65535, 65535, 0xffffffffn], // the last of the low halves: no sign may come of it
    [65536, 0, 0x100000000n],
    [LAST, 0, 0x1555555555555555n],
    [LAST, LAST, 0x3fffffffffffffffn], // 62 bits, all set
  ])('%i, %i → %s', (x, y, cell) => {
    expect(encodeCell(x, y)).toBe(cell);
    expect(decodeCell(cell)).toEqual([x, y]);
  });

  it('agree with interleaving bit by bit, and decode again', () => {
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        const bits = (value: number): string[] => Array.from(value.toString(2).padStart(31, '0'));
        const xBits = bits(x);
        const interleaved = bits(y).map((bit, i) => bit + xBits[i]!);
        expect(encodeCell(x, y)).toBe(BigInt(`0b${interleaved.join('')}`));
        expect(decodeCell(encodeCell(x, y))).toEqual([x, y]);
      }),
    );
  });

  it('have the key of the halved coordinates as parent', () => {
    fc.assert(
      fc.property(coordinate, coordinate, fc.nat(31), (x, y, level) => {
        const by = 2 ** (31 - level);
        expect(parentCell(encodeCell(x, y), 31, level)).toBe(encodeCell(Math.floor(x / by), Math.floor(y / by)));
      }),
    );
    expect(() => parentCell(0n, 6, 7)).toThrow(TileError);
  });

  it('go to SQL as plain decimal text', () => expect(cellToText(cellOf(0, 0))).toBe('3458764513820540928'));
});

describe('tileCellRange', () => {
  it('is everything at zoom 0', () => {
    expect(tileCellRange({ z: 0, x: 0, y: 0 }, 31)).toEqual({ first: 0n, last: 1n << 62n });
  });

  it('ends with the last key of int8 range, half-open, at zoom 31', () => {
    const key = (1n << 62n) - 1n;
    expect(tileCellRange({ z: 31, x: LAST, y: LAST }, 31)).toEqual({ first: key, last: key + 1n });
  });

  it('holds exactly the cells whose parent is the tile', () => {
    fc.assert(
      fc.property(coordinate, coordinate, fc.nat(31), fc.nat(31), (x, y, a, b) => {
        const [z, level] = a < b ? [a, b] : [b, a];
        const cell = parentCell(encodeCell(x, y), 31, level);
        const [tx, ty] = decodeCell(parentCell(cell, level, z));
        const { first, last } = tileCellRange({ z, x: tx, y: ty }, level);
        expect(first <= cell && cell < last).toBe(true);
        expect(last - first).toBe(4n ** BigInt(level - z));
        expect(parentCell(last - 1n, level, z)).toBe(parentCell(first, level, z));
        expect(parentCell(last, level, z)).not.toBe(parentCell(first, level, z));
      }),
    );
  });

  it.each([5, 32, NaN])('refuses level %d for a tile of zoom 6', (level) => {
    expect(() => tileCellRange({ z: 6, x: 0, y: 0 }, level)).toThrow(TileError);
  });
});

describe('positions', () => {
  it('decode offsets as keys', () => {
    fc.assert(
      fc.property(fc.nat(LAST), (offset) => {
        expect(decodeOffset(offset)).toEqual(decodeCell(BigInt(offset)));
      }),
    );
  });

  it('of density cells are their centres: 64 a side, 64 units each', () => {
    // offsets 0, 1, 2 and the last: first cell, its eastern and its southern neighbour, the south-eastern corner
    const { xs, ys } = cellsToTileXY([0, 1, 2, 4095], 8, 14);
    expect([...xs]).toEqual([32, 96, 32, 4064]);
    expect([...ys]).toEqual([32, 32, 96, 4064]);
  });

  it.each([
    [12, 12, 2048], // the tile itself
    [12, 24, 0], // a cell is a unit
    [12, 27, 0], // eight cells a unit
  ])('of the first cell: tile %i, level %i → %i', (z, level, at) => {
    expect([...cellsToTileXY([0], z, level).xs]).toEqual([at]);
  });

  it('refuse a level whose offsets pass int4', () => expect(() => cellsToTileXY([0], 10, 26)).toThrow(TileError));

  it.each([
    [0, 0, 0, 1812942596 >> 19, 752216595 >> 19],
    [19, 1812942596 >> 12, 752216595 >> 12, 1812942596 & 4095, 752216595 & 4095], // a unit is a level-31 cell
    [22, 1812942596 >> 9, 752216595 >> 9, (1812942596 & 511) << 3, (752216595 & 511) << 3], // shift to the left
    [31, 1812942596, 752216595, 0, 0],
  ])('of a point at zoom %i', (z, x, y, px, py) => {
    const { xs, ys } = pointsToTileXY(['2085345262558839322', 2085345262558839322n], { z, x, y });
    expect([...xs, ...ys]).toEqual([px, px, py, py]);
  });

  it('are the same from keys and from int4 offsets, at every zoom', () => {
    fc.assert(
      fc.property(coordinate, coordinate, fc.nat(31), (x, y, z) => {
        const cell = encodeCell(x, y);
        const [tx, ty] = decodeCell(parentCell(cell, 31, z));
        const tile = { z, x: tx, y: ty };
        const level = pointLevel(z);
        const offset = Number(parentCell(cell, 31, level) - tileCellRange(tile, level).first);
        expect(offset).toBeLessThan(2 ** 31);
        expect(pointOffsetsToTileXY([offset], z)).toEqual(pointsToTileXY([cell], tile));
        const { xs, ys } = pointsToTileXY([cell], tile);
        expect(xs[0]! >= 0 && xs[0]! < 4096 && ys[0]! >= 0 && ys[0]! < 4096).toBe(true);
      }),
    );
  });
});
