import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_WIDTH, BlockError, decodeBlock, encodeBlock, sumBlocks, type Block } from './blocks.ts';
import { decodeCell, encodeCell } from './morton.ts';
import { joinCell, placeKey, PLACE_LEVEL, Pyramid, splitCell, splitPlaceKey, type PyramidBlock } from './pyramid.ts';

const toBlock = (entries: [number, ...number[]][]): Block => ({
  keys: Float64Array.from(entries, ([key]) => key),
  counts: Float64Array.from(entries.flatMap(([, ...counts]) => counts)),
});
const toEntries = ({ keys, counts }: Block) =>
  Array.from(keys, (key, i) => [key, ...counts.slice(i * BLOCK_WIDTH, (i + 1) * BLOCK_WIDTH)]);

const count = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -(2 ** 51), max: 2 ** 51 }));
const entries = fc
  .uniqueArray(fc.tuple(fc.oneof(fc.nat(4095), fc.nat(2 ** 50)), count, count, count, count, count), {
    selector: ([key]) => key,
    maxLength: 60,
  })
  .map((rows) => rows.sort(([a], [b]) => a - b));

describe('blocks', () => {
  // The bytes that docs/blocks.md writes out.
  it.each<[string, [number, ...number[]][], number[]]>([
    ['nothing', [], [1, 0]],
    ['one cell', [[5, 1, 0, 0, 2, 0]], [1, 1, 5, 2, 0, 0, 4, 0]],
    [
      'a gap of more than a byte, and a count taken away',
      [
        [3, 1, 0, 0, 0, 0],
        [303, -1, 0, 0, 0, 150],
      ],
      [1, 2, 3, 2, 0, 0, 0, 0, 0xac, 2, 1, 0, 0, 0, 0xac, 2],
    ],
  ])('are these bytes: %s', (_, given, bytes) => {
    expect([...encodeBlock(toBlock(given))]).toEqual(bytes);
    expect(toEntries(decodeBlock(Uint8Array.from(bytes)))).toEqual(given);
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(entries, (given) => {
        expect(toEntries(decodeBlock(encodeBlock(toBlock(given))))).toEqual(given);
      }),
    );
  });

  it('add up to what adding their entries one by one gives, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entries, fc.constantFrom(1, -1)), { maxLength: 8 }), (given) => {
        const sums = new Map<number, number[]>();
        for (const [rows, sign] of given)
          for (const [key, ...counts] of rows) {
            const before = sums.get(key) ?? [0, 0, 0, 0, 0];
            sums.set(
              key,
              before.map((n, c) => n + sign * (counts[c] ?? 0)),
            );
          }
        const wanted = [...sums].filter(([, counts]) => counts.some((n) => n !== 0)).sort(([a], [b]) => a - b);
        const parts = given.map(([rows, sign]) => ({ bytes: encodeBlock(toBlock(rows)), sign }));
        expect(toEntries(sumBlocks(parts))).toEqual(wanted.map(([key, counts]) => [key, ...counts]));
        expect(encodeBlock(sumBlocks([...parts].reverse()))).toEqual(encodeBlock(sumBlocks(parts)));
      }),
    );
  });

  it.each([
    ['another version', [2, 0], /version 1, got 2/],
    ['a size that cannot be', [1, 100], /at most 2 entries, got 100/],
    ['bytes left over', [1, 0, 0], /3 bytes, got entries of 2/],
  ])('refuse %s', (_, bytes, message) => {
    expect(() => decodeBlock(Uint8Array.from(bytes))).toThrow(BlockError);
    expect(() => decodeBlock(Uint8Array.from(bytes))).toThrow(message);
  });
});

describe('the pyramid', () => {
  const place = fc.record({
    x: fc.oneof(fc.nat(2 ** 31 - 1), fc.integer({ min: 1812942596, max: 1812942596 + 300_000 })),
    y: fc.oneof(fc.nat(2 ** 31 - 1), fc.integer({ min: 752216595, max: 752216595 + 300_000 })),
    n: fc.integer({ min: 1, max: 3 }),
    counts: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
  });

  it('holds at every level what adding up the places gives', () => {
    fc.assert(
      fc.property(fc.uniqueArray(place, { selector: ({ x, y, n }) => `${x} ${y} ${n}`, maxLength: 40 }), (places) => {
        const sorted = places
          .map((p) => ({ ...p, cell: encodeCell(p.x, p.y) }))
          .sort((a, b) => (a.cell < b.cell ? -1 : a.cell > b.cell ? 1 : a.n - b.n));
        const blocks: PyramidBlock[] = [];
        const pyramid = new Pyramid((block) => blocks.push(block));
        for (const { cell, n, counts } of sorted) pyramid.add(splitCell(cell).tile, splitCell(cell).inside, n, counts);
        pyramid.end();
        for (const level of [6, 9, 14, 19, 20]) {
          const wanted = new Map<string, number[]>();
          for (const { cell, counts } of sorted) {
            const key = (cell >> BigInt(2 * (31 - level))).toString();
            const before = wanted.get(key) ?? [0, 0, 0, 0, 0];
            wanted.set(
              key,
              before.map((n, c) => n + counts[c]!),
            );
          }
          const seen = new Map<string, number[]>();
          for (const { block, bytes } of blocks.filter((b) => b.level === level))
            for (const [key, ...counts] of toEntries(decodeBlock(bytes)))
              seen.set((BigInt(block) * 4096n + BigInt(key!)).toString(), counts);
          expect(seen).toEqual(wanted);
        }
        const kept = blocks
          .filter(({ level }) => level === PLACE_LEVEL)
          .flatMap(({ block, bytes }) =>
            toEntries(decodeBlock(bytes)).map(([key, ...counts]) => {
              const { inside, n } = splitPlaceKey(key!);
              const [x, y] = decodeCell(joinCell(block, inside));
              return { x, y, n, counts };
            }),
          );
        expect(kept).toEqual(sorted.map(({ x, y, n, counts }) => ({ x, y, n, counts })));
      }),
    );
  });

  it('refuses places out of order, and too many on one cell', () => {
    const pyramid = new Pyramid(() => undefined);
    pyramid.add(5, 100, 1, [1, 0, 0, 0, 0]);
    expect(() => pyramid.add(5, 99, 1, [1, 0, 0, 0, 0])).toThrow(/cell/);
    expect(() => pyramid.add(4, 100, 1, [1, 0, 0, 0, 0])).toThrow(/cell/);
    expect(() => placeKey(0, 65_536)).toThrow(/n: expected 0\.\.65535/);
  });
});
