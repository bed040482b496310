import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actOnCase } from '../cases/index.ts';
import { systemClock } from '../db/index.ts';
import { parseOutlet, SignalWorker, writeOutlet } from '../signals/index.ts';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { FORM, KEY, OUTLET, REQUEST_FIELDS, WRONG_GETS } from './fixtures.ts';

describeOnEngines('Open311 GeoReport v2', (database) => {
  let app: TestApp;
  let worker: SignalWorker;
  let at: [number, number];
  const xml = new XMLParser({
    parseTagValue: false,
    isArray: (name) => ['service', 'request', 'attribute', 'error'].includes(name),
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    app.app.request(`/open311/v2/${path}`, { headers });
  const json = async (path: string) => {
    const response = await get(path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    return (await response.json()) as Record<string, unknown>[];
  };
  const post = (fields: Record<string, string> | string, ending = 'json', type = FORM) =>
    app.app.request(`/open311/v2/requests.${ending}`, {
      method: 'POST',
      body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      headers: { 'content-type': type },
    });
  const file = async (fields: Record<string, string>) => {
    const response = await post({ api_key: KEY, service_code: 'a.b/c', ...fields });
    expect([response.status, response.ok ? '' : await response.clone().text()]).toEqual([200, '']);
    return ((await response.json()) as { token: string }[])[0]!.token;
  };
  const work = async () => {
    while ((await worker.once()) > 0);
  };
  const idOf = async (token: string) => (await json(`tokens/${token}.json`))[0]!['service_request_id'] as string | null;

  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database(), systemClock);
    worker = new SignalWorker(database(), () => systemClock);
    const { rows } = await database().query<{ lng: number; lat: number }>(
      'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
    );
    at = [rows[0]!.lng, rows[0]!.lat];
    await writeOutlet(database(), parseOutlet(OUTLET));
  });
  afterAll(() => app.close());

  it('tells where it is and what it offers, field by field, in both formats', async () => {
    const discovery = (await (await get('discovery.json')).json()) as Record<string, unknown>;
    const changeset = discovery['changeset'];
    expect(discovery).toEqual({
      changeset: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      contact: 'help@heting.example',
      key_service: 'https://heting.example/keys',
      endpoints: [
        {
          specification: 'http://wiki.open311.org/GeoReport_v2',
          url: 'http://localhost/open311/v2',
          changeset,
          type: 'test',
          formats: ['text/xml', 'application/json'],
        },
      ],
    });
    const [first, second] = await json('services.json');
    expect(first).toEqual({
      service_code: '001',
      service_name: 'Exposed rubbish',
      description: 'Bags & <cans> left out',
      metadata: true,
      type: 'batch',
      keywords: 'bags, cans',
      group: 'City appearance',
    });
    expect(second).toMatchObject({ service_code: 'a.b/c', description: null, metadata: false, keywords: '' });
    const response = await get('services.xml');
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<services><service><service_code>001</);
    expect((xml.parse(text) as { services: { service: object[] } }).services.service[0]).toEqual({
      ...first,
      metadata: 'true',
    });
    const definition = (await (await get('services/001.json')).json()) as { attributes: object[] };
    expect(definition.attributes[1]).toEqual({
      variable: true,
      code: 'BAGS',
      datatype: 'number',
      required: true,
      datatype_description: 'a number',
      order: 2,
      description: 'How many?',
      values: [],
    });
    expect(definition.attributes[3]).toMatchObject({
      datatype: 'singlevaluelist',
      required: false,
      values: [{ key: 'h', name: 'household' }, {}],
    });
    expect(await (await get('services/001.xml')).text()).toContain(
      '<service_definition><service_code>001</service_code><attributes><attribute><variable>false</variable><code>HINT</code>',
    );
    expect((await json('services/a.b%2Fc.json')) as unknown).toEqual({ service_code: 'a.b/c', attributes: [] });
  });

  it('chooses the format by the ending, else by Accept, else XML', async () => {
    const type = async (path: string, accept?: string) =>
      (await get(path, accept === undefined ? {} : { accept })).headers.get('content-type')?.split(';')[0];
    expect(await type('services')).toBe('text/xml');
    expect(await type('services', 'application/json')).toBe('application/json');
    expect(await type('services', 'text/html,application/xml;q=0.9')).toBe('text/xml');
    expect(await type('services.xml', 'application/json')).toBe('text/xml');
    expect(await type('nothing.json')).toBe('application/json');
  });

  it('takes a request, answers with a token, and follows it to its closing', async () => {
    const fields = {
      api_key: KEY,
      jurisdiction_id: 'heting.example',
      service_code: '001',
      lat: String(at[1]),
      long: String(at[0]),
      address_string: 'by the bridge',
      email: 'wang@example.com',
      device_id: 'd1',
      account_id: '42',
      first_name: 'Mei',
      last_name: 'Wang',
      phone: '13800000000',
      description: 'two lines\nof <text> 垃圾',
      media_url: 'https://example.com/1.jpg',
      'attribute[BAGS]': '3',
      'attribute[KIND]': 'h',
      'attribute[NAME]': 'Wang Mei',
    };
    const body = `${new URLSearchParams(fields).toString()}&attribute[SMELL][]=1&attribute[SMELL][]=2`;
    const answer = (await (await post(body)).json()) as { token: string }[];
    expect(answer).toEqual([
      { token: expect.any(String) as string, service_notice: 'It is taken away within a day.', account_id: '42' },
    ]);
    const token = answer[0]!.token;
    expect(await (await post(body, 'xml')).text()).toContain(`<service_requests><request><token>${token}</token>`);
    expect(await json(`tokens/${token}.json`)).toEqual([{ service_request_id: null, token }]);
    await work();
    const id = (await idOf(token))!;
    const [request] = await json(`requests/${id}.json`);
    expect(Object.keys(request!)).toEqual(REQUEST_FIELDS);
    expect(request).toMatchObject({
      service_request_id: id,
      status: 'open',
      status_notes: 'Reported, not yet accepted',
      service_name: 'Exposed rubbish',
      service_code: '001',
      description: 'two lines\nof <text> 垃圾\nHow many? 3\nWhat kind? household\nWhat of? fish, paint',
      agency_responsible: 'Sanitation',
      service_notice: 'It is taken away within a day.',
      expected_datetime: null,
      address: 'by the bridge',
      lat: at[1],
      long: at[0],
      media_url: null,
    });
    expect(request!['requested_datetime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const { rows } = await database().query<{ case: string; raw: string }>(
      `select row_to_json(c)::text || (select json_agg(s)::text from step s where s.case_id = c.id) as case,
         convert_from(g.raw, 'UTF8') as raw from cases c join signal g on g.case_id = c.id where c.id = $1::bigint`,
      [id],
    );
    for (const personal of ['wang@example.com', '13800000000', 'Mei', '1.jpg'])
      expect([rows[0]!.case.includes(personal), rows[0]!.raw.includes(personal)]).toEqual([false, true]);
    expect(rows[0]!.raw).not.toContain(KEY);

    const act = { actor: 'x', note: null };
    const db = database();
    await actOnCase(db, systemClock, Number(id), { ...act, action: 'accept', role: 'operator' });
    await actOnCase(db, systemClock, Number(id), { ...act, action: 'file', role: 'shift_lead' });
    const [filed] = await json(`requests/${id}.json`);
    expect(filed!['expected_datetime']).toMatch(/Z$/);
    const rest = [
      ['dispatch', 'dispatcher'],
      ['feed_back', 'department'],
      ['send_to_check', 'operator'],
      ['check_passed', 'collector'],
      ['close', 'shift_lead'],
    ] as const;
    for (const [action, role] of rest) await actOnCase(db, systemClock, Number(id), { ...act, action, role });
    const parsed = xml.parse(await (await get(`requests/${id}.xml`)).text()) as {
      service_requests: { request: Record<string, string>[] };
    };
    expect(parsed.service_requests.request[0]).toMatchObject({
      status: 'closed',
      status_notes: 'Handled, checked and closed',
      zipcode: '',
      lat: String(at[1]),
    });
  });

  it('lists requests by id, service, status and time, newest first', async () => {
    const near = (n: number) => ({ lat: String(at[1]), long: String(at[0]), description: `road ${n}` });
    const tokens = [await file(near(1)), await file(near(2))];
    await work();
    const ids = await Promise.all(tokens.map(idOf));
    const list = async (query: string) =>
      (await json(`requests.json?${query}`)).map((one) => one['service_request_id']);
    expect((await list(`service_request_id=${ids.join(',')},9999999,x&status=closed`)).sort()).toEqual([...ids].sort());
    expect((await list('service_code=a.b/c')).sort()).toEqual([...ids].sort());
    expect(await list('service_code=nothing')).toEqual([]);
    expect(await list('status=closed')).toHaveLength(1);
    expect(await list('status=open,closed&service_code=001,a.b/c')).toHaveLength(3);
    expect(await list('start_date=2010-01-01T00:00:00Z')).toEqual([]);
    expect(await list('end_date=2010-01-01T00:00:00Z')).toEqual([]);
    // A plus that nobody encoded.
    expect(await list('start_date=2010-01-01T00:00:00+08:00&end_date=2010-03-01T00:00:00+08:00')).toEqual([]);
    const times = (await json('requests.json')).map((one) => one['requested_datetime'] as string);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('puts an address on the map where the geocoder is sure, else it waits', async () => {
    const { rows } = await database().query<{ code: string; lng: number; lat: number }>(
      'select code, st_x(geom) as lng, st_y(geom) as lat from place where code is not null order by code limit 1',
    );
    const tokens = [await file({ address_string: 'nowhere in particular' })];
    if (rows[0]) tokens.push(await file({ address_id: rows[0].code }));
    await work();
    expect(await idOf(tokens[0]!)).toBeNull();
    const { rows: waiting } = await database().query<{ reason: string }>(
      `select reason from signal where receipt = $1::uuid and state = 'waiting'`,
      [tokens[0]],
    );
    expect(waiting[0]?.reason).toMatch(/^address_not_sure: /);
    if (!rows[0]) return;
    const [request] = await json(`requests/${await idOf(tokens[1]!)}.json`);
    expect([request!['long'], request!['lat']]).toEqual([rows[0].lng, rows[0].lat]);
  });

  it('refuses what is wrong, by the status and the words of the standard', async () => {
    const right = { api_key: KEY, service_code: '001', lat: '47', long: '123', 'attribute[BAGS]': '1' };
    const without = (name: string) => Object.fromEntries(Object.entries(right).filter(([key]) => key !== name));
    const wrong: [Record<string, string> | string, number, RegExp, string?][] = [
      [without('api_key'), 403, /api_key was not provided/],
      [{ ...right, api_key: 'x' }, 403, /Invalid api_key/],
      [without('service_code'), 400, /^service_code/],
      [{ ...right, service_code: '999' }, 404, /service_code 999 not found/],
      [{ ...right, jurisdiction_id: 'elsewhere' }, 404, /jurisdiction_id elsewhere not found/],
      [without('lat'), 400, /^lat/],
      [{ ...right, lat: '91' }, 400, /^lat/],
      [{ ...right, long: 'east' }, 400, /^long/],
      [{ api_key: KEY, service_code: '001', lat: '', long: '' }, 400, /address_string/],
      [without('attribute[BAGS]'), 400, /attribute\[BAGS\].*required/],
      [{ ...right, 'attribute[BAGS]': 'many' }, 400, /a number/],
      [{ ...right, 'attribute[KIND]': 'x' }, 400, /of h, b/],
      [{ ...right, 'attribute[SEEN]': 'yesterday' }, 400, /attribute\[SEEN\]/],
      [{ ...right, 'attribute[OTHER]': '1' }, 400, /attribute\[OTHER\]/],
      [{ ...right, 'attribute[HINT]': '1' }, 400, /attribute\[HINT\]/],
      [{ ...right, description: 'x'.repeat(4001) }, 400, /^description/],
      [{ ...right, description: 'a\0b' }, 400, /NUL/],
      [{ ...right, media_url: 'javascript:alert(1)' }, 400, /^media_url/],
      ['service_code=%B5%C0%C2%B7', 400, /UTF-8/],
      ['x'.repeat(10_000_000), 400, /more than/],
      ['{}', 400, /^Content-Type/, 'application/json'],
      ['<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><a>&c;</a>', 400, /^Content-Type/, 'text/xml'],
      ['a=1', 400, /charset/, 'application/x-www-form-urlencoded; charset=gbk'],
    ];
    for (const [fields, status, words, type] of wrong) {
      const response = await post(fields, 'json', type ?? FORM);
      const errors = (await response.json()) as { code: number; description: string }[];
      expect(errors).toEqual([{ code: status, description: expect.stringMatching(words) as string }]);
      expect(response.status).toBe(status);
    }
    for (const [path, status] of WRONG_GETS) expect([path, (await get(path)).status]).toEqual([path, status]);
    expect(await (await get('services/999.xml')).text()).toMatch(
      /<errors><error><code>404<\/code><description>service_code 999 not found<\/description><\/error><\/errors>/,
    );
    expect((await app.app.request('/api/signals/citizens', { method: 'POST', body: '{}' })).status).toBe(401);
  });

  it('asks which jurisdiction where there are several', async () => {
    const { categories } = OUTLET;
    await writeOutlet(
      database(),
      parseOutlet({
        ...OUTLET,
        key: 'others',
        config: { ...OUTLET.config, open311: { jurisdictionId: 'b' } },
        categories,
      }),
    );
    const fresh = await openApp(database(), systemClock);
    const status = async (query: string) => (await fresh.app.request(`/open311/v2/services.json${query}`)).status;
    expect([await status(''), await status('?jurisdiction_id=b'), await status('?jurisdiction_id=c')]).toEqual([
      400, 200, 404,
    ]);
    await fresh.close();
  });
});
