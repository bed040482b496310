import { describe, expect, it } from 'vitest';
import { DEFAULT_SELECTION, formatSelection, parseSelection, type Selection } from './url.ts';

describe('parseSelection', () => {
  it.each<{ search: string; change: Partial<Selection> }>([
    { search: '', change: {} },
    { search: '?division=12', change: { division: 12 } },
    // Not an id: the whole city rather than an error on a wall nobody stands at.
    { search: '?division=abc', change: {} },
    { search: '?division=-1', change: {} },
    { search: '?division=0', change: {} },
    { search: '?division=1e3', change: {} },
    { search: '?layers=cases,rates', change: { layers: ['rates', 'cases'] } },
    { search: '?layers=rates,nonsense', change: { layers: ['rates'] } },
    // No layer at all is a choice too.
    { search: '?layers=', change: { layers: [] } },
    { search: '?cases=all&lang=en&motion=off', change: { caseMode: 'all', lang: 'en', motion: false } },
    {
      search: '?classes=sensing,government&theme=%E4%BA%BA%E5%8F%A3',
      change: { records: { classes: ['government', 'sensing'], theme: '人口' } },
    },
    // No class that is known: all of them, as a map without records would look broken.
    { search: '?classes=nonsense&theme=', change: {} },
    { search: '?classes=', change: {} },
    { search: `?theme=${'x'.repeat(101)}`, change: {} },
    {
      search: '?colour=freshness&grids=police&components=on',
      change: { colour: 'freshness', grids: 'police', components: true },
    },
    { search: '?colour=red&grids=moon&components=1', change: {} },
    { search: '?lang=fr&cases=some&motion=slow', change: {} },
  ])('$search', ({ search, change }) => {
    expect(parseSelection(search)).toEqual({ ...DEFAULT_SELECTION, ...change });
  });
});

describe('formatSelection', () => {
  it('is empty for the usual wall', () => expect(formatSelection(DEFAULT_SELECTION)).toBe(''));

  it.each<Partial<Selection>>([
    {},
    { division: 7 },
    { layers: [] },
    { layers: ['density'] },
    { colour: 'quality', grids: 'proposed', components: true },
    { records: { classes: ['industry'], theme: '商贸 & 出行' } },
    { caseMode: 'all', lang: 'en', motion: false, division: 1_683, layers: ['rates', 'cases'] },
  ])('comes back from the address as it was: %o', (change) => {
    const selection = { ...DEFAULT_SELECTION, ...change };
    expect(parseSelection(formatSelection(selection))).toEqual(selection);
  });
});
