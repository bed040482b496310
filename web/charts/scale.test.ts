import { describe, expect, it } from 'vitest';
import { barOf, buildScale, colorOf, labelsOf, NO_RATE } from './scale.ts';

const spread = Array.from({ length: 16 }, (_, i) => 99 + i * 0.05);

describe('buildScale', () => {
  it.each([
    // Sixteen districts between 99 and 100: five classes, or the map would be one colour.
    { percents: spread, colors: 5 },
    // All alike: one quiet class; no district may stand out for nothing.
    { percents: [99.6, 99.6, 99.6], colors: 1 },
    { percents: [98, 99.6], colors: 2 },
    { percents: [], colors: 1 },
    { percents: [null, null], colors: 1 },
    // Many at 100: the edges may not repeat.
    { percents: [98, 99, 100, 100, 100, 100, 100, 100], colors: 3 },
  ])('$percents → $colors classes', ({ percents, colors }) => {
    const scale = buildScale(percents);
    expect(scale.colors).toHaveLength(colors);
    expect(scale.edges).toHaveLength(colors - 1);
    expect([...scale.edges]).toEqual([...new Set(scale.edges)].sort((a, b) => a - b));
  });

  it('gives the lowest and the highest different colours, and every class somebody', () => {
    const scale = buildScale(spread);
    const used = new Set(spread.map((p) => colorOf(scale, p)));
    expect(used).toEqual(new Set(scale.colors));
    expect(colorOf(scale, 99)).not.toBe(colorOf(scale, 99.75));
  });

  it('shows a division without cases in no rate colour', () => {
    expect(colorOf(buildScale(spread), null)).toBe(NO_RATE);
    expect(barOf(buildScale(spread), null)).toBe(0);
  });

  it.each([
    { lowest: 99.2, floor: 98.5 },
    { lowest: 98.76, floor: 98 },
    { lowest: 95, floor: 93 },
    { lowest: 60, floor: 40 },
    { lowest: 0, floor: 0 },
    { lowest: 100, floor: 100 },
  ])('bars of rates from $lowest % begin at $floor %', ({ lowest, floor }) => {
    expect(buildScale([lowest, 100]).floor).toBe(floor);
  });

  it('keeps bars between nothing and full length, in order', () => {
    const scale = buildScale([99, 99.5, 100]);
    const bars = [99, 99.5, 100].map((p) => barOf(scale, p));
    expect(bars).toEqual([...bars].sort((a, b) => a - b));
    expect(bars.at(-1)).toBe(1);
    expect(bars[0]).toBeGreaterThan(0);
  });
});

it('labels say where each class begins', () => {
  expect(labelsOf({ edges: [99.2, 99.45], colors: ['a', 'b', 'c'], floor: 98 })).toEqual([
    '< 99.20',
    '99.20 – 99.45',
    '≥ 99.45',
  ]);
});
