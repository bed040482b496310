import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';

interface Link {
  href: string;
  rel: string;
  type?: string;
}
interface Feature {
  type: string;
  id: number | string;
  geometry: { type: string; coordinates: unknown } | null;
  properties: Record<string, unknown>;
  links?: Link[];
}
interface Page {
  type: string;
  timeStamp: string;
  numberMatched?: number;
  numberReturned: number;
  links: Link[];
  features: Feature[];
}
interface Collection {
  id: string;
  itemType?: string;
  extent: { spatial: { bbox: [number, number, number, number][] }; temporal?: { interval: (string | null)[][] } };
  links: Link[];
}

const IDS = ['divisions', 'places', 'cases'];
const OGC = 'http://localhost/ogc';
/** Part of the demonstration city's middle. */
const BBOX = '123.9,47.3,124,47.4';
const INSIDE = 'st_x(geom) between 123.9 and 124 and st_y(geom) between 47.3 and 47.4';

describeOnEngines('OGC API – Features', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  const sql = async (text: string, params: unknown[] = []) =>
    (await database().query<{ v: string | number }>(text, params)).rows.map(({ v }) => v);
  const page = (path: string) => app.json<Page>(`/ogc/collections/${path}`);
  const status = async (path: string) => (await app.app.request(path)).status;
  const linkOf = (links: Link[], rel: string) => links.find((link) => link.rel === rel);
  const local = (href: string) => href.replace('http://localhost', '');

  /** All pages along the next links, and how many there were. */
  async function walk(path: string): Promise<{ features: Feature[]; pages: number }> {
    const features: Feature[] = [];
    let pages = 0;
    for (let next: string | undefined = `/ogc/collections/${path}`; next !== undefined; pages++) {
      const one: Page = await app.json<Page>(next);
      features.push(...one.features);
      const link = linkOf(one.links, 'next');
      next = link && local(link.href);
    }
    return { features, pages };
  }
  const idsOf = (features: Feature[]) => features.map(({ id }) => String(id)).sort();
  const sorted = (values: (string | number)[]) => values.map(String).sort();

  it('/req/core/root-success: the landing page links to definition, conformance and data, whatever Accept says', async () => {
    for (const path of ['/ogc', '/ogc/']) {
      const response = await app.app.request(path, { headers: { Accept: 'text/html' } });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
      const { links, title } = (await response.json()) as { links: Link[]; title: string };
      for (const rel of ['self', 'service-desc', 'service-doc', 'conformance', 'data'])
        expect(links.map((link) => link.rel)).toContain(rel);
      for (const { href } of links) expect({ href, status: await status(local(href)) }).toEqual({ href, status: 200 });
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
    expect(collections.map(({ id }) => id)).toEqual(IDS);
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
    for (const id of IDS) {
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
    for (const id of IDS) {
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

  it('/req/core/fc-limit-definition, fc-limit-response-1: as many as asked for, and at most 10,000', async () => {
    expect((await page('cases/items?limit=7')).features).toHaveLength(7);
    expect((await page('cases/items?limit=10000')).features).toHaveLength(10_000);
    expect((await page('cases/items?limit=123456789')).features).toHaveLength(10_000);
    for (const wrong of ['0', '-1', '1.5', 'many', '', '1e3'])
      expect(await status(`/ogc/collections/cases/items?limit=${wrong}`)).toBe(400);
  });

  it('pages give every feature once', async () => {
    const all = await walk('cases/items?limit=3000');
    expect(all.pages).toBe(4);
    expect(idsOf(all.features)).toEqual(sorted(await sql('select id::text as v from cases')));
    const places = await walk('places/items?limit=3000');
    expect(idsOf(places.features)).toEqual(sorted(await sql(`select cell::text || '-' || n as v from place`)));
    const divisions = await walk('divisions/items?limit=4000');
    expect(idsOf(divisions.features)).toEqual(
      sorted(await sql('select id::text as v from division where valid_to is null')),
    );
  });

  it('/req/core/fc-numberMatched: is the number there is, or not told', async () => {
    const [cases] = await sql('select count(*)::int as v from cases');
    const [places] = await sql('select count(*)::int as v from place');
    expect((await page('cases/items?limit=1')).numberMatched).toBe(cases);
    expect((await page('places/items?limit=1')).numberMatched).toBe(places);
    for (const path of [
      `cases/items?bbox=${BBOX}`,
      `places/items?bbox=${BBOX}`,
      'divisions/items?level=street',
      'cases/items?source=app',
    ]) {
      const { numberMatched } = await page(`${path}&limit=2`);
      expect(numberMatched).toBe((await walk(`${path}&limit=1000`)).features.length);
    }
  });

  it('/req/core/fc-bbox-response A: the points in the box, paged by place, every one once', async () => {
    const places = await walk(`places/items?limit=37&bbox=${BBOX}`);
    expect(idsOf(places.features)).toEqual(
      sorted(await sql(`select cell::text || '-' || n as v from place where ${INSIDE}`)),
    );
    expect(places.pages).toBeGreaterThan(5);
    const cases = await walk(`cases/items?limit=37&bbox=${BBOX}&status=closed`);
    expect(idsOf(cases.features)).toEqual(
      sorted(await sql(`select id::text as v from cases where status = 'closed' and (geom is null or (${INSIDE}))`)),
    );
  });

  it('/req/core/fc-bbox-response C: features without a geometry match every box, behind the others', async () => {
    await database().query(`update cases set geom = null, cell = null where id in (11, 22, 33)`);
    try {
      const { features } = await walk(`cases/items?limit=10&bbox=${BBOX}`);
      const [n] = await sql(`select count(*)::int as v from cases where ${INSIDE}`);
      expect(features).toHaveLength(Number(n) + 3);
      expect(features.slice(-3).map(({ id, geometry }) => [id, geometry])).toEqual([
        [11, null],
        [22, null],
        [33, null],
      ]);
      const whole = await walk('cases/items?limit=4000&bbox=-180,-90,180,90');
      expect(idsOf(whole.features)).toEqual(sorted(await sql('select id::text as v from cases')));
    } finally {
      await database().query(`update cases c set geom = p.geom, cell = p.cell
        from (select geom, cell from place order by cell limit 1) as p where c.id in (11, 22, 33)`);
    }
  });

  it('/req/core/fc-bbox-response: divisions that touch the box; and across the antimeridian', async () => {
    const { features } = await walk(`divisions/items?limit=1000&bbox=${BBOX}`);
    expect(idsOf(features)).toEqual(
      sorted(
        await sql(
          `select id::text as v from division where st_intersects(geom, st_makeenvelope(123.9, 47.3, 124, 47.4, 4326))`,
        ),
      ),
    );
    expect((await page('places/items?bbox=170,-90,123.9,90&limit=10000')).numberReturned).toBe(
      (await sql('select 1 as v from place where st_x(geom) <= 123.9')).length,
    );
    expect((await page('divisions/items?bbox=170,40,-170,50')).features).toEqual([]);
    const [point] = (await page('places/items?limit=1')).features;
    const [lng, lat] = point!.geometry!.coordinates as [number, number];
    // A box without width still is a place, and lies in a division of each level.
    expect((await page(`places/items?bbox=${lng},${lat},${lng},${lat}`)).features.map(({ id }) => id)).toContain(
      point!.id,
    );
    expect((await page(`divisions/items?bbox=${lng},${lat},${lng},${lat}`)).features.length).toBeGreaterThanOrEqual(4);
  });

  it('/req/core/fc-time-response: cases from report to closing, divisions while in force, places always', async () => {
    const during = (start: string, end: string) =>
      sql(
        `select id::text as v from cases where reported_at <= $2::timestamptz and (closed_at is null or closed_at >= $1::timestamptz)`,
        [start, end],
      );
    const [a, b] = ['2026-10-01T00:00:00Z', '2026-10-02T08:00:00+08:00'];
    const between = await walk(`cases/items?limit=500&datetime=${a}/${encodeURIComponent(b)}`);
    expect(idsOf(between.features)).toEqual(sorted(await during(a, b)));
    const instant = await walk(`cases/items?limit=500&datetime=${a}`);
    expect(idsOf(instant.features)).toEqual(sorted(await during(a, a)));
    const after = await walk(`cases/items?limit=500&datetime=${a}/..`);
    expect(idsOf(after.features)).toEqual(sorted(await during(a, '9999-01-01T00:00:00Z')));
    const before = await walk(`cases/items?limit=500&bbox=${BBOX}&datetime=../2026-01-01T00:00:00Z`);
    expect(idsOf(before.features)).toEqual(
      sorted(
        await sql(
          `select id::text as v from cases where reported_at <= '2026-01-01T00:00:00Z' and (geom is null or (${INSIDE}))`,
        ),
      ),
    );
    expect((await page('places/items?datetime=1900-01-01T00:00:00Z&limit=5')).features).toHaveLength(5);
    expect((await page('divisions/items?datetime=1900-01-01T00:00:00Z')).features).toEqual([]);
  });

  it('a division that ended is found in its time, not now', async () => {
    await database().query(`update division set valid_from = '2020-01-01', valid_to = '2021-01-01' where id = 5000`);
    const found = async (query: string) =>
      (await walk(`divisions/items?limit=10000${query}`)).features.some(({ id }) => id === 5000);
    expect(await found('')).toBe(false);
    expect(await found('&datetime=2020-06-01T00:00:00Z')).toBe(true);
    expect(await found('&datetime=2021-01-01T00:00:00Z/..')).toBe(false);
    expect(await status('/ogc/collections/divisions/items/5000')).toBe(200);
    await database().query(`update division set valid_to = null where id = 5000`);
  });

  it('properties select by their value', async () => {
    const { features } = await page('cases/items?limit=1');
    const { case_no, category } = features[0]!.properties as { case_no: string; category: string };
    const same = async (path: string, text: string, params: unknown[] = []) =>
      expect(idsOf((await walk(`${path}&limit=1000`)).features)).toEqual(sorted(await sql(text, params)));
    await same(`cases/items?case_no=${case_no}`, 'select id::text as v from cases where case_no = $1::text', [case_no]);
    await same(
      `cases/items?category=${category}&status=handling`,
      `select c.id::text as v from cases c join category g on g.id = c.category_id where g.code = $1::text and c.status = 'handling'`,
      [category],
    );
    await same(
      'cases/items?division=3',
      'select c.id::text as v from cases c join division d on d.id = c.division_id where 3 = any(d.path)',
    );
    await same('divisions/items?level=district', 'select id::text as v from division where level = 2');
    await same('divisions/items?parent=3', 'select id::text as v from division where parent_id = 3');
    const [code] = await sql('select code as v from place order by code limit 1');
    await same(`places/items?code=${code}`, `select cell::text || '-' || n as v from place where code = $1::text`, [
      code,
    ]);
    expect((await page(`divisions/items?code=${encodeURIComponent("'; drop table division; --")}`)).features).toEqual(
      [],
    );
  });

  it('places carry the records that stand on them', async () => {
    const { features } = await walk('places/items?limit=10000');
    const classes = ['government', 'industry', 'supply_chain', 'governance', 'sensing'];
    for (const [i, name] of classes.entries()) {
      const [n] = await sql('select count(*)::int as v from record where cell is not null and class = $1::int', [i]);
      expect(features.reduce((sum, { properties }) => sum + Number(properties[name]), 0)).toBe(n);
    }
    const busiest = features.reduce((a, b) => (Number(a.properties['total']) > Number(b.properties['total']) ? a : b));
    const [cell, n] = String(busiest.id).split('-');
    const [total] = await sql('select count(*)::int as v from record where cell = $1::bigint and n = $2::int', [
      cell,
      n,
    ]);
    expect(busiest.properties['total']).toBe(total);
  });

  it('/req/core/f-success, f-links, /req/geojson/content B: one feature by its id', async () => {
    for (const id of IDS) {
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
      ...IDS.flatMap((id) =>
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
