import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { drainOutbox } from '../db/index.ts';
import { writeUnmatched } from '../geocode/service/index.ts';
import { loadSmallCity, openApp, OPERATOR_TOKEN, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import type * as shapes from './geocodeShapes.ts';

type Geocoded = z.infer<typeof shapes.Geocoded>;

describeOnEngines('addresses over HTTP', (database) => {
  let app: TestApp;
  let place: { id: string; address: string; lng: number; lat: number };
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
    // An address that no other place of the small city has.
    const { rows } = await database().query<typeof place>(
      `select min(coalesce(code, cell || '-' || n)) as id, address, min(st_x(geom)) as lng, min(st_y(geom)) as lat from place
       where address ~ '路 \\d+ 号$' group by address having count(*) = 1 order by address limit 1`,
    );
    place = rows[0]!;
  });
  afterAll(() => app.close());
  const geocode = (q: string, more = '') => app.json<Geocoded>(`/api/geocode?q=${encodeURIComponent(q)}${more}`);

  it('finds an address of the city where it stands, and says in which state of the base', async () => {
    const match = await geocode(place.address);
    expect(match).toMatchObject({ level: 'number', code: place.id, reason: null, demonstration: true });
    expect([match.lng, match.lat]).toEqual([expect.closeTo(place.lng, 6), expect.closeTo(place.lat, 6)]);
    expect(match.baseVersion).toBeGreaterThan(0);
    expect(match.explanation).toBeUndefined();
    expect((await geocode(place.address, '&explain=1')).explanation?.length).toBeGreaterThan(1);
  });

  it('refuses what is no address, with a reason', async () => {
    expect(await geocode('')).toMatchObject({ level: 'none', lng: null, reason: 'empty' });
    expect(await geocode("'; drop table place; --")).toMatchObject({ level: 'none', lng: null, code: null });
  });

  it('answers a batch in its order', async () => {
    const texts = [place.address, '', 'x'.repeat(10_000)];
    const response = await app.app.request('/api/geocode/batch', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ texts }),
    });
    const { items } = (await response.json()) as { items: Geocoded[] };
    expect(items.map(({ code, reason }) => code ?? reason)).toEqual([place.id, 'empty', 'too_long']);
  });

  it('suggests what a start may become', async () => {
    const { items } = await app.json<z.infer<typeof shapes.Suggestions>>(
      `/api/suggest?q=${encodeURIComponent(place.address.slice(0, -2))}`,
    );
    expect(items.map(({ code }) => code)).toContain(place.id);
  });

  it('tells the nearest address of a point, its divisions and its grid', async () => {
    const { lng, lat } = place;
    const found = await app.json<z.infer<typeof shapes.ReverseGeocoded>>(`/api/reverse?lng=${lng + 1e-7}&lat=${lat}`);
    expect(found.nearest?.distanceM).toBeLessThan(0.1);
    expect(found.divisions.map(({ level }) => level)).toEqual(['city', 'district', 'street', 'community', 'grid']);
    expect(found.grid).toEqual(found.divisions.at(-1));
    // GCJ-02 lies some 500 m off: the point itself moves.
    const shifted = await app.json<typeof found>(`/api/reverse?lng=${lng}&lat=${lat}&crs=gcj02`);
    expect(Math.abs(shifted.lng - lng)).toBeGreaterThan(1e-3);
  });

  it.each([
    ['geocode', 'q'],
    ['geocode?q=a&colour=red', 'colour'],
    ['geocode?q=a&division=0', 'division'],
    ['geocode?q=a&division=2000000000', 'division'],
    ['geocode?q=a&explain=yes', 'explain'],
    [`geocode?q=${'x'.repeat(10_001)}`, 'q'],
    ['suggest', 'q'],
    ['suggest?q=a&limit=0', 'limit'],
    ['reverse?lng=1', 'lat'],
    ['reverse?lng=200&lat=1', 'lng'],
    ['reverse?lng=1&lat=0x10', 'lat'],
    ['reverse?lng=1&lat=1&crs=mars', 'crs'],
  ])('names what is wrong in %s', async (path, field) => {
    const response = await app.app.request(`/api/${path}`);
    expect([response.status, await response.json()]).toMatchObject([400, { field }]);
  });

  const correct = (body: unknown, token = OPERATOR_TOKEN) =>
    app.app.request('/api/geocode/aliases', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  /** Until a change has come to the answers: they are renewed behind one. */
  const until = async (q: string, code: string | null) => {
    for (let tries = 0; tries < 100; tries++) {
      const match = await geocode(q);
      if (match.code === code) return match;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`${q} never became ${code ?? 'nothing'}`);
  };

  it('learns a correction, for the text, for others like it, and off the work list', async () => {
    const sample = '老百货大楼';
    const clock = app.runtime.clock();
    await writeUnmatched(database(), clock, 'file:a.csv', [
      { reason: 'unknown_name', key: sample, n: 7, sample },
      { reason: 'unknown_name', key: '别的', n: 9, sample: '别的' },
    ]);
    type Unmatched = z.infer<typeof shapes.Unmatched>;
    const before = await app.json<Unmatched>('/api/geocode/unmatched?reason=unknown_name');
    expect(before.items.map(({ key, n }) => [key, n])).toEqual([
      ['别的', 9],
      [sample, 7],
    ]);
    const { baseVersion, code: unknown } = await geocode(sample);
    expect(unknown).toBeNull();
    expect((await correct({ text: sample, code: place.id })).status).toBe(200);
    await drainOutbox(database());
    const match = await until(sample, place.id);
    expect(match.confidence).toBe(1);
    expect(match.baseVersion).toBeGreaterThan(baseVersion);
    expect((await geocode(` 老百货大樓。`)).code).toBe(place.id);
    const district = /^.+?(区|县|市)/.exec(place.address)![0];
    expect((await geocode(`${district}老百货大楼`)).code).toBe(place.id);
    const after = await app.json<Unmatched>('/api/geocode/unmatched');
    expect(after.items.map(({ key }) => key)).toEqual(['别的']);
    const { items } = await app.json<z.infer<typeof shapes.Aliases>>('/api/geocode/aliases');
    expect(items).toMatchObject([{ text: sample, code: place.id }]);
  });

  it('takes a correction back for another', async () => {
    const { rows } = await database().query<{ code: string }>(
      `select coalesce(code, cell || '-' || n) as code from place where address ~ '号$' and address <> $1::text order by cell limit 1`,
      [place.address],
    );
    expect((await correct({ text: '老百货大楼', code: rows[0]!.code })).status).toBe(200);
    await drainOutbox(database());
    await until('老百货大楼', rows[0]!.code);
  });

  it.each<[string, unknown, string, number, string]>([
    ['a wrong token', { text: 'a', code: 'b' }, 'no', 401, 'Authorization'],
    ['an unknown code', { text: 'a', code: 'no-such' }, OPERATOR_TOKEN, 404, 'code'],
    ['an id of no place', { text: 'a', code: '9999999999999999999-1' }, OPERATOR_TOKEN, 404, 'code'],
    ['no text', { text: ' ', code: 'b' }, OPERATOR_TOKEN, 400, 'text'],
    ['only marks', { text: '。。', code: 'b' }, OPERATOR_TOKEN, 400, 'text'],
    ['NUL', { text: 'a\0', code: 'b' }, OPERATOR_TOKEN, 400, 'text'],
    ['too much', { text: 'a', code: 'b', more: 1 }, OPERATOR_TOKEN, 400, 'more'],
  ])('refuses a correction with %s', async (_what, body, token, status, field) => {
    const response = await correct(body, token);
    expect([response.status, await response.json()]).toMatchObject([status, { field }]);
  });
});
