import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { fetchPage, idsOf, sorted, valuesOf, walkPages } from '../testing/ogc.ts';

/** Part of the demonstration city's middle. */
const BBOX = '123.9,47.3,124,47.4';
const INSIDE = 'st_x(geom) between 123.9 and 124 and st_y(geom) between 47.3 and 47.4';

describeOnEngines('OGC API – Features: which features', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());
  const page = (path: string) => fetchPage(app, path);
  const sql = (text: string, params?: unknown[]) => valuesOf(database(), text, params);
  const status = async (path: string) => (await app.app.request(path)).status;
  const walk = (path: string) => walkPages(app, path);

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
    const wider = '123.8,47.2,124.1,47.5';
    for (const [path, told] of [
      [`cases/items?bbox=${BBOX}&status=handling`, true],
      [`places/items?bbox=123.9,47.3,123.95,47.4`, true],
      ['divisions/items?level=grid', true],
      ['cases/items?case_no=none', true],
      // More than counting is worth: more than 1,000 of them, each to be looked at.
      [`cases/items?bbox=${wider}`, false],
      [`places/items?bbox=${wider}`, false],
    ] as const) {
      const matched = (await walk(`${path}&limit=1000`)).features.length;
      expect([path, (await page(`${path}&limit=2`)).numberMatched]).toEqual([path, told ? matched : undefined]);
      if (!told) expect(matched).toBeGreaterThan(1000);
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
});
