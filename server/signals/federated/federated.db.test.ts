import { createServer, type Server } from 'node:http';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CaseDetail } from '../../api/shapes.ts';
import { actOnCase, folderStore, listAttachments, TALLY_BASES, verifyLog } from '../../cases/index.ts';
import { fixedClock, systemClock } from '../../db/index.ts';
import { signLetter, type Letter } from '../../live/index.ts';
import { loadSmallCity, openApp, OPERATOR_TOKEN, TEST_UNTIL, type TestApp } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { verifyTally } from '../../verify.ts';
import { parseOutlet, SignalWorker, writeOutlet } from '../index.ts';
import { platformOutlet } from './fixtures.ts';
import { applyUpdates, deliverLetters, fetchPhotos, retryLetters } from './index.ts';

const SECRET = Buffer.alloc(32, 7);
const clock = fixedClock(TEST_UNTIL);

interface Conflict {
  id: number;
  case: string;
  reason: string;
  sequence: number | null;
}

describeOnEngines('a case that another platform runs', (database) => {
  let app: TestApp;
  let worker: SignalWorker;
  let at: [number, number];
  let platform: Server;
  let url: string;
  let letters: { letter: Letter; signed: boolean }[] = [];
  let answer: (letter: Letter) => number = () => 204;
  let photo: Buffer;
  let n = 0;

  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
    worker = new SignalWorker(database(), () => systemClock);
    const { rows } = await database().query<{ lng: number; lat: number }>(
      'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
    );
    at = [rows[0]!.lng, rows[0]!.lat];
    photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#456' } })
      .jpeg()
      .toBuffer();
    platform = createServer((request, response) => {
      if (request.method === 'GET') return void response.writeHead(request.url === '/a.jpg' ? 200 : 503).end(photo);
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = request.headers;
        const letter = JSON.parse(body) as Letter;
        letters.push({ letter, signed: signature === signLetter(SECRET, String(id), Number(seconds), body) });
        response.writeHead(answer(letter)).end();
      });
    });
    await new Promise<void>((done) => platform.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
    await writeOutlet(database(), parseOutlet(platformOutlet(url, SECRET)));
  });
  beforeEach(() => {
    letters = [];
    answer = () => 204;
  });
  afterAll(async () => {
    await app.close();
    platform.close();
  });

  const post = async (body: object) => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await app.app.request('/api/signals/line', init);
    expect(response.status).toBe(202);
    return (await response.json()) as { receipts: { receipt: string; known: boolean }[] };
  };
  const apply = async (now = new Date()) => {
    while ((await worker.once()) > 0);
    await applyUpdates(database(), clock, now);
  };
  /** A new case of the platform. @returns its id there, and here. */
  async function report() {
    const no = `T${++n}`;
    await post({ no, category: '06010', lng: at[0] + n * 0.002, lat: at[1] });
    await apply();
    const { rows } = await database().query<{ id: number }>(
      'select case_id::int as id from signal where external_id = $1::text',
      [no],
    );
    return { no, id: rows[0]!.id };
  }
  const detail = (id: number) => app.json<CaseDetail>(`/api/cases/${id}`);
  const operator = { Authorization: `Bearer ${OPERATOR_TOKEN}` };
  async function conflicts(no: string): Promise<Conflict[]> {
    const response = await app.app.request('/api/signals/conflicts?limit=1000', { headers: operator });
    return ((await response.json()) as { items: Conflict[] }).items.filter((one) => one.case === no);
  }
  const resolve = (id: number, body: object, headers: Record<string, string> = operator) =>
    app.app.request(`/api/signals/conflicts/${id}/resolve`, { method: 'POST', headers, body: JSON.stringify(body) });
  const drain = () => deliverLetters(database(), () => new Date(Date.now() + 1000));

  it('is sent out, signed, with all that there is to know; what is done to it here follows', async () => {
    const { no, id } = await report();
    expect(await drain()).toBe(1);
    await actOnCase(database(), clock, id, { action: 'urge', role: 'supervisor', actor: '督办', note: '请尽快' });
    expect(await drain()).toBe(1);
    expect(letters.map(({ signed, letter: { type } }) => [type, signed])).toEqual([
      ['city.hekan.case.dispatch', true],
      ['city.hekan.case.urge', true],
    ]);
    const { caseNo } = await detail(id);
    expect(letters[0]?.letter.data).toMatchObject({ caseNo, externalId: no, category: { code: '06010' } });
    expect(letters[1]?.letter.data).toMatchObject({ caseNo, note: '请尽快', urges: 1 });
  });

  it('is run by nobody here: steps are refused, and told by whom they are taken', async () => {
    const { id } = await report();
    const before = await detail(id);
    expect(before.platform).toBe('热线平台 Hotline platform');
    expect(before.allowed.map(({ action }) => action).sort()).toEqual(['escalate', 'merge', 'urge']);
    const act = { action: 'accept', role: 'operator', actor: 'x', note: null } as const;
    await expect(actOnCase(database(), clock, id, act)).rejects.toThrow(/run by 热线平台 Hotline platform/);
    await expect(actOnCase(database(), clock, id, act)).rejects.toMatchObject({ code: 'conflict' });
    expect((await detail(id)).seq).toBe(1);
  });

  it('goes by what the platform says, in its order though it comes in another, each once', async () => {
    const { no, id } = await report();
    const third = { of: no, n: 3, did: 'feed_back', note: '已清理' };
    const first = await post(third);
    await post({ of: no, n: 2, did: '进展' });
    await apply();
    expect((await detail(id)).status).toBe('reported');
    await post({ of: no, n: 1, stands: '处理中' });
    const again = await post(third);
    expect(again.receipts).toEqual([{ ...first.receipts[0], known: true }]);
    await apply();
    const { steps, status } = await detail(id);
    expect(status).toBe('to_check');
    expect(steps.map(({ action }) => action)).toEqual(['report', 'accept', 'file', 'dispatch', 'feed_back']);
    expect(steps.at(-1)).toMatchObject({ actor: 'line', role: 'department', note: '已清理', data: { sequence: 3 } });
    await post({ of: no, n: 4, stands: '已办结' });
    await apply();
    expect((await detail(id)).status).toBe('closed');
    expect(await conflicts(no)).toEqual([]);
    expect((await verifyLog(database())).first).toBeNull();
  });

  it('counts apart from those that are run here', async () => {
    const { rows } = await database().query<{ accepted: number; closed: number }>(
      `select count(accepted_at)::int as accepted, count(closed_at)::int as closed from cases where owner = 'federated'`,
    );
    const table = await app.json<{ rows: { code: string; numerator: number; denominator: number }[] }>(
      '/api/kpi/completion?by=owner&from=2026-01-01&to=2026-12-31',
    );
    expect(rows[0]!.closed).toBeGreaterThan(0);
    expect(table.rows.find(({ code }) => code === 'federated')).toMatchObject({
      numerator: rows[0]!.closed,
      denominator: rows[0]!.accepted,
    });
    const owners = TALLY_BASES.filter(({ kind }) => kind === 'owner');
    expect((await verifyTally(database(), owners)).different).toBe(0);
  });

  it('leaves to an operator what contradicts the case, and what came behind it waits', async () => {
    const { no, id } = await report();
    await post({ of: no, n: 1, did: 'close' });
    await post({ of: no, n: 2, stands: 'handling' });
    await apply();
    expect((await detail(id)).status).toBe('reported');
    const [conflict, ...others] = await conflicts(no);
    expect(others).toEqual([]);
    expect(conflict).toMatchObject({ sequence: 1, reason: expect.stringMatching(/^action close is/) as string });
    expect((await resolve(conflict!.id, { take: 'ours' }, {})).status).toBe(401);
    expect((await resolve(conflict!.id, { take: 'mine' })).status).toBe(400);
    expect((await resolve(987_654, { take: 'ours' })).status).toBe(404);
    expect((await resolve(conflict!.id, { take: 'ours', actor: '值班长' })).status).toBe(200);
    expect((await resolve(conflict!.id, { take: 'ours' })).status).toBe(409);
    await apply();
    expect((await detail(id)).status).toBe('handling');
    await drain();
    expect(letters.at(-1)?.letter).toMatchObject({ type: 'city.hekan.case.keep', data: { data: { sequence: 1 } } });
  });

  it('follows the platform where an operator says so, as far as steps lead there', async () => {
    const { no, id } = await report();
    await post({ of: no, n: 1, did: 'close' });
    await apply();
    const [skips] = await conflicts(no);
    expect((await resolve(skips!.id, { take: 'theirs', actor: '值班长' })).status).toBe(200);
    const { status, steps } = await detail(id);
    expect(status).toBe('closed');
    expect(steps.at(-1)).toMatchObject({ action: 'close', data: { resolved: 'theirs', resolvedBy: '值班长' } });
    await post({ of: no, n: 2, did: 'close' }); // closed twice
    await apply();
    const [twice] = await conflicts(no);
    expect(twice?.reason).toMatch(/close is not possible from status closed/);
    expect((await resolve(twice!.id, { take: 'theirs' })).status).toBe(200);
    expect((await detail(id)).steps).toHaveLength(steps.length);
    await post({ of: no, n: 3, stands: 'handling' });
    await apply();
    const [back] = await conflicts(no);
    expect((await resolve(back!.id, { take: 'theirs' })).status).toBe(409);
    expect(await conflicts(no)).toHaveLength(1);
    expect((await resolve(back!.id, { take: 'ours' })).status).toBe(200);
  });

  it('that was merged here goes its own way again', async () => {
    const [parent, child] = [await report(), await report()];
    const merge = { action: 'merge', role: 'operator', actor: 'x', note: null } as const;
    await actOnCase(database(), clock, child.id, { ...merge, data: { duplicateOf: parent.id } });
    await post({ of: child.no, n: 1, stands: 'handling' });
    await apply();
    const [conflict] = await conflicts(child.no);
    expect(conflict?.reason).toMatch(/merged into case/);
    expect((await resolve(conflict!.id, { take: 'theirs' })).status).toBe(200);
    expect(await detail(child.id)).toMatchObject({ status: 'handling', duplicateOf: null });
  });

  it('waits for what is missing, and for so long only; if it comes after all, that is no conflict any more', async () => {
    const { no, id } = await report();
    const later = new Date(Date.now() + 601_000);
    await post({ of: no, n: 2, stands: 'handling' });
    await apply();
    expect(await conflicts(no)).toEqual([]);
    await apply(later);
    expect((await conflicts(no))[0]?.reason).toMatch(/^gap: 2 came/);
    await post({ of: no, n: 1, did: 'accept' });
    await apply(later);
    expect(await conflicts(no)).toEqual([]);
    expect((await detail(id)).status).toBe('handling');
    await post({ of: no, n: 2, did: 'feed_back' });
    await apply(later);
    expect((await conflicts(no))[0]?.reason).toMatch(/^passed: 2 came when 2/);
    await post({ of: no, n: 3, did: 'feed_back' });
    await apply(later);
    expect((await detail(id)).status).toBe('to_check'); // what comes too late stops nobody
  });

  it('that is not known here, or cannot be read, waits with its reason', async () => {
    await post({ of: 'nobody', n: 1, did: 'accept' });
    await post({ of: 'unread', n: 'x', did: 'accept' });
    await apply();
    expect((await conflicts('unread'))[0]).toMatchObject({ reason: 'sequence: no number: x' });
    await apply(new Date(Date.now() + 601_000));
    const [unknown] = await conflicts('nobody');
    expect(unknown?.reason).toMatch(/^unknown_case/);
    expect((await resolve(unknown!.id, { take: 'theirs' })).status).toBe(409);
    expect((await resolve(unknown!.id, { take: 'ours' })).status).toBe(200);
    expect((await resolve((await conflicts('unread'))[0]!.id, { take: 'ours' })).status).toBe(200);
  });

  it('brings its photos, from the platform and nowhere else', async () => {
    const { no, id } = await report();
    const photos = [
      { url: `${url}/a.jpg`, kind: 'after' },
      `data:image/jpeg;base64,${(await sharp(photo).rotate(90).jpeg().toBuffer()).toString('base64')}`,
      'http://127.0.0.1:1/secret',
      `${url}/gone.jpg`,
    ];
    await post({ of: no, n: 1, stands: 'handling', photos });
    await apply();
    const store = folderStore(mkdtempSync(join(tmpdir(), 'hekan-photos-')));
    const fetchAll = () => fetchPhotos(database(), store, clock, new Date());
    expect(await fetchAll()).toBe(4);
    expect(await fetchAll()).toBe(0);
    const kept = await listAttachments(database(), id);
    expect(kept.map(({ kind, actor }) => `${kind} ${actor}`).sort()).toEqual(['after line', 'other line']);
    const { rows } = await database().query<{ url: string; dead: boolean; error: string }>(
      'select url, dead_at is not null as dead, error from case_photo order by id',
    );
    expect(rows).toMatchObject([
      { url: 'http://127.0.0.1:1/secret', dead: true, error: expect.stringContaining('expected a URL of') as string },
      { url: `${url}/gone.jpg`, dead: false, error: 'it answered 503' },
    ]);
  });

  it('is told again when the platform was away, given up when it is refused, and tried anew when asked', async () => {
    await drain();
    letters = [];
    const [one, two] = [await report(), await report()];
    answer = () => 503;
    expect(await drain()).toBe(0);
    expect(letters).toHaveLength(1);
    expect(await drain()).toBe(0); // not before its time
    expect(letters).toHaveLength(1);
    answer = ({ data }) => (data['externalId'] === one.no ? 422 : 204);
    const later = () => new Date(Date.now() + 60_000);
    expect(await deliverLetters(database(), later)).toBe(1);
    expect(letters.map(({ letter }) => letter.data['externalId'])).toEqual([one.no, one.no, two.no]);
    const health = () => app.json<{ items: { outlet: string }[] }>('/api/signals/health');
    const line = { outlet: 'line', lettersDead: 1, lettersWaiting: 0, lastError: 'it answered 422' };
    expect((await health()).items).toContainEqual(expect.objectContaining(line));
    answer = () => 204;
    await retryLetters(database(), 'line', new Date());
    expect(await drain()).toBe(1);
    expect((await health()).items).toContainEqual(expect.objectContaining({ outlet: 'line', lettersDead: 0 }));
  });
});
