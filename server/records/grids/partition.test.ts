import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridsFor, partition, type Atom, type Border } from './partition.ts';

/** A chessboard of atoms; a road between two columns where one is asked for. */
function board(side: number, households: (i: number) => number, roadAfter = -1): [Atom[], Border[]] {
  const atoms = Array.from({ length: side * side }, (_, i) => ({
    households: households(i),
    areaM2: 1,
    x: i % side,
    y: Math.floor(i / side),
  }));
  const borders: Border[] = [];
  for (let i = 0; i < atoms.length; i++) {
    if (i % side < side - 1) borders.push({ a: i, b: i + 1, lengthM: 1, onRoad: i % side === roadAfter });
    if (i + side < atoms.length) borders.push({ a: i, b: i + side, lengthM: 1, onRoad: false });
  }
  return [atoms, borders];
}

const sums = (atoms: readonly Atom[], grids: readonly number[], parts: number) =>
  Array.from({ length: parts }, (_, k) =>
    atoms.reduce((sum, { households }, i) => sum + (grids[i] === k ? households : 0), 0),
  );

/** Is each grid one piece? */
function isConnected(borders: readonly Border[], grids: readonly number[]): boolean {
  const label = grids.map((_, i) => i);
  for (let changed = true; changed;) {
    changed = false;
    for (const { a, b } of borders) {
      if (grids[a] !== grids[b] || label[a] === label[b]) continue;
      label[a] = label[b] = Math.min(label[a]!, label[b]!);
      changed = true;
    }
  }
  return new Set(label).size === new Set(grids).size;
}

describe('grids of a community', () => {
  it('are connected, and balanced where atoms are small', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5, max: 15 }), { minLength: 144, maxLength: 144 }),
        fc.integer({ min: 2, max: 7 }),
        (weights, parts) => {
          const [atoms, borders] = board(12, (i) => weights[i]!);
          const grids = partition(atoms, borders, parts);
          expect(isConnected(borders, grids)).toBe(true);
          const each = weights.reduce((sum, n) => sum + n, 0) / parts;
          for (const sum of sums(atoms, grids, parts)) expect(Math.abs(sum / each - 1)).toBeLessThan(0.25);
          expect(partition(atoms, borders, parts)).toEqual(grids);
        },
      ),
      { numRuns: 12, seed: 7 },
    );
  });

  it('part along a road rather than beside it', () => {
    const [atoms, borders] = board(10, () => 10, 4);
    const grids = partition(atoms, borders, 2);
    for (const { a, b, onRoad } of borders) expect(grids[a] !== grids[b]).toBe(onRoad);
  });

  it('hold pieces that touch nothing', () => {
    const [atoms, borders] = board(4, () => 10);
    const grids = partition([...atoms, { households: 10, areaM2: 1, x: 9, y: 9 }], borders, 2);
    expect(sums([...atoms, { households: 10, areaM2: 1, x: 9, y: 9 }], grids, 2).sort((a, b) => a - b)).toEqual([
      80, 90,
    ]);
    expect(partition(atoms, borders, 1)).toEqual(atoms.map(() => 0));
  });

  it.each([
    [10, 1],
    [500, 1],
    [501, 2],
    [599, 2],
    [1000, 3],
    [2000, 5],
  ])('of %i households are %i', (households, grids) => expect(gridsFor(households, 300, 500)).toBe(grids));
});
