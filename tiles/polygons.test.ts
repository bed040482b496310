import { VectorTile } from '@mapbox/vector-tile';
import type { Position } from 'geojson';
import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import { bboxToTiles, TileError } from './grid.ts';
import type { Tile } from './grid.ts';
import { buildPolygonIndex, encodeIndexTile } from './polygons.ts';
import type { PolygonFeature, PolygonIndex } from './polygons.ts';

type Points = [x: number, y: number][];

function decodeTile(bytes: Uint8Array) {
  const { layers } = new VectorTile(new PbfReader(bytes));
  return Object.values(layers).flatMap((layer) =>
    Array.from({ length: layer.length }, (_, i) => {
      const feature = layer.feature(i);
      const rings = feature.loadGeometry().map((ring) => ring.map(({ x, y }): [number, number] => [x, y]));
      return {
        layer: layer.name,
        version: layer.version,
        id: feature.id,
        type: feature.type,
        properties: { ...feature.properties },
        rings,
      };
    }),
  );
}

const tileAt = (lng: number, lat: number, z: number): Tile => {
  const { minX, minY } = bboxToTiles([lng, lat, lng, lat], z);
  return { z, x: minX, y: minY };
};

const square = (w: number, s: number, e: number, n: number): Position[] => [
  [w, s],
  [e, s],
  [e, n],
  [w, n],
  [w, s],
];
const polygon = (id: number, ...coordinates: Position[][]): PolygonFeature => {
  return { layer: 'divisions', id, geometry: { type: 'Polygon', coordinates }, properties: { id } };
};

/** A border that runs crookedly from one junction to another, the same each time it is asked for. */
function wiggle(from: Position, to: Position, count: number): Position[] {
  const line: Position[] = [from];
  for (let i = 1; i < count; i++) {
    const t = i / count;
    const off = (Math.sin(i * 1.7) + Math.sin(i * 0.31) * 3) * 0.004;
    line.push([from[0]! + (to[0]! - from[0]!) * t + off, from[1]! + (to[1]! - from[1]!) * t + off / 2]);
  }
  return [...line, to];
}

/** West and east of one crooked border; the rings start in different places and both run counter-clockwise. */
function neighbours(): [PolygonFeature, PolygonFeature] {
  const border = wiggle([123.5, 47], [123.5, 48], 300);
  const west: Position[] = [[123, 48], [123, 47], ...border, [123, 48]];
  const east: Position[] = [
    ...border.slice(0, 100).toReversed(),
    [124, 47],
    [124, 48],
    ...border.slice(99).toReversed(),
  ];
  return [polygon(1, west), polygon(2, east)];
}

/** Segments between neighbouring points, without direction, as text. */
const segments = (ring: Points): string[] =>
  ring.slice(1).map((point, i) => [ring[i], point].map(String).sort().join(' '));

describe('buildPolygonIndex', () => {
  it('keeps ids, properties, layers and their order', () => {
    const index = buildPolygonIndex([
      {
        ...polygon(Number.MAX_SAFE_INTEGER, square(123, 47, 124, 48)),
        properties: { name: '龙沙', rate: 0.5, none: null },
      },
      {
        layer: 'roads',
        id: 2,
        geometry: {
          type: 'LineString',
          coordinates: [
            [123, 47],
            [124, 48],
          ],
        },
        properties: {},
      },
      { layer: 'labels', geometry: { type: 'Point', coordinates: [123.5, 47.5] }, properties: { open: true } },
    ]);
    expect(decodeTile(encodeIndexTile(index, tileAt(123.5, 47.5, 5)))).toMatchObject([
      { layer: 'divisions', version: 2, id: Number.MAX_SAFE_INTEGER, type: 3, properties: { name: '龙沙', rate: 0.5 } },
      { layer: 'roads', id: 2, type: 2 },
      { layer: 'labels', id: undefined, type: 1, properties: { open: true } },
    ]);
  });

  it('is the whole tile, and its buffer, deep inside a polygon', () => {
    const index = buildPolygonIndex([polygon(1, square(123, 47, 124, 48))]);
    const [feature] = decodeTile(encodeIndexTile(index, tileAt(123.5, 47.5, 16)));
    expect(new Set(feature!.rings[0]!.flat())).toEqual(new Set([-64, 4160]));
  });

  it('is empty where nothing lies, and for no features', () => {
    const index = buildPolygonIndex([polygon(1, square(123, 47, 124, 48))]);
    expect(encodeIndexTile(index, tileAt(0, 0, 8))).toHaveLength(0);
    expect(encodeIndexTile(buildPolygonIndex([]), { z: 0, x: 0, y: 0 })).toHaveLength(0);
  });

  it('refuses a tile deeper than it goes', () => {
    expect(() => encodeIndexTile(buildPolygonIndex([]), { z: 17, x: 0, y: 0 })).toThrow(TileError);
  });

  it('draws a feature between its zooms only', () => {
    const index = buildPolygonIndex([{ ...polygon(1, square(123, 47, 124, 48)), minZoom: 4, maxZoom: 6 }]);
    const drawn = [3, 4, 6, 7].map((z) => encodeIndexTile(index, tileAt(123.5, 47.5, z)).length > 0);
    expect(drawn).toEqual([false, true, true, false]);
  });

  it('turns outer rings clockwise on screen and holes the other way', () => {
    const hole = square(123.4, 47.4, 123.6, 47.6);
    const index = buildPolygonIndex([polygon(1, square(123, 47, 124, 48).toReversed(), hole)]);
    const [feature] = decodeTile(encodeIndexTile(index, tileAt(123.5, 47.5, 5)));
    expect(feature!.rings.map((ring) => Math.sign(area(ring)))).toEqual([1, -1]);
  });

  it('has no repeated points and no ring without area, at any zoom', () => {
    const index = buildPolygonIndex(neighbours());
    for (let z = 0; z <= 16; z++) {
      for (const { rings } of decodeTile(encodeIndexTile(index, tileAt(123.5, 47.5, z)))) {
        for (const ring of rings) {
          expect(ring.length).toBeGreaterThanOrEqual(4);
          expect(area(ring)).not.toBe(0);
          expect(ring.slice(1).some((point, i) => String(point) === String(ring[i]))).toBe(false);
        }
      }
    }
  });
});

describe('shared borders', () => {
  it.each([4, 6, 8, 10, 16])('are the same on both sides at zoom %i', (z) => {
    const index = buildPolygonIndex(neighbours());
    const [lng, lat] = wiggle([123.5, 47], [123.5, 48], 300)[150] as [number, number];
    const features = decodeTile(encodeIndexTile(index, tileAt(lng, lat, z)));
    const [west, east] = features.map(({ rings }) => inside(rings[0]!));
    const shared = west!.filter((segment) => east!.includes(segment));
    // every inner segment of the one that is not one of its straight outer sides is the other's too
    const outer = (all: string[]) => all.filter((segment) => !shared.includes(segment));
    expect(shared.length).toBeGreaterThan(0);
    expect(outer(west!).length).toBeLessThanOrEqual(3);
    expect(outer(east!).length).toBeLessThanOrEqual(3);
  });

  it('are thinned where they are small, and whole at the deepest zoom', () => {
    const index = buildPolygonIndex(neighbours(), { maxZoom: 6 });
    const points = (z: number): number => {
      const features = decodeTile(encodeIndexTile(index, tileAt(123.5, 47.5, z)));
      return features.flatMap(({ rings }) => rings.flat()).length;
    };
    expect(points(3)).toBeLessThan(100); // of 2 × 301 and the outer corners
    expect(points(6)).toBeGreaterThan(600);
  });

  it('of an island and the hole that it lies in are the same', () => {
    const island = wiggleRing(123.5, 47.5, 0.2, 200);
    const turned = [...island.slice(77, -1), ...island.slice(0, 78)].toReversed();
    const index = buildPolygonIndex([polygon(1, square(123, 47, 124, 48), island), polygon(2, turned)]);
    const [around, within] = decodeTile(encodeIndexTile(index, tileAt(123.5, 47.5, 5)));
    expect(segments(around!.rings[1]!).sort()).toEqual(segments(within!.rings[0]!).sort());
  });
});

describe('tiles', () => {
  it('do not depend on the order in which they are asked for', () => {
    const tiles = [4, 9, 12, 16].flatMap((z) => [tileAt(123.5, 47.5, z), tileAt(123.1, 47.9, z)]);
    const bytes = (order: Tile[], index: PolygonIndex) =>
      new Map(order.map((t) => [JSON.stringify(t), encodeIndexTile(index, t)]));
    const first = bytes(tiles, buildPolygonIndex(neighbours()));
    const index = buildPolygonIndex(neighbours());
    const second = bytes(tiles.toReversed(), index);
    const again = bytes(tiles, index);
    for (const [tile, expected] of first) {
      expect(expected.length).toBeGreaterThan(0);
      expect(second.get(tile)).toEqual(expected);
      expect(again.get(tile)).toEqual(expected);
    }
  });

  it('beyond the antimeridian belong to the other side of it', () => {
    const index = buildPolygonIndex([polygon(1, square(179, 10, 181, 12))]);
    for (const lng of [179.5, -179.5]) expect(encodeIndexTile(index, tileAt(lng, 11, 6)).length).toBeGreaterThan(0);
  });

  it('reach the poles', () => {
    const index = buildPolygonIndex([polygon(1, square(-180, -90, 180, 90))]);
    const [feature] = decodeTile(encodeIndexTile(index, { z: 0, x: 0, y: 0 }));
    const ys = feature!.rings[0]!.map(([, y]) => y);
    expect([Math.min(...ys), Math.max(...ys)]).toEqual([0, 4096]);
  });
});

/** Segments that are not the cut along the tile's buffered edge. */
function inside(ring: Points): string[] {
  return segments(ring).filter((segment) => {
    const [ax, ay, bx, by] = segment.split(/[ ,]/).map(Number);
    return !((ax === bx && (ax === -64 || ax === 4160)) || (ay === by && (ay === -64 || ay === 4160)));
  });
}

function area(ring: Points): number {
  return ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i]![0] * y - x * ring[i]![1], 0) / 2;
}

function wiggleRing(lng: number, lat: number, radius: number, count: number): Position[] {
  const ring = Array.from({ length: count }, (_, i): Position => {
    const angle = (i / count) * 2 * Math.PI;
    const r = radius * (1 + 0.1 * Math.sin(i * 1.3));
    return [lng + r * Math.cos(angle), lat + r * Math.sin(angle)];
  });
  return [...ring, ring[0]!];
}
