import { expect, it } from 'vitest';
import { findTwins } from './twins.ts';

const now = new Date('2026-11-26T00:00:00Z');
const rules = new Map([[1, { categoryId: 1, radiusM: 50, windowHours: 24 }]]);
const lat = (m: number): [number, number] => [123.9, 47.3 + m / 111_195];
const at = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

it.each<[string, [category: number, m: number, hoursAgo: number][], number[], boolean, [number, number][]]>([
  [
    'the one that the nearest before it doubles',
    [
      [1, 0, 0],
      [1, 40, 0],
      [1, 30, 0],
    ],
    [],
    false,
    [
      [1, 0],
      [2, 0],
    ],
  ],
  [
    'the nearest before it where that one’s is too far away',
    [
      [1, 0, 0],
      [1, 45, 0],
      [1, 90, 0],
    ],
    [],
    false,
    [
      [1, 0],
      [2, 1],
    ],
  ],
  [
    'of the same category',
    [
      [1, 0, 0],
      [2, 0, 0],
    ],
    [],
    false,
    [],
  ],
  [
    'whose category has a rule',
    [
      [2, 0, 0],
      [2, 0, 0],
    ],
    [],
    false,
    [],
  ],
  [
    'within the radius',
    [
      [1, 0, 0],
      [1, 51, 0],
    ],
    [],
    false,
    [],
  ],
  [
    'within the window',
    [
      [1, 0, 25],
      [1, 0, 0],
    ],
    [],
    false,
    [],
  ],
  [
    'what doubles an older case stays with that',
    [
      [1, 0, 0],
      [1, 0, 0],
    ],
    [1],
    false,
    [],
  ],
  [
    'nothing is added to what has no case of its own',
    [
      [1, 0, 0],
      [1, 40, 0],
      [1, 80, 0],
    ],
    [],
    true,
    [[1, 0]],
  ],
])('finds twins: %s', (_why, signals, near, merging, expected) => {
  const placed = signals.map(([categoryId, m]) => ({ categoryId, position: lat(m) }));
  const times = signals.map(([, , hours]) => at(hours));
  const known = new Map(near.map((i) => [i, true]));
  expect([...findTwins(rules, placed, times, known, merging, now)]).toEqual(expected);
});
