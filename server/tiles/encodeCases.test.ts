import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { expect, it } from 'vitest';
import type { CaseGroup } from '../cases/index.ts';
import { encodeCases, MAX_CASE_BYTES, type Single } from './encodeCases.ts';

const TILE = { z: 14, x: 13_831, y: 5742 };

/** A tile whose every cell holds one case, with texts of a length, of so many categories. */
function fullTile(characters: number, categories: number): Uint8Array<ArrayBuffer> {
  const singles = new Map<number, Single>();
  const groups: CaseGroup[] = Array.from({ length: 4096 }, (_, offset) => {
    const id = 2 ** 31 - 1 - offset;
    const text = (name: string, n: number) => `${name}${n}`.padEnd(characters, '案');
    const kind = offset % categories;
    const texts = [text('no', id), 'to_dispatch', text('code', kind), text('zh', kind), text('en', kind), 'yellow'];
    const row = [id, id, ...texts, 1_800_000_000 + offset, 1_900_000_000 + offset];
    singles.set(id, { row, x31: (TILE.x + 0.999) * 2 ** 17, y31: (TILE.y + 0.999) * 2 ** 17 });
    return { offset, n: 1, green: 0, yellow: 1, red: 0, id, open: null };
  });
  return encodeCases(groups, singles, TILE);
}

it('a tile of cases is under 500 KB, whatever its numbers and names are like', () => {
  const cases = [
    { characters: 12, categories: 57, worded: true },
    { characters: 200, categories: 57, worded: false },
    { characters: 12, categories: 4096, worded: false },
    { characters: 2000, categories: 4096, worded: false },
  ];
  for (const { characters, categories, worded } of cases) {
    const bytes = fullTile(characters, categories);
    expect(bytes.length).toBeLessThan(MAX_CASE_BYTES);
    const layer = new VectorTile(new PbfReader(bytes)).layers['cases']!;
    expect(layer.length).toBe(4096);
    const { properties, id } = layer.feature(4095);
    expect(id).toBe(2 ** 31 - 4096);
    // With its texts where they fit.
    expect(Object.keys(properties).includes('case_no')).toBe(worded);
    expect(properties).toMatchObject({ id, status: 'to_dispatch', light: 'yellow', due_at: 1_900_004_095 });
  }
});

it('a group stands at the middle of its cell, a single case where it is', () => {
  const group = { offset: 4095, n: 3, green: 1, yellow: 0, red: 2, id: null, open: null };
  const single = { offset: 0, n: 1, green: 0, yellow: 0, red: 0, id: 7, open: null };
  const row = [7, 7, 'A-7', 'closed', 'c', '类', 'Kind', null, null, null];
  const singles = new Map([[7, { row, x31: TILE.x * 2 ** 17 + 33, y31: TILE.y * 2 ** 17 + 64 }]]);
  const bytes = encodeCases([single, group], singles, TILE);
  const layer = new VectorTile(new PbfReader(bytes)).layers['cases']!;
  expect(layer.feature(0).loadGeometry()).toEqual([[expect.objectContaining({ x: 1, y: 2 })]]);
  expect(layer.feature(1).loadGeometry()).toEqual([[expect.objectContaining({ x: 4064, y: 4064 })]]);
  expect(layer.feature(1).properties).toEqual({ n: 3, green: 1, yellow: 0, red: 2 });
});
