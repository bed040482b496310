import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../db/index.ts';
import { loadSmallCity, openApp, OPERATOR_TOKEN, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyTally } from '../verify.ts';
import { hashToken, parseOutlet, sign, SignalWorker, writeOutlet } from './index.ts';

type Body = string | Uint8Array<ArrayBuffer>;
const SECRET = 'a secret of the sensors';
const MAPPING = {
  category: 'data.category',
  lng: 'data.lng',
  lat: 'data.lat',
  description: 'data.text',
  at: 'data.at',
};
const names = { nameZh: '传感器', nameEn: 'Sensors' };
const config = { auth: { kind: 'none' as const }, crs: 'wgs84' as const, mapping: MAPPING };

describeOnEngines('the power strip', (database) => {
  let app: TestApp;
  let worker: SignalWorker;
  let at: [number, number];

  const authorization = `Bearer ${OPERATOR_TOKEN}`;
  const post = (path: string, body: Body, headers: Record<string, string> = {}) =>
    app.app.request(`/api/signals/${path}`, {
      method: 'POST',
      body,
      headers: path.endsWith('/mend') ? { authorization, ...headers } : headers,
    });
  const asked = async <T>(path: string) =>
    (await (await app.app.request(`/api/signals/${path}`, { headers: { authorization } })).json()) as T;
  const event = (id: string, data: object) => ({ specversion: '1.0', id, source: '/s', type: 't', data });
  const structured = (outlet: string, id: string, data: object) =>
    post(outlet, JSON.stringify(event(id, data)), { 'content-type': 'application/cloudevents+json' });
  const work = async () => {
    while ((await worker.once()) > 0);
  };
  const stateOf = async (id: string) =>
    (
      await database().query<{ state: string; reason: string | null; case: number | null }>(
        'select state, reason, case_id::int as case from signal where external_id = $1::text',
        [id],
      )
    ).rows[0];
  const plug = (file: object) => writeOutlet(database(), parseOutlet({ ...names, ...file }));

  beforeAll(async () => {
    await loadSmallCity(database());
    // Which would find twins among what other tests send.
    await database().query('delete from duplicate_rule');
    app = await openApp(database());
    worker = new SignalWorker(database(), () => systemClock);
    const { rows } = await database().query<{ lng: number; lat: number }>(
      'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
    );
    at = [rows[0]!.lng, rows[0]!.lat];
    await plug({ key: 'events', kind: 'cloudevents', config, categories: { rubbish: '06010' } });
    await plug({
      key: 'hook',
      kind: 'webhook',
      config: { ...config, auth: { kind: 'hmac', secret: SECRET }, mapping: { ...MAPPING, externalId: 'no' } },
    });
    await plug({
      key: 'hotline',
      kind: 'hotline',
      config: {
        ...config,
        auth: { kind: 'bearer', tokenSha256: hashToken('open sesame') },
        mapping: { externalId: 'no', category: 'category', lng: '$number(lng)', lat: '$number(lat)' },
      },
    });
  });
  afterAll(() => app.close());

  it('takes an event in all three modes, answers with receipts, and makes each a case in its division, once', async () => {
    const data = { category: 'rubbish', lng: at[0], lat: at[1], text: 'bags\u0000 <b>' };
    const first = await structured('events', 'one', data);
    expect(first.status).toBe(202);
    const { receipts } = (await first.json()) as { receipts: { receipt: string; known: boolean }[] };
    const again = (await (await structured('events', 'one', data)).json()) as typeof first & {
      receipts: typeof receipts;
    };
    expect(again.receipts).toEqual([{ ...receipts[0], known: true }]);
    const binary = await post('events', JSON.stringify(data), {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'two',
      'ce-source': '/s',
      'ce-type': 't',
    });
    expect(binary.status).toBe(202);
    const batch = [event('three', data), event('four', data), event('one', data)];
    const many = await post('events', JSON.stringify(batch), { 'content-type': 'application/cloudevents-batch+json' });
    expect(((await many.json()) as { receipts: unknown[] }).receipts).toHaveLength(3);
    await work();
    await work();
    const { rows } = await database().query<{ externalId: string; text: string; steps: number; division: number }>(
      `select external_id as "externalId", description as text, division_id as division,
         (select count(*)::int from step where case_id = c.id) as steps
       from cases c where external_id like 'events:%' order by id`,
    );
    expect(rows.map((row) => row.externalId).sort()).toEqual(
      ['four', 'one', 'three', 'two'].map((id) => `events:/s ${id}`),
    );
    expect(rows.every((row) => row.text === 'bags <b>' && row.steps === 1 && row.division > 0)).toBe(true);
    expect((await verifyTally(database())).different).toBe(0);
    const told = await database().query(`select 1 from outbox where topic = 'case' and body->>'action' = 'report'`);
    expect(told.rows).toHaveLength(4);
  });

  it('lets what lacks something wait with its reason, and takes it on once mended', async () => {
    const here = { category: 'rubbish', lng: at[0], lat: at[1] };
    const lacking: [string, object, RegExp][] = [
      ['no-category', { ...here, category: undefined }, /^no_category$/],
      ['unknown', { ...here, category: 'ufo' }, /^unknown_category: ufo$/],
      ['nowhere', { category: 'rubbish' }, /^no_position$/],
      ['zero', { ...here, lng: 0, lat: 0 }, /^position_zero$/],
      ['swapped', { ...here, lng: at[1], lat: at[0] }, /^position_swapped$/],
      ['abroad', { ...here, lng: 2.35, lat: 48.85 }, /^position_outside_the_city$/],
      ['1900', { ...here, at: '1900-01-01T00:00:00Z' }, /^at_out_of_range/],
      ['2999', { ...here, at: '2999-01-01T00:00:00Z' }, /^at_out_of_range/],
      ['object', { ...here, category: { a: 1 } }, /^category: expected a text or a number/],
    ];
    for (const [id, data] of lacking) expect((await structured('events', id, data)).status).toBe(202);
    await work();
    for (const [id, , reason] of lacking) {
      const found = await stateOf(`/s ${id}`);
      expect(found?.state).toBe('waiting');
      expect(found?.reason).toMatch(reason);
    }
    const { items } = await asked<{ items: { externalId: string; flags: string[] }[] }>('waiting?limit=1000');
    expect(items).toHaveLength(lacking.length);
    const flagsOf = (id: string) => items.find(({ externalId }) => externalId === `/s ${id}`)?.flags;
    expect(['zero', 'swapped', 'abroad', '1900', '2999', 'unknown'].map(flagsOf)).toEqual([
      ['zero'],
      ['swapped'],
      ['outside_city'],
      ['time_odd'],
      ['time_odd'],
      [],
    ]);
    for (const path of ['waiting', 'health']) expect((await app.app.request(`/api/signals/${path}`)).status).toBe(401);
    expect((await post('events/x/mend', '{}', { authorization: 'Bearer x' })).status).toBe(401);
    const path = `events/${encodeURIComponent('/s nowhere')}/mend`;
    expect((await post(path, JSON.stringify({ lng: at[0] }))).status).toBe(400);
    expect((await post(path, JSON.stringify({ lng: at[0], lat: at[1] }))).status).toBe(202);
    await work();
    expect(await stateOf('/s nowhere')).toMatchObject({ state: 'cased', reason: null });
    expect((await post(path, '{}')).status).toBe(409);
    expect((await post('events/none/mend', '{}')).status).toBe(404);
    const health = await asked<{ items: object[] }>('health');
    expect(health.items).toContainEqual(
      expect.objectContaining({
        outlet: 'events',
        waiting: lacking.length - 1,
        lagS: 0,
        flags: { outside_city: 1, swapped: 1, time_odd: 2, zero: 1 },
      }),
    );
  });

  it('lets in who signed in time or holds the token, nobody else', async () => {
    const body = JSON.stringify({ no: 'w1', data: { category: '06010', lng: at[0], lat: at[1] } });
    const now = String(Math.floor(Date.now() / 1000));
    const signed = (timestamp: string, of = body) =>
      post('hook', body, {
        'content-type': 'application/json',
        'x-hekan-timestamp': timestamp,
        'x-hekan-signature': sign(SECRET, timestamp, Buffer.from(of)),
      });
    expect((await signed(now)).status).toBe(202);
    expect((await signed(String(Number(now) - 3600))).status).toBe(401);
    expect((await signed(now, `${body} `)).status).toBe(401);
    expect((await post('hook', body, { 'content-type': 'application/json' })).status).toBe(401);
    const csv = `no,category,lng,lat\nh1,06010,${at[0]},${at[1]}\nh2,06010,,\n`;
    const asCsv = { 'content-type': 'text/csv', authorization: 'Bearer open sesame' };
    expect((await post('hotline', csv, asCsv)).status).toBe(202);
    expect((await post('hotline', csv, { ...asCsv, authorization: 'Bearer sesame' })).status).toBe(401);
    await work();
    expect((await stateOf('w1'))?.state).toBe('cased');
    expect((await stateOf('h1'))?.state).toBe('cased');
    expect((await stateOf('h2'))?.state).toBe('waiting');
  });

  it('refuses what is wrong by its name and takes nothing of it', async () => {
    const count = async () =>
      (await database().query<{ n: number }>('select count(*)::int as n from signal')).rows[0]!.n;
    const before = await count();
    const json = { 'content-type': 'application/cloudevents+json' };
    const wrong: [Body, Record<string, string>, number, string][] = [
      ['x'.repeat(10_000_000), json, 413, 'body'],
      ['['.repeat(100_000), json, 400, 'body'],
      [new Uint8Array([0x7b, 0xff, 0x7d]), json, 400, 'body'],
      ['{}', { 'content-type': 'application/cloudevents+xml' }, 400, 'Content-Type'],
      [JSON.stringify({ ...event('x', {}), specversion: '0.3' }), json, 400, 'specversion'],
      [JSON.stringify({ ...event('x', {}), source: undefined }), json, 400, 'source'],
      [JSON.stringify({ ...event('x', {}), Bad_Name: 1 }), json, 400, 'Bad_Name'],
      [JSON.stringify({ ...event('x', {}), time: 'now' }), json, 400, 'time'],
      ['{}', { 'content-type': 'application/json' }, 400, 'ce-specversion'],
      ['[]', { 'content-type': 'application/cloudevents-batch+json' }, 400, 'body'],
    ];
    for (const [body, headers, status, field] of wrong) {
      const response = await post('events', body, headers);
      expect([response.status, ((await response.json()) as { field: string }).field]).toEqual([status, field]);
    }
    expect((await post('nobody', '{}')).status).toBe(404);
    expect(await count()).toBe(before);
  });

  it('flags a point that would lie in the division it names if it were GCJ-02, and leaves it as it is', async () => {
    const { rows } = await database().query<{ code: string; name: string; lng: number; lat: number }>(
      'select code, name_zh as name, st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
    );
    const { code, lng, lat } = rows[0]!;
    await plug({
      key: 'named',
      kind: 'cloudevents',
      config: { ...config, mapping: { ...MAPPING, division: 'data.division' } },
    });
    // About the offset of GCJ-02 here: docs of the city's coordinates.
    const shifted = { category: '06010', lng: lng + 0.0066, lat: lat + 0.0021 };
    await structured('named', 'honest', { category: '06010', lng, lat, division: code });
    await structured('named', 'shifted', { ...shifted, division: code });
    await structured('named', 'unnamed', shifted);
    await work();
    const found = await database().query<{ id: string; flags: string[] }>(
      `select s.external_id as id, s.flags, st_x(c.geom) as lng from signal s join cases c on c.id = s.case_id
       where s.external_id in ('/s honest', '/s shifted', '/s unnamed') order by 1`,
    );
    expect(found.rows).toEqual([
      { id: '/s honest', flags: [], lng },
      { id: '/s shifted', flags: ['looks_gcj02'], lng: shifted.lng },
      { id: '/s unnamed', flags: [], lng: shifted.lng },
    ]);
  });

  it('flags a point that would stand at the address it gives if it were GCJ-02, and suspects an outlet of many such', async () => {
    const { rows } = await database().query<{ address: string; lng: number; lat: number }>(
      `select address, st_x(geom) as lng, st_y(geom) as lat from place where level = 'number' order by code limit 1`,
    );
    const { address, lng, lat } = rows[0]!;
    await plug({
      key: 'addressed',
      kind: 'cloudevents',
      config: { ...config, mapping: { ...MAPPING, address: 'data.address' } },
    });
    const data = { category: '06010', lng, lat, address };
    const moved = { ...data, lng: lng + 0.0066, lat: lat + 0.0021 };
    const batch = [
      event('there', data),
      // Far from its address, and as far if it were GCJ-02.
      event('elsewhere', { ...data, lat: lat - 0.004 }),
      event('no address', { ...moved, address: undefined }),
      ...Array.from({ length: 12 }, (_, i) => event(`moved ${i}`, moved)),
    ];
    await post('addressed', JSON.stringify(batch), { 'content-type': 'application/cloudevents-batch+json' });
    await work();
    const flagged = await database().query<{ id: string }>(
      `select s.external_id as id from signal s join outlet o on o.id = s.outlet_id
       where o.key = 'addressed' and s.flags = '{looks_gcj02}' order by 1`,
    );
    expect(flagged.rows.map(({ id }) => id)).toEqual(
      Array.from({ length: 12 }, (_, i) => `/s moved ${i}`).sort((a, b) => (a < b ? -1 : 1)),
    );
    const { items } = await asked<{ items: { outlet: string; gcj02: object }[] }>('health');
    const of = (key: string) => items.find(({ outlet }) => outlet === key)!.gcj02;
    expect(of('addressed')).toEqual({ flagged: 12, located: 15, value: 0.8, suspect: true });
    expect(of('named')).toEqual({ flagged: 1, located: 3, value: 1 / 3, suspect: false });
    expect(of('hotline')).toMatchObject({ suspect: false });
  });
});
