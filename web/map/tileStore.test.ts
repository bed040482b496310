import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TileTuple } from '../state/changes.ts';
import { standIns } from './standIn.ts';
import { TileStore } from './tileStore.ts';

/** A server that answers when it is told to. */
class FakeServer {
  readonly asked: string[] = [];
  readonly etags: (string | null)[] = [];
  readonly aborted: string[] = [];
  #open: { url: string; answer: (response: Response | null) => void }[] = [];

  readonly ask: typeof fetch = (input, init) => {
    const url = input as string;
    this.asked.push(url);
    this.etags.push(new Headers(init?.headers).get('if-none-match'));
    return new Promise((done, fail) => {
      init?.signal?.addEventListener('abort', () => this.aborted.push(url));
      this.#open.push({ url, answer: (response) => (response ? done(response) : fail(new TypeError('away'))) });
    });
  };

  get open(): string[] {
    return this.#open.map(({ url }) => url);
  }

  /** Answers the oldest open request (for a URL), and lets the store take it in. */
  async answer(response: Response | null, url = this.#open[0]!.url): Promise<void> {
    const at = this.#open.findIndex((request) => request.url === url);
    const [request] = this.#open.splice(at, 1);
    request!.answer(response);
    await vi.advanceTimersByTimeAsync(0);
  }

  async answerAll(text = 'x'): Promise<void> {
    while (this.#open.length > 0) await this.answer(tile(text));
  }
}

const tile = (text: string, etag = `W/"${text}"`): Response => new Response(text, { headers: { etag } });
const at = (x: number, z = 9) => ({ z, x, y: 0 });
const url = (x: number, query = '') => `/tiles/density/9/${x}/0.mvt${query}`;
const changed = (seq: number, ...tiles: TileTuple[]) => [{ layer: 'density', tiles, seq }];

function setUp(newest: () => number = () => 0) {
  const server = new FakeServer();
  let changes = 0;
  const store = new TileStore<string>({
    layer: 'density',
    decode: (_, bytes) => new TextDecoder().decode(bytes),
    onChange: () => changes++,
    newest,
    keep: 6,
    ask: server.ask,
  });
  const shown = (x: number) => store.get(at(x))?.value ?? null;
  return { server, store, shown, changes: () => changes };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('TileStore', () => {
  it('asks for what is in view, each tile once, at most four at a time', async () => {
    const { server, store, shown } = setUp();
    const view = [0, 1, 2, 3, 4, 5].map((x) => at(x));
    store.want(view);
    store.want(view);
    expect(server.asked).toEqual([0, 1, 2, 3].map((x) => url(x)));
    await server.answer(tile('a'));
    expect(server.asked).toHaveLength(5);
    expect(store.isLoading).toBe(true);
    await server.answerAll();
    expect(server.asked).toHaveLength(6);
    expect(store.isLoading).toBe(false);
    expect(shown(0)).toBe('a');
    store.want(view);
    expect(server.asked).toHaveLength(6);
  });

  it('asks again only for tiles over a change, finer, coarser or the same, and shows the old one until the new one is there', async () => {
    const { server, store, shown } = setUp();
    store.want([at(0), at(1), at(2), at(3)]);
    await server.answerAll('old');
    store.change(changed(7, [12, 9, 3]));
    expect(server.open).toEqual([url(1, '?since=7')]);
    expect(shown(1)).toBe('old');
    expect(store.isLoading).toBe(true);
    await server.answer(tile('new'));
    expect([0, 1, 2, 3].map(shown)).toEqual(['old', 'new', 'old', 'old']);
    store.change(changed(8, [8, 1, 0]));
    expect(server.open).toEqual([url(2, '?since=8'), url(3, '?since=8')]);
    await server.answerAll();
    store.change(changed(9, [9, 40, 0]));
    store.change([{ layer: 'cases', tiles: null, seq: 10 }]);
    expect(server.open).toEqual([]);
    store.change([{ layer: 'density', tiles: null, seq: 11 }]);
    expect(server.open).toEqual([0, 1, 2, 3].map((x) => url(x, '?since=11')));
  });

  it('sends the ETag of what it has; a 304 keeps it', async () => {
    const { server, store, shown } = setUp();
    store.want([at(0)]);
    await server.answer(tile('old', 'W/"7"'));
    store.change(changed(7, [9, 0, 0]));
    expect(server.etags).toEqual([null, 'W/"7"']);
    await server.answer(new Response(null, { status: 304 }));
    expect(shown(0)).toBe('old');
    store.want([at(0)]);
    expect(server.open).toEqual([]);
  });

  it('makes one request of two changes that come while one is under way, for the newest', async () => {
    const { server, store, shown } = setUp();
    store.want([at(0)]);
    store.change(changed(5, [9, 0, 0]));
    store.change(changed(6, [9, 0, 0]));
    expect(server.asked).toEqual([url(0)]);
    await server.answer(tile('at 4'));
    expect(shown(0)).toBe('at 4');
    expect(server.open).toEqual([url(0, '?since=6')]);
    await server.answer(tile('at 6'));
    expect(server.asked).toHaveLength(2);
    // What is heard late, and is held already, asks for nothing.
    store.change(changed(5, [9, 0, 0]));
    expect(server.open).toEqual([]);
  });

  it('does not ask for what is out of view before it is seen again, and then for what must be in it', async () => {
    const { server, store } = setUp();
    store.want([at(0), at(1)]);
    await server.answerAll();
    store.want([at(1)]);
    store.change(changed(5, [9, 0, 0]));
    expect(server.open).toEqual([]);
    store.want([at(0), at(1)]);
    expect(server.open).toEqual([url(0, '?since=5')]);
  });

  it('asks the first time for what was told before', () => {
    const { server, store } = setUp(() => 31);
    store.want([at(0)]);
    expect(server.asked).toEqual([url(0, '?since=31')]);
  });

  it('aborts what leaves the view; what still comes of it is not taken, not even over something newer', async () => {
    const { server, store, shown } = setUp();
    store.want([at(0), at(1)]);
    store.want([at(1)]);
    expect(server.aborted).toEqual([url(0)]);
    store.want([at(0), at(1)]);
    store.change(changed(5, [9, 0, 0]));
    expect(server.open).toEqual([url(0), url(1), url(0)]);
    const [late] = server.open;
    await server.answer(tile('one'), url(1));
    await server.answer(tile('late'), late);
    expect(shown(0)).toBeNull();
    await server.answer(tile('early'));
    await server.answer(tile('at 5'), url(0, '?since=5'));
    expect(shown(0)).toBe('at 5');
    expect(store.isLoading).toBe(false);
  });

  it('asks again for what failed, later and later, and keeps the old one meanwhile', async () => {
    const { server, store, shown } = setUp();
    store.want([at(0)]);
    await server.answer(tile('old'));
    store.change(changed(5, [9, 0, 0]));
    await server.answer(null);
    expect(shown(0)).toBe('old');
    expect(store.isLoading).toBe(false);
    await vi.advanceTimersByTimeAsync(1300);
    expect(server.open).toEqual([url(0, '?since=5')]);
    await server.answer(new Response('', { status: 503 }));
    await vi.advanceTimersByTimeAsync(1900);
    expect(server.open).toEqual([]);
    await vi.advanceTimersByTimeAsync(700);
    await server.answer(tile('new'));
    expect(shown(0)).toBe('new');
  });

  it('says that the server is still making it, and comes again when it is told to', async () => {
    const { server, store } = setUp();
    store.want([at(0)], 'theme=x');
    await server.answer(new Response('{}', { status: 202, headers: { 'retry-after': '3' } }));
    expect(store.isBuilding).toBe(true);
    await vi.advanceTimersByTimeAsync(2900);
    expect(server.open).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.open).toEqual([url(0, '?theme=x')]);
    await server.answer(tile('new'));
    expect(store.isBuilding).toBe(false);
    expect(store.get(at(0), 'theme=x')?.value).toBe('new');
    expect(store.get(at(0))).toBeNull();
  });

  it('doubts everything in view now, the rest when it is seen; in another database from the beginning', async () => {
    let known = 0;
    const { server, store } = setUp(() => known);
    store.want([at(0), at(1)]);
    await server.answerAll();
    store.change(changed(90, [9, 1, 0]));
    await server.answerAll();
    store.want([at(1)]);
    store.doubt();
    expect(server.open).toEqual([url(1, '?since=90')]);
    await server.answerAll();
    store.want([at(0), at(1)]);
    expect(server.open).toEqual([url(0)]);
    await server.answerAll();
    known = 3;
    store.doubt(true);
    expect(server.open).toEqual([url(0, '?since=3'), url(1, '?since=3')]);
  });

  it('forgets what was not seen for long, and never what is in view', async () => {
    const { server, store, shown } = setUp();
    for (let x = 0; x < 30; x += 2) {
      store.want([at(x), at(x + 1)]);
      await server.answerAll();
    }
    store.want(Array.from({ length: 8 }, (_, x) => at(x + 22)));
    expect(shown(0)).toBeNull();
    expect(shown(28)).toBe('x');
    await server.answerAll();
    expect(Array.from({ length: 8 }, (_, x) => shown(x + 22)).every((text) => text === 'x')).toBe(true);
  });

  it('asks for nothing more once it is destroyed', async () => {
    const { server, store, changes } = setUp();
    store.want([at(0)]);
    store.destroy();
    expect(server.aborted).toEqual([url(0)]);
    await server.answer(tile('late'));
    store.change(changed(5, [9, 0, 0]));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.asked).toHaveLength(1);
    expect(changes()).toBe(0);
  });
});

describe('standIns', () => {
  const known = (...keys: string[]) => {
    return ({ z, x, y }: { z: number; x: number; y: number }) => {
      const key = `${z}/${x}/${y}`;
      return keys.includes(key) ? { value: key } : null;
    };
  };
  const here = { z: 5, x: 9, y: 6 };
  it.each([
    { keys: ['5/9/6', '4/4/3'], drawn: [['5/9/6', here]] },
    // Its part of the nearest above.
    { keys: ['4/4/3', '3/2/1', '6/18/12'], drawn: [['4/4/3', here]] },
    { keys: ['1/0/0'], drawn: [['1/0/0', here]] },
    { keys: ['0/0/0'], drawn: [] },
    {
      keys: ['6/18/12', '6/19/13', '6/20/12'],
      drawn: [
        ['6/18/12', { z: 6, x: 18, y: 12 }],
        ['6/19/13', { z: 6, x: 19, y: 13 }],
      ],
    },
  ])('$keys', ({ keys, drawn }) => {
    expect(standIns(here, known(...keys)).map(({ value, on }) => [value, on])).toEqual(drawn);
  });
});
