import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refresher } from './refresher.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(run: () => Promise<void> = () => Promise.resolve()) {
  const times: number[] = [];
  const start = Date.now();
  const refresher = new Refresher(
    () => {
      times.push(Date.now() - start);
      return run();
    },
    { minMs: 1000, idleMs: 10_000 },
  );
  return { refresher, times };
}

it('runs by itself every idleMs', async () => {
  const { refresher, times } = setUp();
  await refresher.now();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(times).toEqual([0, 10_000, 20_000]);
});

it('runs when marked, a hundred marks once, never more often than minMs', async () => {
  const { refresher, times } = setUp();
  await refresher.now();
  for (let i = 0; i < 300; i++) {
    refresher.mark();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(times).toEqual([0, 1000, 2000, 3000]);
});

it('does nothing before it is first told to run', async () => {
  const { refresher, times } = setUp();
  refresher.mark();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times).toEqual([]);
});

it('waits longer and longer while it fails, marked or not, and recovers', async () => {
  let failing = true;
  const { refresher, times } = setUp(() => (failing ? Promise.reject(new Error('away')) : Promise.resolve()));
  await refresher.now();
  for (let i = 0; i < 120; i++) {
    refresher.mark();
    await vi.advanceTimersByTimeAsync(1000);
  }
  const gaps = times.slice(1).map((at, i) => at - times[i]!);
  expect(times.length).toBeLessThan(10);
  expect(gaps.at(-1)).toBeGreaterThan(gaps[0]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(37_500);
  failing = false;
  await refresher.now();
  const before = times.length;
  refresher.mark();
  await vi.advanceTimersByTimeAsync(1000);
  expect(times).toHaveLength(before + 1);
});

it('lets only the latest of two overlapping runs decide, and stops for good', async () => {
  let end: (() => void)[] = [];
  const { refresher, times } = setUp(() => new Promise((done) => end.push(done)));
  const first = refresher.now();
  const second = refresher.now();
  end[1]!();
  end[0]!();
  await Promise.all([first, second]);
  expect(times).toHaveLength(2);
  refresher.stop();
  refresher.mark();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(times).toHaveLength(2);
  end = [];
});
