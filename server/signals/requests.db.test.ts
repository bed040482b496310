import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../db/index.ts';
import { loadSmallCity, openApp, OPERATOR_TOKEN, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { hashToken, parseOutlet, SignalWorker, writeOutlet } from './index.ts';

type Body = string | Uint8Array<ArrayBuffer>;
const TOKEN = 'open sesame';
const MAX_BYTES = 20_000;
const ROWS = 20_000;

describeOnEngines('the bytes of requests', (database) => {
  let app: TestApp;
  let at: [number, number];
  const names = { nameZh: '试', nameEn: 'Trial' };
  const bearer = { kind: 'bearer', tokenSha256: hashToken(TOKEN) };

  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
    const { rows } = await database().query<{ lng: number; lat: number }>(
      'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
    );
    at = [rows[0]!.lng, rows[0]!.lat];
    const mapping = { category: 'data.category', lng: 'data.lng', lat: 'data.lat' };
    const events = { auth: { kind: 'none' }, crs: 'wgs84', mapping };
    await writeOutlet(database(), parseOutlet({ key: 'events', kind: 'cloudevents', ...names, config: events }));
    const rowMapping = { externalId: 'no', category: 'category', lng: '$number(lng)', lat: '$number(lat)' };
    const hotline = { auth: bearer, crs: 'wgs84', mapping: rowMapping, maxBytes: MAX_BYTES };
    await writeOutlet(database(), parseOutlet({ key: 'hotline', kind: 'hotline', ...names, config: hotline }));
    const signed = { ...hotline, auth: { kind: 'hmac', secret: 'a secret of the hotline' } };
    await writeOutlet(database(), parseOutlet({ key: 'signed', kind: 'hotline', ...names, config: signed }));
  });
  afterAll(() => app.close());

  const post = (outlet: string, body: Body | ReadableStream<Uint8Array>, headers: Record<string, string>) =>
    app.app.request(`/api/signals/${outlet}`, { method: 'POST', body, headers, duplex: 'half' });
  const csv = { 'content-type': 'text/csv', authorization: `Bearer ${TOKEN}` };
  const gbk = { ...csv, 'content-type': 'text/csv; charset=gbk' };
  const requestOf = (outlet: string, id: string, token = OPERATOR_TOKEN) =>
    app.app.request(`/api/signals/${outlet}/${encodeURIComponent(id)}/request`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const bytesOf = async (outlet: string, id: string) => {
    const response = await requestOf(outlet, id);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    return [response.headers.get('x-hekan-content-type'), Buffer.from(await response.arrayBuffer()).toString('utf8')];
  };
  const keptParts = async () =>
    (await database().query<{ n: number }>('select count(*)::int as n from signal_request')).rows[0]!.n;
  const event = (id: string) => ({
    specversion: '1.0',
    id,
    source: '/s',
    type: 't',
    data: { category: '06010', lng: at[0], lat: at[1] },
  });
  const structured = 'application/cloudevents+json';
  const binary = (id: string) => ({ 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/s', 'ce-type': 't' });

  it('are those that came: kept beside the signals only where these do not give them back', async () => {
    const { data } = event('x');
    const plain = JSON.stringify(event('plain'));
    const spaced = JSON.stringify(event('spaced'), null, 2);
    const rows: [id: string, type: string, body: string, more: Record<string, string>, kept: number][] = [
      ['plain', structured, plain, {}, 0],
      ['spaced', structured, spaced, {}, 1],
      ['escaped', structured, JSON.stringify(event('escaped')).replace('/s', '\\u002fs'), {}, 1],
      ['data', 'application/json', JSON.stringify(data), binary('data'), 0],
      ['loose', 'application/json', ` ${JSON.stringify(data)}\n`, binary('loose'), 1],
      ['text', 'text/plain', 'on fire', binary('text'), 1],
    ];
    for (const [id, type, body, more, kept] of rows) {
      const before = await keptParts();
      expect((await post('events', body, { 'content-type': type, ...more })).status).toBe(202);
      expect([id, (await keptParts()) - before]).toEqual([id, kept]);
      expect(await bytesOf('events', `/s ${id}`)).toEqual([type, body]);
      // Once more: the signal is known, and what brought it the second time is not kept.
      await post('events', `${body} `, { 'content-type': type, ...more });
      expect([id, (await keptParts()) - before]).toEqual([id, kept]);
    }
  });

  it('are kept once for a batch, and shown to an operator only', async () => {
    const before = await keptParts();
    const batch = JSON.stringify([event('b1'), event('b2'), event('plain')]);
    const type = 'application/cloudevents-batch+json';
    expect((await post('events', batch, { 'content-type': type })).status).toBe(202);
    expect((await keptParts()) - before).toBe(1);
    for (const id of ['/s b1', '/s b2']) expect(await bytesOf('events', id)).toEqual([type, batch]);
    expect((await bytesOf('events', '/s plain'))[0]).toBe(structured);
    expect((await requestOf('events', '/s b1', 'another token')).status).toBe(401);
    expect((await requestOf('events', '/s nobody')).status).toBe(404);
  });

  /** A file in pieces, as it comes over a line; nobody says how long it is. */
  function streamed(text: string | Buffer): ReadableStream<Uint8Array> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    return ReadableStream.from(
      (function* () {
        for (let from = 0; from < bytes.length; from += 65_521)
          yield new Uint8Array(bytes.subarray(from, from + 65_521));
      })(),
    );
  }
  const line = (i: number) => `H-${i},06010,${at[0]},${at[1]},"路面, ${i}"\n`;
  const file = (n: number) => `no,category,lng,lat,text\n${Array.from({ length: n }, (_, i) => line(i)).join('')}`;

  it(
    'of a large file are taken in as they come: one bad line is told of, the others go on',
    { timeout: 240_000 },
    async () => {
      const bad = 'H-bad,06010,1\n';
      const half = file(ROWS / 2);
      const whole = `${half}${bad}${Array.from({ length: ROWS / 2 }, (_, i) => line(ROWS / 2 + i)).join('')}`;
      const response = await post('hotline', streamed(whole), csv);
      expect(response.status).toBe(202);
      const taken = (await response.json()) as { request: string; rejects: string };
      const rejects = `/api/signals/hotline/requests/${taken.request}/rejects`;
      expect(taken).toEqual({ request: taken.request, stored: ROWS, known: 0, rejected: 1, rejects });
      for (const authorization of [csv.authorization, `Bearer ${OPERATOR_TOKEN}`]) {
        const told = await app.app.request(rejects, { headers: { authorization } });
        expect((await told.text()).split('\n')).toEqual([
          'line,reason,field,value,raw',
          expect.stringMatching(new RegExp(`^${ROWS / 2 + 2},[a-z_]+,,,"H-bad,06010,1"$`)),
          '',
        ]);
      }
      expect((await app.app.request(rejects)).status).toBe(401);
      const [type, bytes] = await bytesOf('hotline', 'H-7');
      expect([type, bytes === whole]).toEqual(['text/csv', true]);

      const before = await keptParts();
      const again = (await (await post('hotline', streamed(whole), csv)).json()) as object;
      expect(again).toMatchObject({ stored: 0, known: ROWS, rejected: 1 });
      expect(await keptParts()).toBe(before);
      const worker = new SignalWorker(database(), () => systemClock);
      expect(await worker.once()).toBeGreaterThan(0);
      const { rows } = await database().query<{ n: number }>(
        `select count(*)::int as n from cases where external_id like 'hotline:H-%'`,
      );
      expect(rows[0]!.n).toBeGreaterThan(0);
    },
  );

  it('that are no UTF-8 spoil their line only; GBK is read where it is said', async () => {
    const some = (prefix: string) =>
      Array.from({ length: 1000 }, (_, i) => `${prefix}-${i},06010,${at[0]},${at[1]},x\n`).join('');
    const bytes = Buffer.concat([
      Buffer.from(`no,category,lng,lat,text\n${some('U')}V-1,06010,${at[0]},${at[1]},`),
      Buffer.from([0xc2, 0xb7, 0xc3, 0x0a]), // 路 in GBK and half a letter of UTF-8
      Buffer.from(some('W')),
    ]);
    const taken = await (await post('hotline', streamed(bytes), csv)).json();
    expect(taken).toMatchObject({ stored: 2000, rejected: 1 });
    const chinese = Buffer.concat([
      Buffer.from(`no,category,lng,lat,text\n${some('G')}G-road,06010,${at[0]},${at[1]},`),
      Buffer.from([0xc2, 0xb7, 0x0a]),
    ]);
    expect(await (await post('hotline', streamed(chinese), gbk)).json()).toMatchObject({ stored: 1001, rejected: 0 });
    const { rows } = await database().query<{ raw: string }>(
      `select convert_from(raw, 'UTF8') as raw from signal where external_id = 'G-road'`,
    );
    expect(JSON.parse(rows[0]!.raw)).toMatchObject({ text: '路' });
    const [type, kept] = await bytesOf('hotline', 'G-1');
    expect([type, kept]).toEqual([gbk['content-type'], chinese.toString('utf8')]);
  });

  it('of a small file are one batch, all or nothing, whoever says how long it is', async () => {
    const small = file(3);
    const length = { 'content-length': String(Buffer.byteLength(small)) };
    for (const headers of [csv, { ...csv, ...length }]) {
      const { receipts } = (await (await post('hotline', small, headers)).json()) as { receipts: object[] };
      expect(receipts).toHaveLength(3);
    }
    expect((await post('hotline', `${small}H-bad,06010,1\n`, csv)).status).toBe(400);
  });

  it.each([
    ['without a token', 'hotline', () => file(2000), { 'content-type': 'text/csv' }, 401, 'Authorization'],
    ['of one column', 'hotline', () => `no\n${'x\n'.repeat(MAX_BYTES)}`, csv, 400, 'body'],
    [
      'of no charset',
      'hotline',
      () => file(2000),
      { ...csv, 'content-type': 'text/csv; charset=klingon' },
      400,
      'body',
    ],
    ['of bytes of another', 'hotline', () => Buffer.from([...Buffer.from(file(2000)), 0xff]), gbk, 400, 'body'],
    ['that must be signed as a whole', 'signed', () => file(2000), csv, 413, 'body'],
    [
      'that is JSON',
      'hotline',
      () => JSON.stringify(file(2000)),
      { ...csv, 'content-type': 'application/json' },
      413,
      'body',
    ],
  ] as const)('a large file %s', async (_what, outlet, body, headers, status, field) => {
    const response = await post(outlet, streamed(body()), headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ field });
  });
});
