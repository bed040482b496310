import { describe, expect, it } from 'vitest';
import { gridLabels } from './gridLabels.ts';

describe('labels of grids', () => {
  it('are one a grid, in the middle of its parts, whatever tiles cut it', () => {
    const left = {
      id: 7,
      name: '第1网格',
      corners: [
        [1, 1],
        [2, 1],
        [2, 3],
      ],
    };
    const right = {
      id: 7,
      name: '第1网格',
      corners: [
        [2, 1],
        [5, 1],
        [5, 3],
      ],
    };
    const other = {
      id: 3,
      name: '第2网格',
      corners: [
        [0, 0],
        [1, 1],
      ],
    };
    expect(gridLabels([left, other, right])).toMatchObject([
      { id: -3, name: '第2网格', label: [0.5, 0.5], weight: 1 },
      { id: -7, name: '第1网格', label: [3, 2], weight: 8 },
    ]);
  });
  it('are none of what has no corners', () => expect(gridLabels([{ id: 1, name: 'x', corners: [] }])).toEqual([]));
});
