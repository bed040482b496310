import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';

describeOnEngines('/metrics', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  /** Series by name and labels. */
  async function series(): Promise<Map<string, number>> {
    const text = await (await app.app.request('/metrics')).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  }

  it('answers in the text format 0.0.4, each metric with its help and type', async () => {
    const response = await app.app.request('/metrics');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    const text = await response.text();
    for (const [name, type] of [
      ['hekan_tile_seconds', 'histogram'],
      ['hekan_tile_cache_hits_total', 'counter'],
      ['hekan_tile_cache_misses_total', 'counter'],
      ['hekan_tile_bytes_total', 'counter'],
      ['hekan_tile_rows_total', 'counter'],
      ['hekan_http_requests_total', 'counter'],
      ['hekan_tile_cache_bytes', 'gauge'],
      ['hekan_tile_cache_entries', 'gauge'],
      ['hekan_tiles_making', 'gauge'],
      ['hekan_live_readers', 'gauge'],
      ['hekan_event_seq', 'gauge'],
      ['hekan_db_connections', 'gauge'],
    ])
      expect(text).toMatch(new RegExp(`^# HELP ${name} .+\n# TYPE ${name} ${type}$`, 'm'));
  });

  it('counts tiles by where they came from, their bytes and rows, and the cache', async () => {
    const path = '/tiles/density/8/216/89.mvt';
    const bytes = (await (await app.app.request(path)).arrayBuffer()).byteLength;
    await app.app.request(path);
    const etag = (await app.app.request('/ogc/collections/density/tiles/WebMercatorQuad/8/89/216')).headers.get(
      'etag',
    )!;
    await app.app.request(path, { headers: { 'If-None-Match': etag } });
    const seen = await series();
    expect(seen.get('hekan_tile_seconds_count{layer="density",zoom="8"}')).toBe(1);
    expect(seen.get('hekan_tile_cache_hits_total{layer="density"}')).toBe(2);
    expect(seen.get('hekan_tile_cache_misses_total{layer="density"}')).toBe(1);
    expect(seen.get('hekan_tile_bytes_total{layer="density"}')).toBe(bytes);
    expect(seen.get('hekan_tile_rows_total{layer="density"}')).toBeGreaterThan(0);
    expect(seen.get('hekan_tile_cache_entries')).toBe(1);
    expect(seen.get('hekan_tile_cache_bytes')).toBeGreaterThan(bytes);
    expect(seen.get('hekan_tiles_making')).toBe(0);
    expect(seen.get('hekan_event_seq')).toBe(app.hub.seq);
    expect(seen.get('hekan_http_requests_total{route="tiles",status="200"}')).toBe(2);
    expect(seen.get('hekan_http_requests_total{route="tiles",status="304"}')).toBe(1);
    expect(seen.get('hekan_http_requests_total{route="ogc",status="200"}')).toBe(1);
    const sessions = ['idle', 'busy'].map(
      (state) => seen.get(`hekan_db_connections{pool="main",state="${state}"}`) ?? 0,
    );
    expect(sessions[0]! + sessions[1]!).toBe(database().pool.totalCount);
    expect(seen.has('hekan_db_connections{pool="read",state="idle"}')).toBe(database().engine === 'postgresql');
  });

  it('has buckets around 1 to 25 ms', async () => {
    const found = [...(await series()).keys()].flatMap((key) => /_bucket\{le="([\d.]+)"/.exec(key)?.[1] ?? []);
    const between = [...new Set(found.map(Number))].filter((s) => s >= 0.001 && s <= 0.025);
    expect(between.length).toBeGreaterThanOrEqual(9);
  });

  it('counts a reader of the live stream while he listens', async () => {
    const ending = new AbortController();
    const response = await app.app.request('/api/live', { signal: ending.signal });
    const reader = response.body!.getReader();
    await reader.read();
    expect((await series()).get('hekan_live_readers')).toBe(1);
    ending.abort();
    await reader.cancel();
    await expect.poll(async () => (await series()).get('hekan_live_readers')).toBe(0);
  });

  it('has no more series after a thousand odd requests, and no word of theirs', async () => {
    const odd = (i: number) => [
      `/odd-${i}`,
      `/odd-${i}/tiles/1/2`,
      `/tiles/odd-${i}/1/0/0.mvt`,
      `/tiles/density/${i + 100}/0/0.mvt`,
      `/tiles/cases/6/54/22.mvt?source=odd-${i}`,
      `/tiles/density/6/54/22.mvt?odd-${i}=1`,
      `/ogc/collections/odd-${i}`,
      `/ogc/collections/cases/items/${i + 1_000_000}`,
      `/api/odd-${i}?odd=${i}`,
      `/api/live?since=odd-${i}`,
      `/health?odd-${i}`,
      `/metrics/odd-${i}`,
    ];
    const ask = async (i: number) => {
      for (const path of odd(i)) await (await app.app.request(path)).arrayBuffer();
    };
    await ask(0);
    const before = await series();
    for (let i = 1; i <= 85; i++) await ask(i);
    const after = await series();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect([...after.keys()].filter((key) => key.includes('odd'))).toEqual([]);
    const answered = (seen: Map<string, number>) =>
      [...seen].reduce((sum, [key, n]) => sum + (key.startsWith('hekan_http_requests_total') ? n : 0), 0);
    // All of them, and the look before this one.
    expect(answered(after) - answered(before)).toBe(85 * odd(0).length + 1);
  });
});
