import { describe, expect, it } from 'vitest';
import { judgeVisit, type Standing } from './judge.ts';
import type { Counts } from './words.ts';

const none: Counts = { people: null, houses: null, units: null };
const five: Counts = { people: 5, houses: null, units: 1 };
const never = { people: false, houses: false, units: false };
const standing: Standing = { version: 7, isRetired: false, ownChanges: 0, toldLater: never };
const visit = { address: 'A', baseVersion: 7, counts: five, corrections: [] };
const rename = { kind: 'rename' as const, text: '中华路2号', at: null };

describe('a visit is judged', () => {
  it.each([
    ['by a device that is up to date: taken', {}, {}, { kind: 'take', counts: five }],
    [
      'by one behind somebody else: conflict',
      { baseVersion: 6 },
      {},
      { kind: 'conflict', field: 'baseVersion', given: '6' },
    ],
    ['by one behind its own visits: taken', { baseVersion: 5 }, { ownChanges: 2 }, { kind: 'take', counts: five }],
    ['behind its own and one other: conflict', { baseVersion: 5 }, { ownChanges: 1 }, { kind: 'conflict' }],
    [
      'that a later one has overtaken in part: the rest is taken',
      {},
      { toldLater: { ...never, people: true } },
      { kind: 'take', counts: { ...five, people: null } },
    ],
    [
      'overtaken in all it says, and behind: kept, no conflict, for it changes nothing',
      { baseVersion: 2 },
      { toldLater: { people: true, houses: true, units: true } },
      { kind: 'take', counts: none },
    ],
    ['where nobody opened, and behind: kept', { baseVersion: 2, counts: none }, {}, { kind: 'take', counts: none }],
    [
      'with a correction of what is no longer so: conflict',
      { baseVersion: 2, counts: none, corrections: [rename] },
      {},
      { kind: 'conflict' },
    ],
    [
      'of an address that is retired: conflict',
      {},
      { isRetired: true },
      { kind: 'conflict', field: 'address', given: 'A' },
    ],
    [
      'of a version that is not yet: rejected',
      { baseVersion: 8 },
      {},
      { kind: 'reject', field: 'baseVersion', given: '8' },
    ],
  ])('%s', (_why, given, known, expected) => {
    expect(judgeVisit({ ...visit, ...given }, { ...standing, ...known })).toMatchObject(expected);
  });
});
