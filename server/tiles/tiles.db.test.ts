import { createHash } from 'node:crypto';
import type { Point } from 'geojson';

import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { beforeAll, expect, it } from 'vitest';
import { bboxToTiles, lngLatToTile31 } from '../../tiles/grid.ts';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { codeOfTile } from '../../tiles/codes.ts';
import { appendDataEvent, drainOutbox } from '../db/index.ts';
import { featuresOf, fetchTile } from '../testing/tile.ts';
import { describeOnEngines } from '../testing/database.ts';

const EXTENT: [number, number, number, number] = [122.3, 45.9, 126.8, 48.9];
const LAYERS = ['divisions', 'grids', 'base', 'density', 'places', 'components', 'cases'];

function tilesAt(z: number): string[] {
  const { minX, minY, maxX, maxY } = bboxToTiles(EXTENT, z);
  const paths: string[] = [];
  for (let x = minX; x <= maxX; x++) for (let y = minY; y <= maxY; y++) paths.push(`${z}/${x}/${y}.mvt`);
  return paths;
}

async function sum(app: TestApp, layer: string, z: number, property: string, preset = 0): Promise<number> {
  let total = 0;
  for (const path of tilesAt(z)) {
    const tile = await fetchTile(app, `/tiles/${layer}/${path}`);
    for (const feature of featuresOf(tile, layer)) total += Number(feature.properties[property] ?? preset);
  }
  return total;
}

describeOnEngines('tiles', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  const one = async (sql: string) => (await database().query<{ n: number }>(sql)).rows[0]?.n;

  it('of density hold every record at every zoom', async () => {
    const records = await one('select count(*)::int as n from record where cell is not null');
    for (const z of [0, 5, 8, 10]) expect(await sum(app, 'density', z, 'total')).toBe(records);
  });

  it('of cases hold every open case once at every zoom', async () => {
    const open = await one('select count(*)::int as n from cases where open and geom is not null');
    for (const z of [0, 6, 9, 11]) expect(await sum(app, 'cases', z, 'n', 1)).toBe(open);
    const red = await one(`select count(*)::int as n from cases where open and status <> 'suspended'
      and due_at < (select frozen_at from city)`);
    let seen = 0;
    for (const feature of featuresOf(await fetchTile(app, '/tiles/cases/0/0/0.mvt'), 'cases')) {
      seen += feature.properties['light'] === 'red' ? 1 : Number(feature.properties['red'] ?? 0);
    }
    expect(seen).toBe(red);
  });

  it('of cases take the filters of the list', async () => {
    for (const query of ['status=all', 'status=closed', 'status=overdue', 'status=all&from=2026-11-01&to=2026-11-10']) {
      const list = await app.json<{ total: number }>(`/api/cases?limit=1&bbox=-180,-85,180,85&${query}`);
      let seen = 0;
      for (const path of tilesAt(7)) {
        const tile = await fetchTile(app, `/tiles/cases/${path}?${query}`);
        for (const feature of featuresOf(tile, 'cases')) seen += Number(feature.properties['n'] ?? 1);
      }
      expect({ query, seen }).toEqual({ query, seen: list.total });
    }
  });

  it('of cases put a single case where it is', async () => {
    const { rows } = await database().query<{ id: number; lng: number; lat: number }>(
      'select id::int, st_x(geom) as lng, st_y(geom) as lat from cases where open order by id',
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const z = 14;
    const single = rows[0]!;
    const [x31, y31] = lngLatToTile31(single.lng, single.lat);
    const [x, y] = [Math.floor(x31 / 2 ** (31 - z)), Math.floor(y31 / 2 ** (31 - z))];
    const tile = await fetchTile(app, `/tiles/cases/${z}/${x}/${y}.mvt`);
    const found = featuresOf(tile, 'cases').filter((feature) => feature.properties['n'] === undefined);
    expect(found.length).toBeGreaterThan(0);
    for (const feature of found) {
      const place = byId.get(Number(feature.properties['id']))!;
      const [lng, lat] = (feature.toGeoJSON(x, y, z).geometry as Point).coordinates as [number, number];
      expect(feature.id).toBe(place.id);
      // A tile unit at zoom 14 is 0.6 m.
      expect(Math.abs(lng - place.lng)).toBeLessThan(1e-5);
      expect(Math.abs(lat - place.lat)).toBeLessThan(1e-5);
    }
  });

  it('of places hold every place', async () => {
    const { rows } = await database().query<{ cell: string; n: number }>(
      'select (cell >> 34)::text as cell, count(*)::int as n from place group by 1 order by n desc limit 3',
    );
    for (const { cell, n } of rows) {
      const key = BigInt(cell);
      let [x, y] = [0, 0];
      for (let bit = 0n; bit < 14n; bit++) {
        x |= Number((key >> (2n * bit)) & 1n) << Number(bit);
        y |= Number((key >> (2n * bit + 1n)) & 1n) << Number(bit);
      }
      const tile = await fetchTile(app, `/tiles/places/14/${x}/${y}.mvt`);
      const leftOut = Number(featuresOf(tile, 'thinned')[0]?.properties['left_out'] ?? 0);
      expect(featuresOf(tile, 'places').length + leftOut).toBe(n);
    }
  });

  it('of divisions hold the levels of their zoom', async () => {
    const levels = async (z: number) => {
      const found = new Set<number>();
      for (const path of tilesAt(z).slice(0, 40)) {
        for (const feature of featuresOf(await fetchTile(app, `/tiles/divisions/${path}`), 'divisions')) {
          found.add(Number(feature.properties['level']));
        }
      }
      return [...found].sort();
    };
    expect(await levels(6)).toEqual([1, 2]);
    expect(await levels(8)).toEqual([1, 2, 3]);
    expect(await levels(10)).toEqual([1, 2, 3, 4]);
  });

  it('are 204 where empty, 304 where unchanged, and new after a change', async () => {
    expect((await app.app.request('/tiles/density/8/0/0.mvt')).status).toBe(204);
    const path = '/tiles/cases/6/54/22.mvt';
    const first = await app.app.request(path);
    const etag = first.headers.get('etag')!;
    const again = await app.app.request(path, { headers: { 'If-None-Match': etag } });
    expect([first.status, again.status, await again.text()]).toEqual([200, 304, '']);
    expect((await app.app.request(path, { headers: { 'If-None-Match': 'W/"x", *' } })).status).toBe(200);
    const change = (dirty: number[]) =>
      appendDataEvent(database(), 'test', ['cases'], { dirty, caseIds: [] })
        .then(() => drainOutbox(database()))
        .then(() => app.hub.reach(Infinity));
    await change([codeOfTile({ z: 7, x: 0, y: 0 })]);
    expect((await app.app.request(path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    await change([codeOfTile({ z: 7, x: 109, y: 45 })]);
    expect((await app.app.request(path, { headers: { 'If-None-Match': etag } })).status).toBe(200);
  });

  it('known from before go out without being made again, and are new after a change', async () => {
    const url = '/tiles/cases/6/54/22.mvt?status=all&from=2026-11-03';
    const ask = (headers: Record<string, string> = {}) =>
      app.app.request(url, { headers }, { incoming: { url, method: 'GET', headers } });
    const made = await ask();
    const known = await ask();
    expect([made, known].map((response) => response.headers.get('x-cache'))).toEqual(['miss', 'hit']);
    expect(await known.arrayBuffer()).toEqual(await made.arrayBuffer());
    const etag = known.headers.get('etag')!;
    expect((await ask({ 'if-none-match': etag })).status).toBe(304);
    const packed = await ask({ 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    await appendDataEvent(database(), 'test', ['cases'], {
      dirty: [codeOfTile({ z: 7, x: 109, y: 45 })],
      caseIds: [],
    });
    await drainOutbox(database());
    await app.hub.reach(Infinity);
    const changed = await ask({ 'if-none-match': etag });
    expect([changed.status, changed.headers.get('x-cache')]).toEqual([200, 'miss']);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('come compressed as asked, and the same when unpacked', async () => {
    const path = '/tiles/density/8/216/89.mvt';
    const plain = new Uint8Array(await (await app.app.request(path)).arrayBuffer());
    for (const encoding of ['gzip', 'br']) {
      const response = await app.app.request(path, {
        headers: { 'Accept-Encoding': `${encoding};q=0.9, identity;q=0` },
      });
      expect(response.headers.get('content-encoding')).toBe(encoding);
      const packed = new Uint8Array(await response.arrayBuffer());
      const { gunzipSync, brotliDecompressSync } = await import('node:zlib');
      const unpacked = new Uint8Array(encoding === 'gzip' ? gunzipSync(packed) : brotliDecompressSync(packed));
      expect(unpacked).toEqual(plain);
      expect(packed.length).toBeLessThan(plain.length);
    }
    expect(
      (await app.app.request(path, { headers: { 'Accept-Encoding': 'gzip;q=0, br;q=0' } })).headers.get(
        'content-encoding',
      ),
    ).toBeNull();
  });

  it('describe themselves', async () => {
    for (const layer of LAYERS) {
      const json = await app.json<Record<string, unknown>>(`/tiles/${layer}.json`);
      expect(json).toMatchObject({ tilejson: '3.0.0', tiles: [`http://localhost/tiles/${layer}/{z}/{x}/{y}.mvt`] });
      expect(json['name']).toContain('演示数据');
      expect(json['vector_layers']).not.toEqual([]);
    }
  });
});

/** Tiles whose bytes are written down: one a layer and zoom, the empty tile and z 0 among them. */
const GOLDEN_TILES = [
  'divisions/0/0/0',
  'divisions/6/54/22',
  'divisions/9/432/179',
  'divisions/11/1729/717',
  'grids/13/6915/2870',
  'base/7/108/44',
  'base/12/3458/1435',
  'density/0/0/0',
  'density/7/108/44',
  'density/10/864/358',
  'density/14/13831/5742',
  'density/8/0/0',
  'places/14/13831/5742',
  'places/16/55324/22968',
  'cases/0/0/0',
  'cases/7/108/44',
  'cases/10/864/358',
  'cases/13/6916/2870',
];

describeOnEngines('the same city gives the same bytes on', (database) => {
  it('this engine as on the other, and as before', async () => {
    await loadSmallCity(database());
    const app = await openApp(database());
    const seen: Record<string, string> = {};
    for (const path of GOLDEN_TILES) {
      const bytes = new Uint8Array(await (await app.app.request(`/tiles/${path}.mvt`)).arrayBuffer());
      const tile = new VectorTile(new PbfReader(bytes));
      const layers = Object.entries(tile.layers).map(([name, layer]) => `${name} ${layer.length}`);
      seen[path] = `${layers.join(', ') || 'empty'} · ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
    }
    await app.close();
    await expect(`${JSON.stringify(seen, null, 2)}\n`).toMatchFileSnapshot('./goldens/tiles.json');
  });
});
