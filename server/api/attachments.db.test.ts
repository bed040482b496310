import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import exifr from 'exifr';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { s3Store, sha256Of } from '../cases/index.ts';
import { loadSmallCity, openApp, OPERATOR_TOKEN, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';

/** A photo taken lying on its side, at 123.918186 E, 47.354348 N. */
async function photo(): Promise<Uint8Array<ArrayBuffer>> {
  const exif = {
    IFD0: { Artist: '采集员' },
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '47/1 21/1 1565/100',
      GPSLongitudeRef: 'E',
      GPSLongitude: '123/1 55/1 547/100',
    },
  };
  const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: '#885522' } });
  return new Uint8Array(await picture.jpeg().withExif(exif).withMetadata({ orientation: 6 }).toBuffer());
}

describeOnEngines('attachments', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  const headers = { Authorization: `Bearer ${OPERATOR_TOKEN}` };
  const post = (id: number | string, body: Uint8Array<ArrayBuffer>, query = 'kind=before&actor=c') =>
    app.app.request(`/api/cases/${id}/attachments?${query}`, { method: 'POST', headers, body });

  it('are kept upright and without what the camera put in; its position is offered', async () => {
    const given = await photo();
    expect(await exifr.gps(given)).toMatchObject({ latitude: expect.closeTo(47.354348, 4) as number });
    const answer = await post(1, given);
    expect(answer.status).toBe(201);
    const kept = (await answer.json()) as { sha256: string; position: { lng: number; lat: number } };
    expect(kept).toMatchObject({ kind: 'before', type: 'image/jpeg', width: 40, height: 60, actor: 'c' });
    expect(kept.position.lng).toBeCloseTo(123.918186, 4);
    expect(kept.position.lat).toBeCloseTo(47.354348, 4);
    const file = await app.app.request(`/api/cases/1/attachments/${kept.sha256}`, { headers });
    expect([file.status, file.headers.get('content-type'), file.headers.get('x-content-type-options')]).toEqual([
      200,
      'image/jpeg',
      'nosniff',
    ]);
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(sha256Of(bytes)).toBe(kept.sha256);
    const meta = await sharp(bytes).metadata();
    expect([meta.exif, meta.orientation]).toEqual([undefined, undefined]);
  });

  it('given twice are there once, and belong to their case', async () => {
    const first = (await (await post(2, await photo())).json()) as { sha256: string };
    await post(2, await photo(), 'kind=after&actor=d');
    const list = await app.app.request('/api/cases/2/attachments', { headers });
    expect(await list.json()).toMatchObject({ items: [{ sha256: first.sha256, kind: 'before', actor: 'c' }] });
    expect((await app.app.request(`/api/cases/3/attachments/${first.sha256}`, { headers })).status).toBe(404);
  });

  it('that are none are refused', async () => {
    const text = (words: string) => new Uint8Array(Buffer.from(words));
    const half = (await photo()).slice(0, 300);
    for (const [body, id, query, status, field] of [
      [text('<svg onload="alert(1)"/>'), 1, 'actor=c', 400, 'file'],
      [text(''), 1, 'actor=c', 400, 'file'],
      [half, 1, 'actor=c', 400, 'file'],
      [new Uint8Array(21 * 1024 * 1024), 1, 'actor=c', 413, 'file'],
      [await photo(), 1, 'actor=', 400, 'actor'],
      [await photo(), 1, 'actor=c&kind=selfie', 400, 'kind'],
      [await photo(), 'x', 'actor=c', 400, 'id'],
      [await photo(), 999_999_999, 'actor=c', 404, 'id'],
    ] as const) {
      const answer = await post(id, body, query);
      expect([answer.status, await answer.json()]).toMatchObject([status, { field }]);
    }
    expect((await app.app.request('/api/cases/1/attachments')).status).toBe(401);
    const wrong = `/api/cases/1/attachments/${encodeURIComponent('../../etc/passwd')}`;
    expect((await app.app.request(wrong, { headers })).status).toBe(404);
  });
});

/** What an S3-compatible store does with PUT and GET, and no more. */
async function startStore() {
  const objects = new Map<string, Buffer>();
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push(request);
      const signed = /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/local\/s3\/aws4_request, /.test(
        request.headers.authorization ?? '',
      );
      if (!signed) return void response.writeHead(403).end();
      if (request.method === 'PUT') objects.set(request.url!, Buffer.concat(parts));
      const found = objects.get(request.url!);
      if (found) response.writeHead(200).end(request.method === 'GET' ? found : undefined);
      else response.writeHead(404).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    stop: () => server.close(),
  };
}

it('an S3-compatible store takes and gives signed', async () => {
  const { endpoint, objects, stop } = await startStore();
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret', region: 'local' };
  const store = s3Store({ endpoint, bucket: 'city', ...keys });
  const bytes = new Uint8Array([1, 2, 3]);
  const sha256 = sha256Of(bytes);
  await store.put(sha256, bytes, 'image/png');
  expect([...objects.keys()]).toEqual([`/city/${sha256}`]);
  expect(await store.get(sha256)).toEqual(bytes);
  expect(await store.get('0'.repeat(64))).toBeNull();
  const stranger = s3Store({ endpoint, bucket: 'city', ...keys, accessKeyId: 'other' });
  await expect(stranger.put(sha256, bytes, 'image/png')).rejects.toThrow(/answered 403/);
  stop();
});
