import { expect, it } from 'vitest';
import { inTurn } from './inTurn.ts';
import { compileMapping } from './mapping.ts';

const endless = '$sum($map([1..3000], function($v) { $sum($map([1..3000], function($w) { $w })) }))';

/** A signal of which reading takes longer than an expression may, the first time. */
function slowOnce(): object {
  let slow = true;
  return {
    get word() {
      for (const end = performance.now() + (slow ? 300 : 0); performance.now() < end;);
      slow = false;
      return 'dark';
    },
  };
}

it('gives up an expression without end, and says which', async () => {
  const { values, problems } = await compileMapping({ category: endless, address: '"a"' })({});
  expect(values).toEqual({ address: 'a' });
  expect(problems.category).toMatch(/^Evaluation timeout after 200 milliseconds/);
});

it('reads once more what others held up', async () => {
  expect(await compileMapping({ category: 'word & "!"' })(slowOnce())).toEqual({
    values: { category: 'dark!' },
    problems: {},
  });
});

it('reads one signal after the other: together they would all run out of time', async () => {
  const mapper = compileMapping({ category: '$sum($map([1..400], function($v) { $v * n }))' });
  const signals = Array.from({ length: 500 }, (_, n) => ({ n }));
  const read = await inTurn(signals, mapper);
  expect(read.map(({ values }) => values.category)).toEqual(signals.map(({ n }) => n * 80_200));
});
