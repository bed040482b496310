import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { makeVillages, takeAddresses, visitTo } from '../imports/collectionFixtures.ts';
import { drainOutbox, fixedClock } from '../db/index.ts';
import { scratch } from '../imports/fixtures.ts';
import { recordRunner } from '../imports/recordFixtures.ts';
import { rematchRecords } from '../records/index.ts';
import { COLLECTOR_TOKEN, openApp, OPERATOR_TOKEN, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import type * as shapes from './collectionShapes.ts';
import type * as geocodeShapes from './geocodeShapes.ts';

type Results = z.infer<typeof shapes.VisitResults>;
type Proposals = z.infer<typeof shapes.Proposals>;
type Addresses = z.infer<typeof shapes.Addresses>;
type Geocoded = z.infer<typeof geocodeShapes.Geocoded>;

const NOW = new Date('2025-11-23T12:00:00+08:00');
const BY = { reviewer: '赵审', reason: '核对照片' };
const files = scratch();

describeOnEngines('field collection over HTTP', (database) => {
  let app: TestApp;
  const { run, exact } = recordRunner(database, files);
  beforeAll(async () => {
    await makeVillages(database(), 6);
    const map = { name: 'letters', columns: { key: 'id', address: 'address', day: 'day' } };
    // Two records on A-1, one that waits for a door that nobody has brought yet.
    const rows = ['a,西城区中华路4号', 'b,西城区中华路4号', 'c,西城区建设大街8号'].map((row) => `${row},2024-01-02\n`);
    await run(files.write('r.csv', `id,address,day\n${rows.join('')}`), {}, map);
    await drainOutbox(database());
    app = await openApp(database(), fixedClock(NOW));
  });
  afterAll(() => app.close());

  const send = (path: string, body: unknown, token = OPERATOR_TOKEN) =>
    app.app.request(`/api/collection/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const bring = async (...visits: unknown[]) => {
    const response = await send('visits', { visits }, COLLECTOR_TOKEN);
    expect(response.status).toBe(200);
    return ((await response.json()) as Results).items;
  };
  /** Brings a visit with one correction, and gives the id of its proposal. */
  const propose = async (address: string, corrections: object): Promise<number> => {
    const { rows } = await database().query<{ version: number }>('select version from place where code = $1::text', [
      address,
    ]);
    const [result] = await bring(visitTo(address, { corrections, baseVersion: rows[0]!.version }));
    if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
    return result.proposals[0]!;
  };
  const accept = async (id: number, more: object = {}) => {
    const response = await send(`proposals/${id}/accept`, { ...BY, ...more });
    const answer = (await response.json()) as Record<string, unknown>;
    await drainOutbox(database());
    return [response.status, answer] as const;
  };
  const geocode = (q: string) => app.json<Geocoded>(`/api/geocode?q=${encodeURIComponent(q)}`);
  const until = async (q: string, code: string | null) => {
    for (let tries = 0; tries < 100; tries++) {
      const match = await geocode(q);
      if (match.code === code) return match;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`${q} never became ${code ?? 'nothing'}`);
  };

  it('puts a new address before a reviewer, and then on the map: what waited for it goes there', async () => {
    expect((await geocode('建设大街8号')).code).toBeNull();
    const proposed = { text: '西城区建设大街8号', position: { lng: 123.8566, lat: 47.3621, crs: 'gcj02' } };
    const first = visitTo('', { address: undefined, proposed, counts: { people: 2 } });
    const [result] = await bring(
      first,
      visitTo(first.id, { visitedAt: '2025-11-21T08:00:00+08:00', counts: { people: 4 } }),
    );
    if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
    const { items } = await app.json<Proposals>('/api/collection/proposals');
    expect(items).toMatchObject([{ kind: 'new', text: '西城区建设大街8号', collector: '王采', current: null }]);
    expect((await geocode('建设大街8号')).code).toBeNull();
    expect(await accept(items[0]!.id, { code: 'N-8' })).toMatchObject([200, { state: 'accepted', address: 'N-8' }]);
    const match = await until('建设大街8号', 'N-8');
    // It came as GCJ-02, which lies some 500 m off here.
    expect(Math.abs(match.lng! - 123.8566)).toBeGreaterThan(1e-3);
    const near = await app.json<z.infer<typeof geocodeShapes.ReverseGeocoded>>(
      `/api/reverse?lng=${match.lng}&lat=${match.lat}&attributes=1`,
    );
    expect(near.nearest).toMatchObject({ code: 'N-8', attributes: { people: 4 } });
    expect(await rematchRecords(database())).toEqual({ looked: 1, located: 1 });
    // The device goes on using the id that it made.
    const [again] = await bring(
      visitTo(first.id, { baseVersion: 1, counts: { people: 5 }, visitedAt: '2025-11-22T08:00:00+08:00' }),
    );
    expect(again).toMatchObject({ status: 'accepted', address: 'N-8', counted: true });
    expect(await exact()).toBe(0);
  });

  it('moves an address with the records on it', async () => {
    const id = await propose('A-1', { position: { lng: 123.93, lat: 47.36, crs: 'wgs84' } });
    expect(await accept(id)).toMatchObject([200, { address: 'A-1', version: 2 }]);
    const { rows } = await database().query<{ n: number; community: string }>(
      `select count(r.key)::int as n, min(d.code) as community from place p join record r on r.cell = p.cell and r.n = p.n
         join division d on d.id = p.division_id where p.code = 'A-1'`,
    );
    expect(rows).toEqual([{ n: 2, community: '230202001002' }]);
    expect(await exact()).toBe(0);
    await expect.poll(async () => (await geocode('中华路4号')).lng, { timeout: 10_000 }).toBeCloseTo(123.93, 5);
  });

  it('renames, names and retires', async () => {
    await accept(await propose('A-2', { text: '西城区解放路3号' }));
    await until('解放路3号', 'A-2');
    expect((await geocode('中华路6号')).code).toBeNull();
    await accept(await propose('A-2', { alias: '西城区旧街77号' }));
    await until('旧街77号', 'A-2');
    expect((await geocode('解放路3号')).code).toBe('A-2');
    await accept(await propose('A-2', { name: '老百货大楼' }));
    await until('老百货大楼', 'A-2');
    await accept(await propose('A-2', { retire: true }));
    await until('解放路3号', null);
    const near = await app.json<z.infer<typeof geocodeShapes.ReverseGeocoded>>('/api/reverse?lng=123.812&lat=47.35');
    expect(near.nearest?.code).not.toBe('A-2');
    const [visit] = await bring(visitTo('A-2', { counts: { people: 1 } }));
    expect(visit).toMatchObject({ status: 'conflict', current: { address: 'A-2', text: '西城区解放路3号' } });
  });

  it('takes the word of one reviewer', async () => {
    const id = await propose('A-3', { text: '西城区解放路5号' });
    const both = await Promise.all([
      send(`proposals/${id}/accept`, BY),
      send(`proposals/${id}/reject`, { ...BY, reviewer: '钱审' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const lost = both.find(({ status }) => status === 409)!;
    expect(await lost.json()).toMatchObject({ field: expect.any(String) as string });
    expect((await send(`proposals/${id}/reject`, BY)).status).toBe(409);
    const done = [
      ...(await app.json<Proposals>('/api/collection/proposals?state=accepted')).items,
      ...(await app.json<Proposals>('/api/collection/proposals?state=rejected')).items,
    ];
    expect(done.filter((one) => one.id === id)).toHaveLength(1);
  });

  it('leaves the base as it is where a proposal is rejected, or the address is another than the reviewer saw', async () => {
    const id = await propose('A-4', { text: '西城区解放路9号' });
    expect(await accept(id, { version: 77 })).toMatchObject([409, { field: 'version', given: '77' }]);
    expect(await accept(id, { code: 'X' })).toMatchObject([400, { field: 'code', given: 'X' }]);
    expect((await send(`proposals/${id}/reject`, BY)).status).toBe(200);
    const { rows } = await database().query("select address, version from place where code = 'A-4'");
    expect(rows).toEqual([{ address: '西城区中华路10号', version: 1 }]);
  });

  it('gives a device its addresses, and then those that changed', async () => {
    const { rows } = await database().query<{ id: number }>("select id from division where code = '230202001001'");
    const path = `/api/collection/addresses?division=${rows[0]!.id}`;
    const all = await app.json<Addresses>(path);
    expect(all.items.map(({ address }) => address).sort()).toEqual(['A-0', 'A-2', 'A-3', 'A-4', 'A-5', 'N-8']);
    const paged: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Addresses = await app.json(`${path}&limit=2${next && `&after=${next}`}`);
      paged.push(...page.items.map(({ address }) => address));
      next = page.next;
    }
    expect(paged).toEqual(all.items.map(({ address }) => address));
    await database().query("update place set changed_at = now() - interval '1 hour'");
    await bring(visitTo('A-5', { counts: { houses: 7 } }));
    const since = await app.json<Addresses>(`${path}&changedSince=${all.syncedAt}`);
    expect(since.items).toMatchObject([{ address: 'A-5', houses: 7, version: 2 }]);
  });

  it('is told of a conflict where an import came between, and keeps its visits where an import moves an address', async () => {
    await bring(visitTo('B-4', { counts: { people: 3 } }));
    await takeAddresses(database(), ['B-4,西城区光明路10号,123.915,47.351,9']);
    const { rows } = await database().query(
      "select version, people, visited_at as visited from place where code = 'B-4'",
    );
    // Once by the visit, once by the import.
    expect(rows).toEqual([{ version: 3, people: 9, visited: new Date('2025-11-20T10:00:00+08:00') }]);
    const late = visitTo('B-4', { baseVersion: 2, counts: { people: 4 }, visitedAt: '2025-11-22T10:00:00+08:00' });
    expect((await bring(late))[0]).toMatchObject({
      status: 'conflict',
      field: 'baseVersion',
      current: { people: 9, version: 3 },
    });
    expect((await bring({ ...late, baseVersion: 3 }))[0]).toMatchObject({ status: 'accepted', version: 4 });
  });

  it('keeps the history of an address', async () => {
    await bring(
      visitTo('B-5', { outcome: 'nobody' }),
      visitTo('B-5', { visitedAt: '2025-11-22T10:00:00+08:00', counts: { people: 6 } }),
    );
    const path = '/api/collection/visits?address=B-5';
    const { items } = await app.json<z.infer<typeof shapes.Visits>>(path);
    expect(items.map(({ outcome, people }) => [outcome, people])).toEqual([
      ['visited', 6],
      ['nobody', null],
    ]);
    const rest = await app.json<z.infer<typeof shapes.Visits>>(`${path}&after=${items[0]!.id}`);
    expect(rest.items.map(({ id }) => id)).toEqual([items[1]!.id]);
  });

  it.each<[string, string, unknown, string, number, string]>([
    ['no token', 'visits', { visits: [] }, 'no', 401, 'Authorization'],
    ["a reviewer's word from a collector", 'proposals/1/accept', BY, COLLECTOR_TOKEN, 401, 'Authorization'],
    ['no visits', 'visits', { visits: [] }, COLLECTOR_TOKEN, 400, 'visits'],
    ['too many', 'visits', { visits: Array.from({ length: 201 }, () => 1) }, COLLECTOR_TOKEN, 400, 'visits'],
    ['an unknown proposal', 'proposals/999999/accept', BY, OPERATOR_TOKEN, 404, 'id'],
    ['no reason', 'proposals/1/reject', { reviewer: 'a' }, OPERATOR_TOKEN, 400, 'reason'],
  ])('refuses %s', async (_what, path, body, token, status, field) => {
    const response = await send(path, body, token);
    expect([response.status, await response.json()]).toMatchObject([status, { field }]);
  });

  it.each([
    ['addresses', 400, 'division'],
    ['addresses?division=999999', 404, 'division'],
    ['addresses?division=1&after=9999999999999999999-1', 400, 'after'],
    ['addresses?division=1&changedSince=yesterday', 400, 'changedSince'],
    ['visits', 400, 'address'],
    ['visits?address=A&after=x', 400, 'after'],
    ['proposals?state=lost', 400, 'state'],
  ])('names what is wrong in %s', async (path, status, field) => {
    const headers = { authorization: `Bearer ${COLLECTOR_TOKEN}` };
    const response = await app.app.request(`/api/collection/${path}`, { headers });
    expect([response.status, await response.json()]).toMatchObject([status, { field }]);
  });
});
