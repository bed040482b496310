import { describe, expect, it } from 'vitest';
import type { RecordClass } from '../../server/api/shapes.ts';
import type { Dataset } from '../state/drawer.svelte.ts';
import { fitLines, linesOf } from './datasets.ts';

const dataset = (key: string, name: RecordClass, numerator: number, denominator: number): Dataset => ({
  key,
  nameZh: key,
  nameEn: key,
  theme: null,
  class: name,
  annotated: { numerator, denominator, value: null, percent: null, asOf: '2026-11-23T12:00:00+08:00', href: null },
});

describe('datasets on the wall', () => {
  const all = [
    dataset('a', 'government', 9, 10),
    dataset('b', 'government', 80, 100),
    dataset('c', 'government', 5, 10),
    dataset('d', 'government', 1, 1),
    dataset('e', 'sensing', 1, 3),
  ];
  const classes = (['government', 'sensing'] as const).map((name) => linesOf(all, name));
  const keys = (room: number) => fitLines(classes, room)?.map((lines) => lines.map(({ key }) => key)) ?? null;

  it('stand by class, the largest first', () => {
    expect(classes.map((lines) => lines.map(({ key }) => key))).toEqual([['b', 'a', 'c', 'd'], ['e']]);
  });
  // A class takes two lines at least: its name and its count stand beside them.
  it.each([
    [6, [['b', 'a', 'c', 'd'], ['e']]],
    [5, [['b', 'a', 'rest'], ['e']]],
    [4, [['b', 'rest'], ['e']]],
    [3, null],
    [0, null],
  ])('in %i lines', (room, shown) => expect(keys(room)).toEqual(shown));
  it('lose nothing where some are taken together', () => {
    const [government] = fitLines(classes, 4)!;
    expect(government![1]).toMatchObject({ n: 3, numerator: 15, denominator: 21 });
  });
});
