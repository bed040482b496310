import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appendDataEvent, drainOutbox } from '../../db/index.ts';
import { describeOnEngines } from '../../testing/database.ts';
import {
  addWebhook,
  deliverOnce,
  listWebhooks,
  removeWebhook,
  retryWebhook,
  signLetter,
  type Letter,
} from './index.ts';

interface Got {
  letter: Letter;
  signed: boolean;
}

describeOnEngines('webhooks', (database) => {
  let url: string;
  let stop: () => void;
  let secret: Buffer;
  let got: Got[];
  let status: (letter: Letter) => number;
  let at = Date.parse('2026-11-24T10:00:00Z');
  const now = () => new Date(at);

  beforeEach(async () => {
    got = [];
    status = () => 204;
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const letter = JSON.parse(body) as Letter;
        const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = request.headers;
        const expected = signLetter(secret, String(id), Number(seconds), body);
        const code = status(letter);
        got.push({ letter, signed: signature === expected });
        response.writeHead(code, code === 302 ? { Location: '/elsewhere' } : {}).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    stop = () => server.close();
    const text = await addWebhook(database(), { key: 'other', url, topics: ['case', 'data'] }, now());
    secret = Buffer.from(text.slice('whsec_'.length), 'base64');
  });
  afterEach(async () => {
    await removeWebhook(database(), 'other');
    stop();
  });

  async function happen(...reasons: string[]): Promise<void> {
    for (const reason of reasons) await appendDataEvent(database(), reason, []);
    await drainOutbox(database());
  }
  const reasons = () => got.map(({ letter }) => letter.data['reason']);

  it('tell what happens from now on, in order, signed', async () => {
    await happen('a', 'b', 'c');
    expect(await deliverOnce(database(), now)).toBe(3);
    expect(reasons()).toEqual(['a', 'b', 'c']);
    expect(got.every(({ signed }) => signed)).toBe(true);
    expect(got[0]?.letter).toMatchObject({ specversion: '1.0', type: 'city.hekan.data', source: '/api/live' });
    expect(await deliverOnce(database(), now)).toBe(0);
  });

  it.each([500, 302, 404])('come again after a failure (%i), and nothing overtakes', async (code) => {
    status = ({ data }) => (data['reason'] === 'b' && got.length < 2 ? code : 204);
    await happen('a', 'b', 'c');
    expect(await deliverOnce(database(), now)).toBe(1);
    expect(await deliverOnce(database(), now)).toBe(0); // not before its time
    expect(await listWebhooks(database())).toMatchObject([
      { attempts: 1, behind: 2, lastError: `it answered ${code}` },
    ]);
    at += 1000;
    expect(await deliverOnce(database(), now)).toBe(2);
    expect(reasons()).toEqual(['a', 'b', 'b', 'c']);
  });

  it('give an event up after some hours, keep it, and try it again when told', async () => {
    status = ({ data }) => (data['reason'] === 'poison' ? 500 : 204);
    await happen('poison', 'after');
    for (let tries = 0; tries < 9; tries++) {
      await deliverOnce(database(), now);
      at += 6 * 3_600_000;
    }
    expect(await deliverOnce(database(), now)).toBe(1);
    expect(reasons().filter((reason) => reason === 'poison')).toHaveLength(9);
    expect(reasons().at(-1)).toBe('after');
    expect(await listWebhooks(database())).toMatchObject([{ behind: 0, dead: 1 }]);
    status = () => 204;
    expect(await retryWebhook(database(), 'other', now())).toBe(1);
    await deliverOnce(database(), now);
    expect(reasons().slice(-2)).toEqual(['poison', 'after']);
    expect(await listWebhooks(database())).toMatchObject([{ behind: 0, dead: 0 }]);
  });

  it('that slept past what is kept are told to start anew', async () => {
    await happen('a', 'b');
    await database().query('delete from event where seq < (select max(seq) from event)');
    await database().query('update webhook set seq = 0');
    await deliverOnce(database(), now);
    expect(got.map(({ letter }) => letter.type)).toEqual(['city.hekan.reset']);
    expect(await listWebhooks(database())).toMatchObject([{ behind: 0 }]);
  });

  it.each([
    [{ key: 'Big', url: 'http://a/', topics: ['case'] }, /key: expected lower-case/],
    [{ key: 'x', url: 'ftp://a/', topics: ['case'] }, /url: expected an http/],
    [{ key: 'x', url: 'http://u:p@a/', topics: ['case'] }, /without a password/],
    [{ key: 'x', url: 'nonsense', topics: ['case'] }, /url/],
    [{ key: 'x', url: 'http://a/', topics: ['gossip'] }, /topics.*gossip/],
    [{ key: 'other', url: 'http://a/', topics: ['case'] }, /already/],
  ])('that are none are refused: %j', async (given, message) => {
    await expect(addWebhook(database(), given, now())).rejects.toThrow(message);
  });
});
