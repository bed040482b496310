import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveCase, LiveData } from '../../server/api/shapes.ts';
import { backoffMs } from './backoff.ts';
import { isAnotherCity, LiveFeed, type EventSourceLike, type LiveState } from './live.ts';

class FakeSource implements EventSourceLike {
  readonly listeners = new Map<string, (event: { data?: string }) => void>();
  readonly url: string;
  closed = false;
  constructor(url: string) {
    this.url = url;
  }
  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.listeners.set(type, listener);
  }
  close(): void {
    this.closed = true;
  }
  emit(type: string, data?: unknown): void {
    this.listeners.get(type)?.(
      data === undefined ? {} : { data: typeof data === 'string' ? data : JSON.stringify(data) },
    );
  }
}

function setUp() {
  const sources: FakeSource[] = [];
  const states: LiveState[] = [];
  const seen: number[] = [];
  const resets: (number | null)[] = [];
  const data: LiveData[] = [];
  const feed = new LiveFeed({
    open: (url) => {
      const source = new FakeSource(url);
      sources.push(source);
      return source;
    },
    onCase: (event) => seen.push(event.seq),
    onData: (event) => data.push(event),
    onReset: (seq) => resets.push(seq),
    onState: (state) => states.push(state),
    random: () => 0,
  });
  const latest = (): FakeSource => sources.at(-1)!;
  return { feed, sources, states, seen, resets, data, latest };
}

const event = (seq: number): Partial<LiveCase> => ({ seq, caseId: seq, action: 'close' });

describe('LiveFeed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks for what came after the page was made, and says when it is live', () => {
    const { feed, states, latest } = setUp();
    feed.start(41);
    expect(latest().url).toBe('/api/live?since=41');
    latest().emit('open');
    expect(states).toEqual(['connecting', 'live']);
  });

  it('resumes after the last event it has seen', () => {
    const { feed, states, seen, latest } = setUp();
    feed.start(41);
    latest().emit('open');
    latest().emit('case', event(42));
    latest().emit('case', event(43));
    latest().emit('error');
    expect(states.at(-1)).toBe('lost');
    vi.advanceTimersByTime(1000);
    expect(latest().url).toBe('/api/live?since=43');
    latest().emit('open');
    expect(states.at(-1)).toBe('live');
    expect(seen).toEqual([42, 43]);
  });

  it('takes no event twice', () => {
    const { feed, seen, latest } = setUp();
    feed.start(10);
    for (const seq of [11, 11, 10, 12]) latest().emit('case', event(seq));
    expect(seen).toEqual([11, 12]);
  });

  it('waits longer after each failure, and begins anew once it was live', () => {
    const { feed, sources, latest } = setUp();
    feed.start(0);
    for (const [wait, opened] of [
      [1000, 2],
      [2000, 3],
      [4000, 4],
    ] as const) {
      latest().emit('error');
      vi.advanceTimersByTime(wait - 1);
      expect(sources).toHaveLength(opened - 1);
      vi.advanceTimersByTime(1);
      expect(sources).toHaveLength(opened);
    }
    latest().emit('open');
    latest().emit('error');
    vi.advanceTimersByTime(1000);
    expect(sources).toHaveLength(5);
  });

  it('keeps one connection: the old one is closed, and what it still says is not heard', () => {
    const { feed, sources, seen, latest } = setUp();
    feed.start(0);
    latest().emit('error');
    vi.advanceTimersByTime(1000);
    expect(sources.map((s) => s.closed)).toEqual([true, false]);
    sources[0]!.emit('case', event(5));
    sources[0]!.emit('error');
    vi.advanceTimersByTime(60_000);
    expect(seen).toEqual([]);
    expect(sources).toHaveLength(2);
  });

  it('takes a line that has pinged and then fallen silent for lost', () => {
    const { feed, states, latest } = setUp();
    feed.start(0);
    latest().emit('open');
    vi.advanceTimersByTime(300_000);
    expect(states.at(-1)).toBe('live'); // A server that does not ping is not suspected.
    latest().emit('ping');
    vi.advanceTimersByTime(59_999);
    expect(states.at(-1)).toBe('live');
    vi.advanceTimersByTime(1);
    expect(states.at(-1)).toBe('lost');
  });

  it('passes a reset on, and goes on from its seq', () => {
    const { feed, resets, latest } = setUp();
    feed.start(5);
    latest().emit('reset', { seq: 900 });
    latest().emit('data', { seq: 901, reason: 'cases', layers: ['cases'], tiles: [[9, 1, 2]] });
    expect(resets).toEqual([900]);
    latest().emit('error');
    vi.advanceTimersByTime(1000);
    expect(latest().url).toBe('/api/live?since=901');
  });

  it('tells what changed and where, in order with the cases, and resets nothing', () => {
    const { feed, data, seen, resets, latest } = setUp();
    feed.start(5);
    const change = { seq: 7, reason: 'records', layers: ['density', 'places'], tiles: [[14, 3, 4]] };
    latest().emit('case', event(6));
    latest().emit('data', change);
    latest().emit('data', change);
    latest().emit('case', event(7));
    expect(data).toEqual([change]);
    expect(seen).toEqual([6]);
    expect(resets).toEqual([]);
  });

  it.each([
    [['divisions', 'base', 'cases'], null, true],
    [['cases'], null, false],
    [['density', 'places'], [[14, 3, 4] as [number, number, number]], false],
    // Nothing on the map changed.
    [['divisions'], [], false],
  ])('takes a change of %j over %j for another city: %s', (layers, tiles, is) =>
    expect(isAnotherCity({ layers, tiles })).toBe(is),
  );

  it('is not thrown by what is not JSON', () => {
    const { feed, seen, latest } = setUp();
    feed.start(0);
    latest().emit('case', '{');
    latest().emit('case', event(1));
    expect(seen).toEqual([1]);
  });

  it('tries at once when the network comes back, and never again after stop()', () => {
    const { feed, sources, latest } = setUp();
    feed.start(0);
    latest().emit('error');
    feed.retry();
    expect(sources).toHaveLength(2);
    latest().emit('error');
    feed.stop();
    vi.advanceTimersByTime(120_000);
    expect(sources).toHaveLength(2);
  });
});

it('backoff stays between 1 s and 37.5 s', () => {
  const waits = Array.from({ length: 20 }, (_, n) => backoffMs(n, () => 1));
  expect(Math.min(...waits)).toBe(1250);
  expect(Math.max(...waits)).toBe(37_500);
  expect(backoffMs(1000, () => 0)).toBe(30_000);
});
