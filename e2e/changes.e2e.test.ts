import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { actOnCase } from '../server/cases/index.ts';
import { appendDataEvent, fixedClock, openDatabase, type Database } from '../server/db/index.ts';
import { appendDensity, dirtyCodes, RECORD_LAYERS } from '../server/records/index.ts';
import { lngLatToTile31 } from '../tiles/grid.ts';
import { encodeCell } from '../tiles/morton.ts';
import { Pyramid, splitCell, type PyramidBlock } from '../tiles/pyramid.ts';
import { freshPostgres, type TestDatabase } from '../server/testing/database.ts';
import { openBrowser, untilReady, visit } from './browser.ts';
import { startCity, UNTIL, type RunningCity } from './city.ts';

/** From commit to the tile on the page; on an idle machine it is a fraction of a second, CI has slow days. */
const SOON_MS = 5_000;
/** Longer than changes are gathered, and than a tile takes. */
const REST_MS = 1_500;

interface Asked {
  layer: string;
  z: number;
  x: number;
  y: number;
  since: number | null;
}

function parseTile(url: string): Asked | null {
  const { pathname, searchParams } = new URL(url);
  const [, layer, z, x, y] = /^\/tiles\/(\w+)\/(\d+)\/(\d+)\/(\d+)\.mvt$/.exec(pathname) ?? [];
  if (layer === undefined) return null;
  const since = searchParams.get('since');
  return { layer, z: Number(z), x: Number(x), y: Number(y), since: since === null ? null : Number(since) };
}

/** Whether a tile holds a position. */
function holds({ z, x, y }: Asked, lng: number, lat: number): boolean {
  const [x31, y31] = lngLatToTile31(lng, lat);
  return Math.floor(x31 / 2 ** (31 - z)) === x && Math.floor(y31 / 2 ** (31 - z)) === y;
}

/** Blocks that so many records of the first class at one position add to the density. */
function recordsAt(lng: number, lat: number, n: number): PyramidBlock[] {
  const blocks: PyramidBlock[] = [];
  const pyramid = new Pyramid((block) => blocks.push(block));
  const { tile, inside } = splitCell(encodeCell(...lngLatToTile31(lng, lat)));
  pyramid.add(tile, inside, 0, [n, 0, 0, 0, 0]);
  pyramid.end();
  return blocks;
}

/** Tiles that a page has asked for, and waits until it rests. */
function watch(page: Page) {
  const asked: Asked[] = [];
  page.on('request', (request) => {
    const tile = parseTile(request.url());
    if (tile) asked.push(tile);
  });
  return {
    asked,
    async rest(): Promise<void> {
      for (let before = -1; before !== asked.length;) {
        before = asked.length;
        await page.waitForTimeout(REST_MS);
      }
    },
  };
}

/** The time from now until the page has a tile of a layer that was asked for because of a change. */
async function untilRefetched(page: Page, layer: string): Promise<number> {
  const began = performance.now();
  await page.waitForResponse(
    (response) => {
      const tile = parseTile(response.url());
      return tile?.layer === layer && tile.since !== null;
    },
    { timeout: 30_000 },
  );
  return performance.now() - began;
}

const picture = async (page: Page) => PNG.sync.read(await page.getByTestId('map').screenshot());

/** How many pixels differ between two pictures of one size. */
const differing = (a: PNG, b: PNG): number =>
  pixelmatch(a.data, b.data, undefined, a.width, a.height, { threshold: 0.1 });

const ENGINES = ['embedded', 'PostgreSQL'] as const;

describe.each(ENGINES)('what changes on the server, %s', (engine) => {
  const isMissing = engine === 'PostgreSQL' && inject('pgUrl') === '';
  let city: RunningCity;
  let browser: Browser;
  let postgres: TestDatabase | undefined;
  let db: Database;
  beforeAll(async () => {
    if (isMissing) return;
    // On PostgreSQL as many processes answer as the machine has cores.
    if (engine === 'PostgreSQL') postgres = await freshPostgres();
    city = await startCity(['--scale', '0.02', '--seed', '7', '--until', UNTIL, '--no-player'], postgres?.env);
    browser = await openBrowser();
    db = postgres?.db ?? (await openDatabase({ url: undefined, folder: city.folder, poolSize: 2 }));
  });
  afterAll(async () => {
    if (isMissing) return;
    await browser.close();
    if (!postgres) await db.close();
    await city.remove();
    await postgres?.remove();
  });

  /** Cases in a status, with their positions. */
  async function casesIn(status: string): Promise<{ id: number; lng: number; lat: number }[]> {
    const { rows } = await db.query<{ id: number; lng: number; lat: number }>(
      `select id::int, st_x(geom) as lng, st_y(geom) as lat from cases
       where status = $1::case_status and geom is not null order by id`,
      [status],
    );
    return rows;
  }
  const feedBack = (id: number) =>
    actOnCase(db, fixedClock(new Date(UNTIL)), id, {
      action: 'feed_back',
      role: 'department',
      actor: 'e2e',
      note: null,
    });

  it.skipIf(isMissing)('of a case: a wall asks for the tiles of cases over it, and for nothing else', async () => {
    const { page, errors, close } = await visit(browser, `${city.url}/wall?motion=off`);
    const { asked, rest } = watch(page);
    await untilReady(page);
    await rest();
    const shown = asked.filter(({ layer }) => layer === 'cases');
    expect(shown.length).toBeGreaterThan(2);
    const [one] = await casesIn('handling');
    asked.length = 0;
    const refetched = untilRefetched(page, 'cases');
    await feedBack(one!.id);
    expect(await refetched).toBeLessThan(SOON_MS);
    await rest();
    expect(asked.map(({ layer }) => layer)).toEqual(asked.map(() => 'cases'));
    expect(asked.filter((tile) => !holds(tile, one!.lng, one!.lat))).toEqual([]);
    // One request, and it is one of the tiles that were on the screen.
    expect(asked).toHaveLength(1);
    expect(shown.some(({ z, x, y }) => z === asked[0]!.z && x === asked[0]!.x && y === asked[0]!.y)).toBe(true);
    expect(errors).toEqual([]);
    await close();
  });

  it.skipIf(isMissing)('of several cases at once: each tile once, for the newest of them', async () => {
    const { page, close } = await visit(browser, `${city.url}/wall?motion=off`);
    const { asked, rest } = watch(page);
    await untilReady(page);
    await rest();
    const several = (await casesIn('handling')).slice(0, 6);
    expect(several.length).toBeGreaterThan(2);
    asked.length = 0;
    await Promise.all(several.map(({ id }) => feedBack(id)));
    await rest();
    const tiles = asked.map(({ z, x, y }) => `${z}/${x}/${y}`);
    // Two at the most, where the second half of them came while the first was under way.
    expect(tiles.length).toBeLessThanOrEqual(2 * new Set(tiles).size);
    for (const { lng, lat } of several) expect(asked.some((tile) => holds(tile, lng, lat))).toBe(true);
    expect(asked.every((tile) => several.some(({ lng, lat }) => holds(tile, lng, lat)))).toBe(true);
    await close();
  });

  it.skipIf(isMissing)(
    'of records: the tiles of density over them come anew, the picture with them, and the others stay',
    async () => {
      const { page, errors, close } = await visit(browser, `${city.url}/wall?motion=off&layers=density`);
      const { asked, rest } = watch(page);
      await untilReady(page);
      await rest();
      const shown = asked.filter(({ layer }) => layer === 'density');
      expect(shown.length).toBeGreaterThan(2);
      const before = await picture(page);
      const { rows } = await db.query<{ lng: number; lat: number }>(
        'select st_x(label) as lng, st_y(label) as lat from division where level = 2 order by id desc limit 1',
      );
      const { lng, lat } = rows[0]!;
      const blocks = recordsAt(lng, lat, 20_000);
      const figures: string[] = [];
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.startsWith('/api/')) figures.push(pathname);
      });
      asked.length = 0;
      const refetched = untilRefetched(page, 'density');
      await db.transaction(async (client) => {
        const dataset = await client.query<{ id: number }>("select id from dataset where kind = 'records' limit 1");
        await appendDensity(client, dataset.rows[0]!.id, blocks);
        await appendDataEvent(client, 'records', RECORD_LAYERS, { dirty: dirtyCodes(blocks) });
      });
      expect(await refetched).toBeLessThan(SOON_MS);
      await rest();
      expect(asked).toHaveLength(1);
      expect([asked[0]!.layer, holds(asked[0]!, lng, lat)]).toEqual(['density', true]);
      // Records have no part in the figures of cases.
      await expect.poll(() => figures).toEqual(['/api/overview']);
      expect(differing(before, await picture(page))).toBeGreaterThan(5);
      expect(errors).toEqual([]);
      await close();
    },
  );
});
