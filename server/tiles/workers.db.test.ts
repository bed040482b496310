import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { codeOfTile, tileOfCode } from '../../tiles/codes.ts';
import type { Tile } from '../../tiles/grid.ts';
import { encodeCell, tileCellRange } from '../../tiles/morton.ts';
import { Pyramid, splitCell, type PyramidBlock } from '../../tiles/pyramid.ts';
import { folderStore } from '../cases/index.ts';
import { appendDataEvent, systemClock, type Database, type OutEvent } from '../db/index.ts';
import { startKeeper } from '../keeper.ts';
import { appendDensity, RECORD_LAYERS } from '../records/index.ts';
import { openApp, type TestApp } from '../testing/city.ts';
import { freshPostgres } from '../testing/database.ts';
import { pino } from 'pino';

const AREA: Tile = { z: 10, x: 864, y: 358 };
const CHANGES = 150;

/** A worker whose news come late, each time by another while. */
function slowed(db: Database, maxMs: number): Database {
  return {
    ...db,
    async query(text: string, params?: unknown[]) {
      if (text.includes('from event where seq >')) await sleep(Math.random() * maxMs);
      return db.query(text, params) as never;
    },
  };
}

/** One more record in a random cell of the area, as a loader writes it. */
async function addRecord(db: Database): Promise<void> {
  const { first, last } = tileCellRange(AREA, 31);
  const cell = first + BigInt(Math.floor(Math.random() * Number(last - first)));
  const blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  pyramid.add(splitCell(cell).tile, splitCell(cell).inside, 1, [1, 0, 0, 0, 0]);
  pyramid.end();
  const code = 4 ** 14 + Number(cell >> 34n);
  await db.transaction(async (client) => {
    await appendDensity(client, 1, blocks);
    await appendDataEvent(client, 'test', RECORD_LAYERS, { dirty: [code], caseIds: [] });
  });
}

const pathOf = ({ z, x, y }: Tile) => `/tiles/density/${z}/${x}/${y}.mvt`;
const touches = (a: Tile, b: Tile): boolean =>
  a.z <= b.z ? Math.floor(b.x / 2 ** (b.z - a.z)) === a.x && Math.floor(b.y / 2 ** (b.z - a.z)) === a.y : touches(b, a);

/** Keeps some tiles as a page does: asks again for those an event touches, of whichever worker answers, and revalidates by ETag. */
class Browser {
  readonly held = new Map<string, { etag: string; body: string }>();
  readonly #workers: TestApp[];
  readonly #tiles: Tile[];
  readonly #end = new AbortController();
  #seq = 0;
  #done: Promise<void> = Promise.resolve();

  constructor(workers: TestApp[], tiles: Tile[]) {
    this.#workers = workers;
    this.#tiles = tiles;
  }

  async open(): Promise<void> {
    const worker = this.#workers[Math.floor(Math.random() * this.#workers.length)]!;
    const since = worker.hub.seq;
    this.#done = (async () => {
      for await (const heard of worker.hub.listen(since, this.#end.signal))
        if (heard.kind === 'event') await this.#hear(heard.event);
    })();
    for (const tile of this.#tiles) await this.#fetch(tile, since);
  }

  get seq(): number {
    return this.#seq;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  async #hear({ seq, dirty, layers }: OutEvent): Promise<void> {
    if (layers.includes('density')) {
      const changed = (dirty ?? [1]).map(tileOfCode);
      for (const tile of this.#tiles) if (changed.some((one) => touches(one, tile))) await this.#fetch(tile, seq);
    }
    this.#seq = seq;
  }

  async #fetch(tile: Tile, since: number): Promise<void> {
    const worker = this.#workers[Math.floor(Math.random() * this.#workers.length)]!;
    const path = pathOf(tile);
    const held = this.held.get(path);
    const headers: Record<string, string> = held ? { 'If-None-Match': held.etag } : {};
    const response = await worker.app.request(`${path}?since=${since}`, { headers });
    if (response.status === 304) return;
    const body = Buffer.from(await response.arrayBuffer()).toString('base64');
    this.held.set(path, { etag: response.headers.get('etag') ?? '', body });
  }
}

// Several sessions at once: PostgreSQL's part of the table of engines.
describe.skipIf(inject('pgUrl') === '')('several workers on PostgreSQL', () => {
  it('leave no browser with a stale tile, slow ones among them', async () => {
    const { db, remove } = await freshPostgres();
    await db.query(
      `insert into dataset (key, name_zh, name_en, kind, class, origin) values ('d', 'd', 'd', 'records', 0, 'import')`,
    );
    const stopKeeper = startKeeper(db, pino({ level: 'silent' }), () => systemClock, folderStore(tmpdir()));
    const workers = await Promise.all([db, db, slowed(db, 150), slowed(db, 400)].map((one) => openApp(one)));
    const tiles: Tile[] = [AREA, { z: 9, x: 432, y: 179 }, { z: 0, x: 0, y: 0 }];
    for (let i = 0; i < 4; i++) tiles.push({ z: 11, x: AREA.x * 2 + (i & 1), y: AREA.y * 2 + (i >> 1) });
    for (let i = 0; i < 16; i++) tiles.push({ z: 14, x: AREA.x * 16 + i, y: AREA.y * 16 + 3 });
    const browsers = Array.from({ length: 6 }, () => new Browser(workers, tiles));
    await Promise.all(browsers.map((browser) => browser.open()));
    for (let i = 0; i < CHANGES; i++) {
      await addRecord(db);
      if (i % 10 === 0) await sleep(20);
    }
    const newest = async () => (await db.query<{ n: number }>('select count(*)::int as n from outbox')).rows[0]?.n;
    while ((await newest()) !== 0) await sleep(20);
    const { rows } = await db.query<{ seq: number }>('select max(seq)::int as seq from event');
    const last = rows[0]!.seq;
    while (browsers.some((browser) => browser.seq < last)) await sleep(20);
    const fresh = await openApp(db);
    for (const tile of tiles) {
      const response = await fresh.app.request(pathOf(tile));
      const truth = Buffer.from(await response.arrayBuffer()).toString('base64');
      for (const browser of browsers) {
        const held = browser.held.get(pathOf(tile));
        expect({ tile, body: held?.body ?? '' }).toEqual({ tile, body: truth });
        expect(held?.etag).toBe(response.headers.get('etag'));
      }
    }
    await Promise.all(browsers.map((browser) => browser.close()));
    for (const app of [...workers, fresh]) await app.close();
    await stopKeeper();
    await remove();
  });

  it('agree on ETags, also after a restart, and keep those of tiles that nothing touched', async () => {
    const { db, remove } = await freshPostgres();
    await db.query(
      `insert into dataset (key, name_zh, name_en, kind, class, origin) values ('d', 'd', 'd', 'records', 0, 'import')`,
    );
    const stopKeeper = startKeeper(db, pino({ level: 'silent' }), () => systemClock, folderStore(tmpdir()));
    const [one, two] = [await openApp(db), await openApp(db)];
    const etag = async (app: TestApp, path: string) => (await app.app.request(path)).headers.get('etag');
    const away = '/tiles/density/10/870/358.mvt';
    const before = await etag(one, away);
    await addRecord(db);
    while (one.hub.seq === 0) await sleep(10);
    await two.hub.reach(1);
    const here = pathOf(AREA);
    const again = await openApp(db);
    expect(await etag(two, here)).toBe(await etag(one, here));
    expect(await etag(again, here)).toBe(await etag(one, here));
    expect(await etag(again, away)).toBe(before);
    expect(codeOfTile(AREA)).toBe(4 ** 10 + Number(encodeCell(AREA.x, AREA.y)));
    for (const app of [one, two, again]) await app.close();
    await stopKeeper();
    await remove();
  });
});
