import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bboxToTiles, lngLatToTile31, MAX_LAT, parseTile, tile31ToLngLat, tileBounds, TileError } from './grid.ts';
import type { Tile } from './grid.ts';

const LAST = 2 ** 31 - 1;
const anyTile = fc
  .integer({ min: 0, max: 31 })
  .chain((z) => fc.record({ z: fc.constant(z), x: fc.nat(2 ** z - 1), y: fc.nat(2 ** z - 1) }));

describe('parseTile', () => {
  it.each([
    ['0', '0', '0', { z: 0, x: 0, y: 0 }],
    ['14', '13832', '5738', { z: 14, x: 13832, y: 5738 }],
    ['31', '2147483647', '2147483647', { z: 31, x: LAST, y: LAST }], // the last tile of all: no 32-bit overflow
  ])('reads %s/%s/%s', (z, x, y, tile) => expect(parseTile(z, x, y, 31)).toEqual(tile));

  it.each([
    ['01', '0', '0', 'z', '01'], // one URL a tile: caches and ETags stand on it
    ['1.0', '0', '0', 'z', '1.0'],
    [' 1', '0', '0', 'z', ' 1'],
    ['1\n', '0', '0', 'z', '1\n'], // `$` without care would let it through
    ['-0', '0', '0', 'z', '-0'],
    ['1e1', '0', '0', 'z', '1e1'],
    ['', '0', '0', 'z', ''],
    ['0x1', '0', '0', 'z', '0x1'],
    ['١', '0', '0', 'z', '١'], // an Arabic digit is a digit to \d with the u flag, not to us
    ['NaN', '0', '0', 'z', 'NaN'],
    ['23', '0', '0', 'z', '23'], // beyond maxZoom 22
    ['1', '2', '0', 'x', '2'], // off the grid to the east
    ['1', '0', '2', 'y', '2'], // and to the south
    ['1', '-1', '0', 'x', '-1'],
    ['1', '0', '99999999999999999999', 'y', '99999999999999999999'],
  ])('refuses %j/%j/%j, naming %s', (z, x, y, field, value) => {
    const caught = catchError(() => parseTile(z, x, y, 22));
    expect(caught).toBeInstanceOf(TileError);
    expect(caught).toMatchObject({ field, value });
    expect((caught as Error).message).toContain(field);
    expect((caught as Error).message).toContain(JSON.stringify(value));
  });

  it('reads back every tile it can name', () => {
    fc.assert(
      fc.property(anyTile, ({ z, x, y }) => {
        expect(parseTile(`${z}`, `${x}`, `${y}`, 31)).toEqual({ z, x, y });
      }),
    );
  });

  it('does not repeat a long value to its sender', () => {
    expect((catchError(() => parseTile('9'.repeat(9000), '0', '0', 22)) as Error).message.length).toBeLessThan(120);
  });
});

describe('lngLatToTile31', () => {
  it.each([
    [0, 0, 2 ** 30, 2 ** 30],
    [-180, MAX_LAT, 0, 0], // the north-west corner
    [180, 0, LAST, 2 ** 30], // the antimeridian from the west is the last column, not one beyond
    [-180, 0, 0, 2 ** 30],
    [180, -MAX_LAT, LAST, LAST],
    [0, 90, 2 ** 30, 0], // the poles lie on the square's edges
    [0, -90, 2 ** 30, LAST],
    [200, 0, LAST, 2 ** 30], // off the map: clamped
    [-200, 0, 0, 2 ** 30],
  ])('%f, %f → %i, %i', (lng, lat, x, y) => expect(lngLatToTile31(lng, lat)).toEqual([x, y]));

  it.each([
    [NaN, 0, 'lng'],
    [0, Infinity, 'lat'],
  ])('refuses %f, %f', (lng, lat, field) => {
    expect(catchError(() => lngLatToTile31(lng, lat))).toMatchObject({ name: 'TileError', field });
  });

  it('gives back the cell whose centre it gets', () => {
    fc.assert(
      fc.property(fc.nat(LAST), fc.nat(LAST), (x, y) => {
        const [lng, lat] = tile31ToLngLat(x + 0.5, y + 0.5);
        expect(lngLatToTile31(lng, lat)).toEqual([x, y]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('tileBounds', () => {
  it('is the whole square at zoom 0', () => {
    const [west, south, east, north] = tileBounds({ z: 0, x: 0, y: 0 });
    expect([west, east]).toEqual([-180, 180]);
    expect(north).toBeCloseTo(MAX_LAT, 12);
    expect(south).toBeCloseTo(-MAX_LAT, 12);
  });

  it('meets its neighbours to the bit, at every zoom', () => {
    fc.assert(
      fc.property(anyTile, (tile) => {
        const [, south, east] = tileBounds(tile);
        expect(tileBounds({ ...tile, x: tile.x + 1 })[0]).toBe(east);
        expect(tileBounds({ ...tile, y: tile.y + 1 })[3]).toBe(south);
      }),
    );
  });

  it('holds its centre, from zoom 0 to 31', () => {
    fc.assert(
      fc.property(anyTile, (tile) => {
        const [west, south, east, north] = tileBounds(tile);
        expect(tilesAt([(west + east) / 2, (south + north) / 2], tile.z)).toEqual([tile.x, tile.y]);
      }),
    );
  });
});

describe('bboxToTiles', () => {
  it('covers the world at zoom 3 with all of its tiles', () => {
    expect(bboxToTiles([-180, -90, 180, 90], 3)).toEqual({ minX: 0, minY: 0, maxX: 7, maxY: 7 });
  });

  it('is one tile for a point, at zoom 31 too', () => {
    expect(bboxToTiles([0, 0, 0, 0], 31)).toEqual({ minX: 2 ** 30, minY: 2 ** 30, maxX: 2 ** 30, maxY: 2 ** 30 });
  });

  it.each([
    [[10, 0, -10, 5]], // across the antimeridian: the caller splits it
    [[0, 5, 10, 0]],
    [[0, 0, NaN, 0]],
  ])('refuses %j', (bbox) => {
    expect(() => bboxToTiles(bbox as [number, number, number, number], 5)).toThrow(TileError);
  });
});

function tilesAt([lng, lat]: [number, number], z: number): [Tile['x'], Tile['y']] {
  const { minX, minY } = bboxToTiles([lng, lat, lng, lat], z);
  return [minX, minY];
}

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
