import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import {
  COLLECTION_IDS,
  fetchPage,
  linkOf,
  localPath,
  valuesOf,
  type Collection,
  type Feature,
  type Link,
  type Page,
} from '../testing/ogc.ts';

const OGC = 'http://localhost/ogc';

describeOnEngines('OGC API – Features', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());
  const page = (path: string) => fetchPage(app, path);
  const sql = (text: string, params?: unknown[]) => valuesOf(database(), text, params);
  const status = async (path: string) => (await app.app.request(path)).status;

  it('/req/core/root-success: the landing page links to definition, conformance and data, whatever Accept says', async () => {
    for (const path of ['/ogc', '/ogc/']) {
      const response = await app.app.request(path, { headers: { Accept: 'text/html' } });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
      const { links, title } = (await response.json()) as { links: Link[]; title: string };
      for (const rel of ['self', 'service-desc', 'service-doc', 'conformance', 'data'])
        expect(links.map((link) => link.rel)).toContain(rel);
      for (const { href } of links)
        expect({ href, status: await status(localPath(href)) }).toEqual({ href, status: 200 });
      expect(title).toContain('演示数据');
    }
  });

  it('/req/core/conformance-success: names core, GeoJSON and OpenAPI 3.0', async () => {
    const { conformsTo } = await app.json<{ conformsTo: string[] }>('/ogc/conformance');
    for (const part of ['core', 'geojson', 'oas30'])
      expect(conformsTo).toContain(`http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${part}`);
  });

  it('/req/core/fc-md-op, fc-md-items, fc-md-items-links: three collections, each with links that carry their type', async () => {
    const { links, collections } = await app.json<{ links: Link[]; collections: Collection[] }>('/ogc/collections');
    expect(linkOf(links, 'self')?.type).toBe('application/json');
    expect(collections.map(({ id }) => id)).toEqual(COLLECTION_IDS);
    for (const collection of collections) {
      expect(collection.itemType).toBe('feature');
      expect(linkOf(collection.links, 'items')).toMatchObject({
        href: `${OGC}/collections/${collection.id}/items`,
        type: 'application/geo+json',
      });
      // /req/core/sfc-md-success: the same when asked for alone.
      expect(await app.json(`/ogc/collections/${collection.id}`)).toEqual(collection);
    }
  });

  it('/req/core/fc-md-extent: the extent holds every geometry and every time, and points closely', async () => {
    const { collections } = await app.json<{ collections: Collection[] }>('/ogc/collections');
    const tables: Record<string, string> = { divisions: 'division', places: 'place', cases: 'cases' };
    for (const { id, extent } of collections) {
      const { rows } = await database().query<{ w: number; s: number; e: number; n: number }>(
        `select st_xmin(b) as w, st_ymin(b) as s, st_xmax(b) as e, st_ymax(b) as n from (select st_extent(geom) as b from ${tables[id]}) as t`,
      );
      const [west, south, east, north] = extent.spatial.bbox[0]!;
      const { w, s, e, n } = rows[0]!;
      expect(west <= w && south <= s && east >= e && north >= n).toBe(true);
      expect(Math.max(w - west, s - south, east - e, north - n)).toBeLessThan(0.0004);
    }
    const [first] = await sql('select min(reported_at)::text as v from cases');
    const begin = collections.find(({ id }) => id === 'cases')!.extent.temporal!.interval[0]![0]!;
    expect(Date.parse(begin)).toBe(Date.parse(String(first)));
  });

  it('/req/core/fc-response, /req/geojson/content: a FeatureCollection of features in WGS 84', async () => {
    for (const id of COLLECTION_IDS) {
      const response = await app.app.request(`/ogc/collections/${id}/items`, { headers: { Accept: '*/*' } });
      expect(response.headers.get('content-type')).toBe('application/geo+json');
      const answer = (await response.json()) as Page;
      expect(answer).toMatchObject({ type: 'FeatureCollection', demonstration: true, numberReturned: 100 });
      expect(answer.features).toHaveLength(100);
      expect(Math.abs(Date.parse(answer.timeStamp) - Date.now())).toBeLessThan(60_000);
      expect(linkOf(answer.links, 'self')).toMatchObject({
        href: `${OGC}/collections/${id}/items`,
        type: 'application/geo+json',
      });
      expect(linkOf(answer.links, 'next')?.type).toBe('application/geo+json');
      for (const feature of answer.features) {
        expect(feature.type).toBe('Feature');
        expect(['Point', 'MultiPolygon']).toContain(feature.geometry?.type ?? 'Point');
      }
    }
  });

  it('the API definition knows every property and every parameter, and nothing else', async () => {
    interface Operation {
      get: { operationId: string; parameters?: { name: string; in: string }[]; responses: Record<string, unknown> };
    }
    const response = await app.app.request('/ogc/api');
    expect(response.headers.get('content-type')).toBe('application/vnd.oai.openapi+json;version=3.0');
    const document = (await response.json()) as {
      openapi: string;
      paths: Record<string, Operation>;
      components: { schemas: Record<string, { properties: { properties: { properties: object } } }> };
    };
    expect(document.openapi).toMatch(/^3\.0\./);
    const operations = Object.values(document.paths).map(({ get }) => get.operationId);
    expect(new Set(operations).size).toBe(operations.length);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(Object.keys(document.components.schemas)).toContain(name);
    for (const id of COLLECTION_IDS) {
      const { features } = await page(`${id}/items?limit=1`);
      const told = document.components.schemas[`${id}Feature`]!.properties.properties.properties;
      expect(Object.keys(told)).toEqual(Object.keys(features[0]!.properties));
      for (const { name } of document.paths[`/collections/${id}/items`]!.get.parameters!)
        expect({ name, status: await status(`/ogc/collections/${id}/items?${name}=%00`) }).toEqual({
          name,
          status: 400,
        });
    }
  });

  it('/req/core/f-success, f-links, /req/geojson/content B: one feature by its id', async () => {
    for (const id of COLLECTION_IDS) {
      const [first] = (await page(`${id}/items?limit=1`)).features;
      const path = `/ogc/collections/${id}/items/${first!.id}`;
      const response = await app.app.request(path);
      expect(response.headers.get('content-type')).toBe('application/geo+json');
      const { links, ...feature } = (await response.json()) as Feature;
      expect(feature).toEqual({ ...first, demonstration: true });
      expect(linkOf(links!, 'self')).toMatchObject({ href: `http://localhost${path}`, type: 'application/geo+json' });
      expect(linkOf(links!, 'collection')).toMatchObject({
        href: `${OGC}/collections/${id}`,
        type: 'application/json',
      });
      for (const none of ['0', '999999999', 'x', '1-', '9'.repeat(40), '9223372036854775807-0', "1'"])
        expect({ none, status: await status(`/ogc/collections/${id}/items/${none}`) }).toEqual({ none, status: 404 });
    }
  });

  it('/req/core/query-param-unknown, query-param-invalid: 400 with problem+json that names the parameter', async () => {
    const wrong: [path: string, field: string][] = [
      ['/ogc?f=html', 'f'],
      ['/ogc/conformance?x=1', 'x'],
      ['/ogc/collections?limit=1', 'limit'],
      ['/ogc/collections/cases?x=1', 'x'],
      ['/ogc/api?x=', 'x'],
      ['/ogc/collections/cases/items?foo=1', 'foo'],
      ['/ogc/collections/cases/items?level=street', 'level'],
      ['/ogc/collections/cases/items?limit=1&limit=2', 'limit'],
      ['/ogc/collections/cases/items?bbox=1,2,3', 'bbox'],
      ['/ogc/collections/cases/items?bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857', 'bbox-crs'],
      ['/ogc/collections/cases/items?datetime=today', 'datetime'],
      ['/ogc/collections/cases/items?status=open', 'status'],
      ['/ogc/collections/cases/items?division=x', 'division'],
      ['/ogc/collections/cases/items?category=', 'category'],
      [`/ogc/collections/cases/items?source=${'x'.repeat(10_000)}`, 'source'],
      ['/ogc/collections/divisions/items?parent=0', 'parent'],
      ['/ogc/collections/divisions/items?level=planet', 'level'],
      ['/ogc/collections/cases/items/100?limit=1', 'limit'],
      ...COLLECTION_IDS.flatMap((id) =>
        ['', 'x', '-1', '1.2.3', 'c.9.9', 'n.1', 't.1', `t.${'9'.repeat(30)}.1`, '9223372036854775807.1'].map(
          (key): [string, string] => [`/ogc/collections/${id}/items?after=${key}`, 'after'],
        ),
      ),
    ];
    for (const [path, field] of wrong) {
      const response = await app.app.request(path);
      expect({ path: path.slice(0, 90), status: response.status }).toEqual({ path: path.slice(0, 90), status: 400 });
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(((await response.json()) as { field: string }).field).toBe(field);
    }
    expect(await status('/ogc/collections/cases/items?bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84')).toBe(
      200,
    );
  });

  it('what is not there is 404, what cannot be done 405, and HEAD and OPTIONS answer', async () => {
    for (const path of [
      '/ogc/x',
      '/ogc/collections/x',
      '/ogc/collections/constructor/items',
      '/ogc/collections/density/items',
    ])
      expect({ path, status: await status(path) }).toEqual({ path, status: 404 });
    expect((await app.app.request('/ogc/collections', { method: 'POST' })).status).toBe(405);
    const head = await app.app.request('/ogc/collections/cases/items', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const preflight = await app.app.request('/ogc/collections', {
      method: 'OPTIONS',
      headers: { Origin: 'https://gis.example', 'Access-Control-Request-Method': 'GET' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('GET');
    for (const path of ['/ogc', '/ogc/collections/cases/items?x=1', '/ogc/collections/x']) {
      const response = await app.app.request(path, { headers: { Origin: 'https://gis.example' } });
      expect({ path, origin: response.headers.get('access-control-allow-origin') }).toEqual({ path, origin: '*' });
    }
  });
});
