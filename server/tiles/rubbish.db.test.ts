import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Database } from '../db/index.ts';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines, freshPostgres } from '../testing/database.ts';

const LONG = 'x'.repeat(10_000);

describeOnEngines('odd requests for tiles', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  it.each([
    ['a zoom beyond the layer', '/tiles/density/15/0/0.mvt', 400, 'z'],
    ['a zoom before the layer', '/tiles/places/13/0/0.mvt', 400, 'z'],
    ['x off the grid', '/tiles/density/3/8/0.mvt', 400, 'x'],
    ['y off the grid', '/tiles/density/3/0/8.mvt', 400, 'y'],
    ['a zoom of many digits', `/tiles/density/${'9'.repeat(5000)}/0/0.mvt`, 400, 'z'],
    ['an x that is no number', '/tiles/density/3/1e1/0.mvt', 400, 'x'],
    ['another ending', '/tiles/density/3/1/0.pbf', 400, 'y'],
    ['a layer that is not there', '/tiles/constructor/0/0/0.mvt', 404, 'layer'],
    ['a filter of 10 KB', `/tiles/density/3/1/0.mvt?theme=${LONG}`, 400, 'theme'],
    ['a filter whose name has 10 KB', `/tiles/density/3/1/0.mvt?${LONG}=1`, 400, LONG.slice(0, 60)],
    ['an unknown filter', '/tiles/density/3/1/0.mvt?colour=red', 400, 'colour'],
    ['a filter of a layer without any', '/tiles/places/14/0/0.mvt?classes=industry', 400, 'classes'],
    ['an unknown class', '/tiles/density/3/1/0.mvt?classes=industry,cars', 400, 'classes'],
    ['a theme that is not there', '/tiles/density/3/1/0.mvt?theme=nothing', 400, 'theme'],
    ['a dataset that is not there', "/tiles/density/3/1/0.mvt?dataset=x'; drop table city;--", 400, 'dataset'],
    ['a theme and a dataset', '/tiles/density/3/1/0.mvt?theme=a&dataset=b', 400, 'dataset'],
    ['a NUL in a filter', '/tiles/density/3/1/0.mvt?theme=a%00b', 400, 'theme'],
    ['a since that is no seq', '/tiles/density/3/1/0.mvt?since=-1', 400, 'since'],
    ['an unknown status', '/tiles/cases/3/1/0.mvt?status=lost', 400, 'status'],
    ['a day that is none', '/tiles/cases/3/1/0.mvt?from=2026-02-30', 400, 'from'],
  ])('say what is wrong: %s', async (_, path, status, field) => {
    const response = await app.app.request(path.replaceAll(' ', '%20'));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(((await response.json()) as { field: string }).field).toBe(field);
  });

  it('keep one copy of a tile, however a filter is written', async () => {
    const size = app.tiles.cache.size;
    for (const classes of ['industry,government', 'government,industry', 'industry,government,industry'])
      await app.app.request(`/tiles/density/6/54/22.mvt?classes=${classes}`);
    await app.app.request('/tiles/density/6/54/22.mvt?classes=government,industry&since=1');
    expect(app.tiles.cache.size).toBe(size + 1);
  });

  it('do not make the cache larger than it may be', async () => {
    for (let i = 0; i < 3000; i++) {
      const day = new Date(Date.UTC(2020, 0, 1) + i * 86_400_000).toISOString().slice(0, 10);
      const response = await app.app.request(`/tiles/cases/0/0/0.mvt?status=all&from=2019-12-31&to=${day}`);
      expect(response.status).toBeLessThan(300);
      await response.arrayBuffer();
    }
    expect(app.tiles.cache.bytes).toBeLessThanOrEqual(8e6);
    expect(app.tiles.making).toBe(0);
  });

  it('build a slice when it is first asked for, and say so until it is ready', async () => {
    const { buildSlice } = await import('../records/index.ts');
    const path = '/tiles/density/6/54/22.mvt?dataset=population';
    const first = await app.app.request(path);
    expect([first.status, first.headers.get('retry-after')]).toEqual([202, '2']);
    while (await buildSlice(database()));
    expect((await app.app.request(path)).status).toBe(200);
  });
});

/** Queries of the city that run right now. */
async function running(db: Database): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`,
  );
  return rows[0]?.n ?? 0;
}

// Cancelling needs a second session: PostgreSQL's part of the table of engines.
describe.skipIf(inject('pgUrl') === '')('a query that nobody waits for on PostgreSQL', () => {
  it('is cancelled in the database, and its session serves the next', async () => {
    const { db, remove } = await freshPostgres();
    const abort = new AbortController();
    const reading = db.read<[number]>(null, 'select 1 from pg_sleep(60)', [], abort.signal);
    while ((await running(db)) === 0) await sleep(10);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    // What pg_stat_activity shows may be a moment old.
    await expect.poll(() => running(db), { timeout: 2000 }).toBe(0);
    for (let i = 0; i < 20; i++) expect(await db.read<[number]>(null, 'select 1', [])).toEqual([[1]]);
    await remove();
  });

  it('is cut off after five seconds, and the client told when to come again', async () => {
    const { db, remove } = await freshPostgres();
    await expect(db.read(null, 'select pg_sleep(60)', [])).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterS: 5,
    });
    await expect.poll(() => running(db), { timeout: 2000 }).toBe(0);
    await remove();
  });

  it('leaves nothing behind when a thousand clients go away', async () => {
    const { db, remove } = await freshPostgres();
    await loadSmallCity(db);
    const app = await openApp(db);
    const answers = Array.from({ length: 1000 }, async (_, i) => {
      const abort = new AbortController();
      const path = `/tiles/density/${6 + (i % 9)}/${54 * 2 ** (i % 9)}/${22 * 2 ** (i % 9)}.mvt?classes=industry&since=0`;
      const answer = app.app.request(path, { signal: abort.signal });
      if (i % 3 > 0) setTimeout(() => abort.abort(), i % 7);
      return (await answer).status;
    });
    const statuses = new Set(await Promise.all(answers));
    expect([...statuses].filter((status) => ![200, 204, 499].includes(status))).toEqual([]);
    while (app.tiles.making > 0) await sleep(10);
    const stuck = async () => {
      const { rows } = await db.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity
         where datname = current_database() and state <> 'idle' and query like '%density%' and pid <> pg_backend_pid()`,
      );
      return rows[0]?.n;
    };
    await expect.poll(stuck, { timeout: 2000 }).toBe(0);
    await app.close();
    await remove();
  });
});

describe.skipIf(inject('pgUrl') === '')('a flood on PostgreSQL', () => {
  it('is told to come again rather than queued for minutes', async () => {
    const { db, remove } = await freshPostgres();
    const slow = Array.from({ length: 300 }, () => db.read(null, 'select pg_sleep(0.02)', []));
    const outcomes = await Promise.allSettled(slow);
    const refused = outcomes
      .filter((one) => one.status === 'rejected')
      .map((one) => (one.reason as { code: string }).code);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(['unavailable']));
    expect(outcomes.length - refused.length).toBeGreaterThan(200);
    await remove();
  });
});
