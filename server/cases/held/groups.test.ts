import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFields, type HeldCase } from './fields.ts';
import { countCells, HELD_LEVEL, type CellCounts } from './groups.ts';
import type { Predicate } from './match.ts';
import { CasePages } from './pages.ts';

const PLAN = planFields({ statuses: 13, sources: 6, categories: 57, divisions: 200, firstDay: 9000, lastDay: 9400 });
/** A level-6 cell of the city: what is below it is drawn by lot. */
const CITY = 0b110_101_011;

const held: fc.Arbitrary<Omit<HeldCase, 'id'>> = fc.record({
  // Few cells, so that some hold several cases, a level apart or not at all.
  cell: fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4095 }))
    .map(([far, near, low]) => (CITY * 4 ** 14 + far * 4 ** 12 + near) * 4096 + low),
  status: fc.integer({ min: 0, max: 12 }),
  category: fc.integer({ min: 0, max: 56 }),
  source: fc.integer({ min: 0, max: 5 }),
  division: fc.integer({ min: 0, max: 199 }),
  day: fc.option(fc.integer({ min: 9000, max: 9400 })),
});

type Change = { id: number; to: Omit<HeldCase, 'id'> | null };
const change: fc.Arbitrary<Change> = fc.record({
  id: fc.integer({ min: 1, max: 40 }),
  to: fc.option(held, { freq: 6 }),
});

const FIELDS = ['status', 'category', 'source', 'division', 'day'] as const;
type Asked = { name: (typeof FIELDS)[number]; ranges: [number, number][] };
const asked: fc.Arbitrary<Asked> = fc.record({
  name: fc.constantFrom(...FIELDS),
  ranges: fc.array(
    fc.tuple(fc.integer({ min: 0, max: 220 }), fc.integer({ min: 0, max: 120 })).map(([low, n]) => [low, low + n]),
    { maxLength: 3 },
  ),
});
const tile = fc.integer({ min: 3, max: 20 }).chain((z) =>
  fc.record({
    z: fc.constant(z),
    level: fc.constant(Math.min(z + 6, HELD_LEVEL)),
    inside: fc.integer({ min: 0, max: 7 }),
  }),
);

function toPredicates(wanted: readonly Asked[]): Predicate[] {
  return wanted.flatMap(({ name, ranges }) => {
    const shift = name === 'day' ? 9000 - PLAN.firstDay : 0;
    const predicate = { field: PLAN[name], ranges: ranges.map(([low, high]) => [low + shift, high + shift] as const) };
    return name === 'day' ? [predicate, { field: PLAN.accepted, ranges: [[1, 1]] as [number, number][] }] : [predicate];
  });
}

function matches(one: HeldCase, { name, ranges }: Asked): boolean {
  const value = name === 'day' ? (one.day === null ? -1 : one.day - 9000) : one[name];
  return value >= 0 && ranges.some(([low, high]) => low <= value && value <= high);
}

function naive(cases: Iterable<HeldCase>, wanted: readonly Asked[], z: number, key: number, level: number): CellCounts {
  const cells = new Map<number, number[]>();
  for (const one of cases) {
    if (Math.floor(one.cell / 4 ** (HELD_LEVEL - z)) !== key) continue;
    if (!wanted.every((predicate) => matches(one, predicate))) continue;
    const cell = Math.floor(one.cell / 4 ** (HELD_LEVEL - level));
    const there = cells.get(cell);
    if (there) there.push(one.id);
    else cells.set(cell, [one.id]);
  }
  const sorted = [...cells].sort(([a], [b]) => a - b);
  return {
    keys: sorted.map(([cell]) => cell),
    counts: sorted.map(([, ids]) => ids.length),
    ids: sorted.map(([, ids]) => (ids.length === 1 ? ids[0]! : 0)),
  };
}

/** Ids where there is one case; the others are of no meaning. */
const meant = ({ keys, counts, ids }: CellCounts) => ({
  keys,
  counts,
  ids: ids.map((id, i) => (counts[i] === 1 ? id : 0)),
});

describe('held cases', () => {
  it('are counted as one by one, whatever came, changed, moved and went', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 120 }),
        fc.array(change, { maxLength: 60 }),
        fc.array(asked, { maxLength: 3 }),
        tile,
        (before, after, wanted, { z, level, inside }) => {
          const pages = new CasePages(PLAN);
          const model = new Map<number, HeldCase>();
          const take = ({ id, to }: Change) => {
            if (to) {
              model.set(id, { id, ...to });
              pages.put({ id, ...to });
            } else {
              expect(pages.remove(id)).toBe(model.delete(id));
            }
          };
          before.forEach(take);
          for (const _ of pages.settle());
          after.forEach(take);
          expect(pages.size).toBe(model.size);
          const first = (CITY * 4 ** 14 + inside * 4 ** 12) * 4096;
          const key = Math.floor(first / 4 ** (HELD_LEVEL - z));
          const found = countCells(pages, toPredicates(wanted), { z, key, level });
          expect(meant(found)).toEqual(naive(model.values(), wanted, z, key, level));
        },
      ),
      { numRuns: 600 },
    );
  });

  it('stay themselves when pages are split, cells with more cases than a page among them', () => {
    const pages = new CasePages(PLAN);
    const model = new Map<number, HeldCase>();
    let seed = 7;
    const random = (n: number) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) % n;
    const put = (id: number, cell: number) => {
      const one = {
        id,
        cell,
        status: random(13),
        category: random(57),
        source: random(6),
        division: random(200),
        day: 9000 + random(400),
      };
      model.set(id, one);
      pages.put(one);
    };
    const spot = CITY * 4 ** 20 + 5;
    for (let id = 1; id <= 300_000; id++) put(id, id % 2 ? spot : CITY * 4 ** 20 + random(2 ** 31));
    for (const _ of pages.settle());
    for (let i = 0; i < 5000; i++) put(1 + random(300_000), random(2) ? spot : CITY * 4 ** 20 + random(2 ** 31));
    const wanted: Asked[] = [
      { name: 'category', ranges: [[3, 20]] },
      { name: 'day', ranges: [[50, 300]] },
    ];
    for (const z of [0, 6, 14, 15, 20]) {
      const key = Math.floor(spot / 4 ** (HELD_LEVEL - z));
      const found = countCells(pages, toPredicates(wanted), { z, key, level: z + 6 });
      expect(meant(found)).toEqual(naive(model.values(), wanted, z, key, z + 6));
    }
  });
});
