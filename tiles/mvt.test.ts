import { VectorTile } from '@mapbox/vector-tile';
import fc from 'fast-check';
import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import { encodePointLayers, MvtError } from './mvt.ts';
import type { Column, ColumnType, PointLayer } from './mvt.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/** A layer of rows that all lie at 0, 0. */
function layerOf(columns: Column[], rows: unknown[][], more: Partial<PointLayer> = {}): PointLayer {
  const zeros = new Int32Array(rows.length);
  return { name: 'points', columns, rows, xs: zeros, ys: zeros, ...more };
}

function decodeLayer(bytes: Uint8Array, name = 'points') {
  const layer = new VectorTile(new PbfReader(bytes)).layers[name]!;
  const features = Array.from({ length: layer.length }, (_, i) => {
    const feature = layer.feature(i);
    const points = feature.loadGeometry().map((part) => part.map(({ x, y }) => [x, y]));
    return { id: feature.id, type: feature.type, points, properties: { ...feature.properties } };
  });
  return { version: layer.version, extent: layer.extent, features };
}

/** The one value that comes back for one that went in; undefined when it was left out. */
function through(type: ColumnType, value: unknown): unknown {
  return decodeLayer(encodePointLayers([layerOf([{ name: 'v', type }], [[value]])])).features[0]!.properties['v'];
}

describe('bytes', () => {
  it('of one feature are those of the specification', () => {
    const columns: Column[] = [
      { name: 'id', type: 'uint' },
      { name: 'n', type: 'uint' },
    ];
    const tile = encodePointLayers([layerOf(columns, [['5', 3]], { name: 'p', id: 0, xs: [1], ys: [2] })]);
    expect([...tile]).toEqual([
      ...[0x1a, 30], // Tile.layers (field 3, length-delimited), 30 bytes
      ...[0x0a, 1, 0x70], // Layer.name (1): "p"
      ...[0x12, 13], // Layer.features (2), 13 bytes
      ...[0x08, 5], // Feature.id (1): 5
      ...[0x12, 2, 0, 0], // Feature.tags (2): key 0, value 0
      ...[0x18, 1], // Feature.type (3): POINT
      ...[0x22, 3, 9, 2, 4], // Feature.geometry (4): MoveTo once = 1 | 1 << 3, zigzag(1) = 2, zigzag(2) = 4
      ...[0x1a, 1, 0x6e], // Layer.keys (3): "n"
      ...[0x22, 2, 0x28, 3], // Layer.values (4): uint_value (5) 3
      ...[0x28, 0x80, 0x20], // Layer.extent (5): 4096 = 0 | 32 << 7
      ...[0x78, 2], // Layer.version (15): 2
    ]);
  });

  it('of each kind of value are those of the specification', () => {
    const types: ColumnType[] = ['uint', 'sint', 'double', 'string', 'bool'];
    const columns = types.map((type, i) => ({ name: 'abcde'[i]!, type }));
    const tile = encodePointLayers([layerOf(columns, [[300, -2, 0.5, 'é', true]], { name: '' })]);
    // 4 (tile 2, name 2) + feature: 2 + 12 (tags) + 2 + 5, then the five keys of 3 bytes
    const values = 4 + 2 + 12 + 2 + 5 + 15;
    expect([...tile.subarray(values, -5)]).toEqual([
      ...[0x22, 3, 0x28, 0xac, 0x02], // uint_value (5): 300 = 44 | 2 << 7
      ...[0x22, 2, 0x30, 3], // sint_value (6): zigzag(-2) = 3
      ...[0x22, 9, 0x19, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f], // double_value (3): 0.5, little end first
      ...[0x22, 4, 0x0a, 2, 0xc3, 0xa9], // string_value (1): é in UTF-8
      ...[0x22, 2, 0x38, 1], // bool_value (7): true
    ]);
  });

  it('hold each value once in a layer, whichever column it stands in', () => {
    const columns: Column[] = ['a', 'b'].map((name) => ({ name, type: 'uint' }));
    const one = encodePointLayers([
      layerOf(columns, [
        [7, 7],
        [7, '7'],
      ]),
    ]);
    expect(one.filter((byte, i) => byte === 0x22 && one[i + 2] === 0x28)).toHaveLength(1);
  });

  it('are none for no rows', () => {
    expect(encodePointLayers([])).toHaveLength(0);
    expect(encodePointLayers([layerOf([], []), layerOf([], [], { name: 'other' })])).toHaveLength(0);
  });

  it('are the same each time, whatever was encoded in between', () => {
    const layer = layerOf([{ name: 'v', type: 'string' }], [['甲'], ['乙'], ['甲']]);
    const first = encodePointLayers([layer]);
    encodePointLayers([layerOf([{ name: 'v', type: 'string' }], [['乙'], ['x'.repeat(100_000)]])]);
    expect(encodePointLayers([layer])).toEqual(first);
  });

  it('of a tile are not touched by the next, nor by one that failed', () => {
    const layer = layerOf([{ name: 'v', type: 'uint' }], [[1]]);
    const first = encodePointLayers([layer]);
    const copy = first.slice();
    expect(() => encodePointLayers([layerOf([{ name: 'v', type: 'uint' }], [[9], ['no']])])).toThrow(MvtError);
    expect(first).toEqual(copy);
    expect(encodePointLayers([layer])).toEqual(copy);
  });
});

describe('values', () => {
  it.each<[ColumnType, unknown, unknown]>([
    ['uint', 0, 0],
    ['uint', 4095, 4095], // the last of the flat table
    ['uint', 4096, 4096], // the first beyond it
    ['uint', 2 ** 31, 2 ** 31], // no sign
    ['uint', 2 ** 32, 2 ** 32], // beyond 32 bits
    ['uint', MAX, MAX],
    ['uint', '9007199254740991', MAX], // int8 comes as text
    ['uint', '0', 0],
    ['sint', 0, 0],
    ['sint', -1, -1],
    ['sint', '-42', -42],
    ['sint', -(2 ** 31), -(2 ** 31)],
    ['sint', -(2 ** 52), -(2 ** 52)],
    ['sint', 2 ** 52 - 1, 2 ** 52 - 1],
    ['double', 0.1, 0.1],
    ['double', -1e300, -1e300],
    ['double', 3, 3],
    ['string', '', ''],
    ['string', '齐齐哈尔 🏮', '齐齐哈尔 🏮'],
    ['string', 'x'.repeat(126), 'x'.repeat(126)], // the value's length passes one byte, the string's does not
    ['string', '鹤'.repeat(6000), '鹤'.repeat(6000)], // lengths of three bytes
    ['string', 'a\ud800b', 'a\ufffdb'], // half a pair is not a character
    ['string', '__proto__', '__proto__'],
    ['bool', true, true],
    ['bool', false, false],
    ['uint', null, undefined],
    ['string', undefined, undefined],
  ])('%s %j', (type, value, decoded) => expect(through(type, value)).toEqual(decoded));

  it('zigzag past 2^53 without losing a bit', () => {
    const tile = encodePointLayers([layerOf([{ name: 'v', type: 'sint' }], [[-MAX]], { name: '' })]);
    // zigzag(1 - 2^53) = 2^54 - 3: 1111101 and 47 ones above it; the decoder's own arithmetic cannot say it
    const at = tile.indexOf(0x30);
    expect([...tile.subarray(at + 1, at + 9)]).toEqual([0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]);
  });

  it.each<[ColumnType, unknown]>([
    ['uint', -1],
    ['uint', 1.5], // finds no place in the flat table either
    ['uint', NaN],
    ['uint', MAX + 1],
    ['uint', '9007199254740993'],
    ['uint', '1e3'],
    ['uint', ''],
    ['uint', '-'],
    ['uint', '-5'],
    ['uint', true],
    ['uint', 5n],
    ['sint', '0.5'],
    ['double', '0.5'], // numeric comes as text: cast to float8 in the statement
    ['double', Infinity],
    ['string', 5],
    ['string', new Date(0)], // an instant is to be made text or a number in the statement
    ['bool', 't'],
  ])('refuses for %s: %s', (type, value) => {
    const layer = layerOf(
      [
        { name: 'n', type: 'uint' },
        { name: 'odd', type },
      ],
      [[1, value]],
    );
    expect(() => encodePointLayers([layer])).toThrow(MvtError);
    expect(() => encodePointLayers([layer])).toThrow(/^layer points, column odd: expected \w+, got /);
  });
});

describe('layers', () => {
  it('keep their order and need names of their own', () => {
    const a = layerOf([], [[]], { name: 'a', extent: 512 });
    const b = layerOf([], [[], []], { name: 'b' });
    const { layers } = new VectorTile(new PbfReader(encodePointLayers([b, a])));
    expect(Object.values(layers).map(({ name, extent, length }) => [name, extent, length])).toEqual([
      ['b', 4096, 2],
      ['a', 512, 1],
    ]);
    expect(() => encodePointLayers([a, a])).toThrow(MvtError);
  });

  it('refuse two attributes of one name, and fewer positions than rows', () => {
    const twice: Column[] = [
      { name: 'v', type: 'uint' },
      { name: 'v', type: 'sint' },
    ];
    expect(() => encodePointLayers([layerOf(twice, [[1, 2]])])).toThrow(/column v/);
    expect(() => encodePointLayers([layerOf([], [[], []], { xs: [1] })])).toThrow(/2 positions/);
  });

  it.each([[0], [1], [MAX], ['9007199254740991']])('keep the id %s', (id) => {
    const [feature] = decodeLayer(
      encodePointLayers([layerOf([{ name: 'id', type: 'uint' }], [[id]], { id: 0 })]),
    ).features;
    expect(feature).toMatchObject({ id: Number(id), properties: {} });
  });

  it('leave out an id that is null, and refuse one that is not an unsigned integer', () => {
    const withId = (id: unknown) => encodePointLayers([layerOf([], [[id]], { id: 0 })]);
    expect(decodeLayer(withId(null)).features[0]!.id).toBeUndefined();
    expect(() => withId(-1)).toThrow(MvtError);
    expect(() => withId('QQ-1')).toThrow(MvtError);
  });

  it('read columns where they say, the id as an attribute too when asked', () => {
    const columns: Column[] = [
      { name: 'last', type: 'string', at: 2 },
      { name: 'id', type: 'uint', at: 0 },
    ];
    const { features } = decodeLayer(encodePointLayers([layerOf(columns, [[8, 'skipped', 'z']], { id: 0 })]));
    expect(features[0]).toMatchObject({ id: 8, properties: { last: 'z', id: 8 } });
  });

  it('may have more than 127 columns and values: indices and lengths of two bytes', () => {
    const columns = Array.from({ length: 200 }, (_, i): Column => ({ name: `c${i}`, type: 'uint' }));
    const row = columns.map((_, i) => i * 1000);
    const { features } = decodeLayer(encodePointLayers([layerOf(columns, [row, row.toReversed()])]));
    expect(features[0]!.properties).toEqual(Object.fromEntries(row.map((value, i) => [`c${i}`, value])));
    expect(features[1]!.properties['c0']).toBe(199_000);
  });

  it('may be larger than the buffer that they start with', () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => [i, `case ${i}`]);
    const columns: Column[] = [
      { name: 'id', type: 'uint' },
      { name: 'no', type: 'string' },
    ];
    const layer = new VectorTile(new PbfReader(encodePointLayers([layerOf(columns, rows, { id: 0 })]))).layers[
      'points'
    ]!;
    expect(layer.length).toBe(50_000);
    for (const i of [0, 127, 16_384, 49_999]) {
      expect([layer.feature(i).id, layer.feature(i).properties['no']]).toEqual([i, `case ${i}`]);
    }
  });
});

describe('any layer', () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const columns: Column[] = (['uint', 'uint', 'sint', 'double', 'string', 'bool'] as const).map((type, i) => ({
    name: `c${i}`,
    type,
    at: i,
  }));
  const cells = [
    fc.maxSafeNat(),
    fc.oneof(fc.nat(5000), fc.maxSafeNat().map(String)),
    fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeNat(),
  ].map((value) => fc.option(value as fc.Arbitrary<unknown>));
  const features = fc.array(fc.record({ row: fc.tuple(...cells), x: int32, y: int32 }), { minLength: 1 });

  it('comes back from @mapbox/vector-tile as it went in', () => {
    fc.assert(
      fc.property(features, (given) => {
        const rows = given.map(({ row }) => row);
        const position = { id: 6, xs: given.map(({ x }) => x), ys: given.map(({ y }) => y) };
        const decoded = decodeLayer(encodePointLayers([layerOf(columns, rows, position)]));
        const expected = given.map(({ row, x, y }) => ({
          id: row[6] ?? undefined,
          type: 1,
          points: [[[x, y]]],
          properties: Object.fromEntries(
            columns
              .map(({ name }, i): [string, unknown] => [name, i === 1 && row[i] !== null ? Number(row[i]) : row[i]])
              .filter(([, value]) => value !== null),
          ),
        }));
        expect(decoded).toEqual({ version: 2, extent: 4096, features: expected });
      }),
    );
  });
});
