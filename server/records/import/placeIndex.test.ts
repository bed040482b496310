import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlaceIndex } from './placeIndex.ts';

interface Place {
  cell: bigint;
  n: number;
  code: string;
}

function indexOf(places: readonly Place[]): PlaceIndex {
  const index = new PlaceIndex();
  for (const { cell, n, code } of places) {
    const bytes = Buffer.from(code);
    index.add(Number(cell >> 32n), Number(cell & 0xffffffffn), n, 5, bytes, 0, bytes.length);
  }
  return index.end();
}

test('finds each place by its code and its id, and nothing else', () => {
  const place = fc.record({
    cell: fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }),
    n: fc.nat(65_535),
    code: fc.string({ maxLength: 12 }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(place, { selector: ({ code }) => code, maxLength: 3000, size: 'max' }),
      fc.string(),
      (made, other) => {
        const places = made.filter(({ cell }, i) => made.findIndex((p) => p.cell === cell) === i);
        places.sort((a, b) => (a.cell < b.cell ? -1 : 1));
        const index = indexOf(places);
        const find = (text: string, by: 'findCode' | 'findId') => {
          const bytes = Buffer.from(`##${text}##`);
          return index[by](bytes, 2, bytes.length - 2);
        };
        for (const [i, { cell, n, code }] of places.entries()) {
          expect(find(code, 'findCode')).toBe(code === '' ? -1 : i);
          expect(find(`${cell}-${n}`, 'findId')).toBe(i);
          expect(find(`${cell}-${n + 1}`, 'findId')).toBe(-1);
        }
        if (!places.some(({ code }) => code === other)) expect(find(other, 'findCode')).toBe(-1);
      },
    ),
    { numRuns: 20 },
  );
});

test.each(['', '-', '5-', '-5', '5', 'a-1', '5-1-1', '9'.repeat(25) + '-1', `${1n << 62n}-1`, '5 -1'])(
  '%j is no id of a place',
  (text) => {
    const bytes = Buffer.from(text);
    expect(indexOf([{ cell: 5n, n: 1, code: '' }]).findId(bytes, 0, bytes.length)).toBe(-1);
  },
);
