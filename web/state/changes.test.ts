import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChangeLog, overlaps, type LayerChange, type TileTuple } from './changes.ts';

describe('overlaps', () => {
  it.each<[TileTuple, TileTuple, boolean]>([
    [[9, 3, 5], [9, 3, 5], true],
    [[9, 3, 5], [9, 4, 5], false],
    // The second lies in the first, and the other way round.
    [[3, 1, 2], [20, (1 << 17) + 9, (2 << 17) + 1], true],
    [[20, (1 << 17) + 9, (2 << 17) + 1], [3, 1, 2], true],
    [[3, 1, 2], [20, 2 << 17, 2 << 17], false],
    [[0, 0, 0], [20, 999_999, 1], true],
  ])('%j and %j: %s', (a, b, is) => expect(overlaps(a, b)).toBe(is));
});

describe('ChangeLog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  function setUp() {
    const log = new ChangeLog();
    const heard: LayerChange[][] = [];
    log.listen((changes) => heard.push([...changes]));
    return { log, heard };
  }
  const at = (x: number): [number, number, number] => [14, x, 7];

  it('gathers for less than a quarter of a second and tells each layer once, with the newest seq', () => {
    const { log, heard } = setUp();
    log.add({ layers: ['cases'], tiles: [at(1)], seq: 5 });
    log.add({ layers: ['density', 'places'], tiles: [at(2)], seq: 6 });
    log.add({ layers: ['cases'], tiles: [at(3)], seq: 7 });
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(heard).toEqual([
      [
        { layer: 'cases', tiles: [at(1), at(3)], seq: 7 },
        { layer: 'density', tiles: [at(2)], seq: 6 },
        { layer: 'places', tiles: [at(2)], seq: 6 },
      ],
    ]);
    vi.advanceTimersByTime(10_000);
    expect(heard).toHaveLength(1);
  });

  it('takes a whole layer for what it is, whatever comes beside it', () => {
    const { log, heard } = setUp();
    log.add({ layers: ['cases'], tiles: [at(1)], seq: 5 });
    log.add({ layers: ['cases'], tiles: null, seq: 6 });
    log.add({ layers: ['cases'], tiles: [at(2)], seq: 7 });
    vi.advanceTimersByTime(250);
    expect(heard).toEqual([[{ layer: 'cases', tiles: null, seq: 7 }]]);
  });

  it('says nothing of what changed nothing on the map', () => {
    const { log, heard } = setUp();
    log.add({ layers: ['cases'], tiles: [], seq: 5 });
    vi.advanceTimersByTime(1000);
    expect(heard).toEqual([]);
  });

  it('remembers what touched a tile, for a bounded number of tiles', () => {
    const { log } = setUp();
    log.add({ layers: ['cases'], tiles: [at(1)], seq: 5 });
    log.add({ layers: ['cases'], tiles: [at(1)], seq: 9 });
    log.add({ layers: ['density'], tiles: [at(1)], seq: 11 });
    expect(log.newest('cases', at(1))).toBe(9);
    expect(log.newest('cases', [0, 0, 0])).toBe(9);
    expect(log.newest('cases', at(2))).toBe(0);
    expect(log.newest('places', at(1))).toBe(0);
    for (let i = 0; i < 5000; i++) log.add({ layers: ['cases'], tiles: [at(100 + i)], seq: 10 + i });
    expect(log.newest('cases', at(1))).toBe(0);
    expect(log.newest('cases', at(5099))).toBe(5009);
    log.clear();
    expect(log.newest('cases', at(5099))).toBe(0);
  });
});
