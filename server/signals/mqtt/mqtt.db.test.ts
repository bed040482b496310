import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../db/index.ts';
import { loadSmallCity, openApp, type TestApp } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { hasMosquitto, testBroker, type TestBroker } from '../../testing/mosquitto.ts';
import { MqttSubscriber, parseOutlet, readOutlet, SignalWorker, subscribe, writeOutlet } from '../index.ts';
import { ReceiptDesk, type Receipt } from '../receipts.ts';
import { isMqtt } from './subscribe.ts';

describe.skipIf(!hasMosquitto)('MQTT', () =>
  describeOnEngines('an outlet that listens', (database) => {
    let app: TestApp;
    let broker: TestBroker;
    let subscriber: MqttSubscriber;
    let at: [number, number];

    beforeAll(async () => {
      await loadSmallCity(database());
      app = await openApp(database());
      broker = await testBroker();
      await broker.start();
      const { rows } = await database().query<{ lng: number; lat: number }>(
        'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
      );
      at = [rows[0]!.lng, rows[0]!.lat];
      const config = {
        auth: { kind: 'none' },
        crs: 'wgs84',
        mapping: { externalId: 'data.id', category: '"06010"', lng: 'data.lng', lat: 'data.lat', address: 'topic' },
        mqtt: { url: broker.url, topics: ['lamps/+/fault'] },
      };
      const names = { nameZh: '路灯', nameEn: 'Lamps' };
      await writeOutlet(database(), parseOutlet({ key: 'lamps', kind: 'mqtt', ...names, config }));
      subscriber = new MqttSubscriber(database());
      await until(async () => (await sync()).connected);
    });
    afterAll(async () => {
      await subscriber.stop();
      await broker.remove();
      await app.close();
    });

    async function sync() {
      await subscriber.sync(new Date());
      const { items } = await app.json<{ items: { outlet: string; connected: boolean; lastError: string | null }[] }>(
        '/api/signals/health',
      );
      return items.find(({ outlet }) => outlet === 'lamps')!;
    }
    const until = (holds: () => Promise<boolean>) =>
      vi.waitFor(async () => expect(await holds()).toBe(true), { timeout: 20_000, interval: 50 });
    async function publish(topic: string, payload: string | Buffer): Promise<void> {
      const client = await connectAsync(broker.url);
      await client.publishAsync(topic, payload, { qos: 1 });
      await client.endAsync();
    }
    const reading = (id: string) => JSON.stringify({ id, lng: at[0], lat: at[1] });
    async function stored(id: string): Promise<{ state: string; reason: string | null }[]> {
      const { rows } = await database().query<{ state: string; reason: string | null }>(
        'select state, reason from signal where external_id = $1::text',
        [id],
      );
      return rows;
    }
    const comes = (id: string) => until(async () => (await stored(id)).length === 1);

    it('makes a case of a message, once', async () => {
      await publish('lamps/7/fault', reading('a'));
      await publish('lamps/7/fault', reading('a'));
      await publish('lamps/7/other', reading('elsewhere'));
      await comes('a');
      const worker = new SignalWorker(database(), () => systemClock);
      while ((await worker.once()) > 0);
      const { rows } = await database().query('select address from cases where external_id = $1::text', ['lamps:a']);
      expect(rows).toEqual([{ address: 'lamps/7/fault' }]);
      expect(await stored('elsewhere')).toEqual([]);
    });

    it.each([
      ['no JSON', 'on fire', /^bad_payload: payload: expected JSON/],
      ['no text', Buffer.from([0xff, 0xfe, 0x00]), /^bad_payload: payload: expected bytes of the charset utf-8/],
      ['too deep', '['.repeat(1000), /^bad_payload: payload: expected JSON at most/],
      ['too long', `"${'x'.repeat(1_000_001)}"`, /^bad_payload: payload: 1000003 bytes/],
    ])('keeps a message that is %s, with the reason', async (_what, payload, reason) => {
      await publish('lamps/8/fault', payload);
      const waiting = async () =>
        (await app.json<{ items: { reason: string }[] }>('/api/signals/waiting')).items.map((one) => one.reason);
      await until(async () => (await waiting()).some((one) => reason.test(one)));
    });

    it('comes back when the broker was killed, and says so meanwhile', async () => {
      await broker.kill();
      await until(async () => !(await sync()).connected);
      await until(async () => /ECONNREFUSED/.test((await sync()).lastError ?? ''));
      await broker.start();
      await until(async () => (await sync()).connected);
      expect((await sync()).lastError).toBeNull();
      await publish('lamps/7/fault', reading('after'));
      await comes('after');
    });

    it('killed between the receipt and its acknowledgement, gets the message again and stores it once', async () => {
      await subscriber.stop();
      const outlet = await readOutlet(database(), 'lamps');
      if (!isMqtt(outlet)) throw new Error('no outlet of MQTT');
      const desk = new ReceiptDesk(database());
      const receipts: Receipt[] = [];
      const store = async (items: Parameters<typeof desk.store>[0]) => {
        const given = await desk.store(items);
        receipts.push(...given);
        return given;
      };
      const dying = subscribe(outlet, { store: (items) => store(items).then(() => new Promise(() => undefined)) });
      await until(async () => dying.link.connected);
      await publish('lamps/7/fault', reading('twice'));
      await comes('twice');
      await dying.stop();
      await publish('lamps/7/fault', reading('meanwhile')); // nobody is there: the broker keeps it
      const next = subscribe(outlet, { store });
      await comes('meanwhile');
      await next.stop();
      const [first, again] = receipts.filter(({ externalId }) => externalId === 'twice');
      expect(again).toEqual({ ...first, known: true });
      expect(await stored('twice')).toHaveLength(1);
    });

    it('stores what comes together in one go, and acknowledges none of it before', async () => {
      await subscriber.stop();
      const outlet = await readOutlet(database(), 'lamps');
      if (!isMqtt(outlet)) throw new Error('no outlet of MQTT');
      const ids = ['t1', 't2', 't3', 't4', 't5'];
      const held: string[] = [];
      const holding = subscribe(outlet, {
        store: (items) => {
          held.push(...items.map(({ externalId }) => externalId));
          return new Promise(() => undefined);
        },
      });
      await until(async () => holding.link.connected);
      for (const id of ids) await publish('lamps/7/fault', reading(id));
      await until(async () => held.length === ids.length);
      await holding.stop();
      const desk = new ReceiptDesk(database());
      const again: string[] = [];
      const store: typeof desk.store = async (items) => {
        again.push(...items.map(({ externalId }) => externalId));
        return desk.store(items);
      };
      const next = subscribe(outlet, { store });
      for (const id of ids) await comes(id);
      expect(again.sort()).toEqual(ids);
      await publish('lamps/7/fault', reading('t6')); // acknowledged behind the others: the broker has nothing left to send
      await comes('t6');
      await next.stop();
      const last = subscribe(outlet, { store });
      await until(async () => last.link.connected);
      await publish('lamps/7/fault', reading('t7'));
      await comes('t7');
      await last.stop();
      expect(again.filter((id) => id !== 't6' && id !== 't7').sort()).toEqual(ids);
    });

    it('has the message again when it could not be stored', async () => {
      const outlet = await readOutlet(database(), 'lamps');
      if (!isMqtt(outlet)) throw new Error('no outlet of MQTT');
      const desk = new ReceiptDesk(database());
      let failures = 2;
      const flaky = subscribe(outlet, {
        store: (items) => (failures-- > 0 ? Promise.reject(new Error('the disk is full')) : desk.store(items)),
      });
      await until(async () => flaky.link.connected);
      await publish('lamps/7/fault', reading('flaky'));
      await comes('flaky');
      expect(failures).toBeLessThan(0);
      await flaky.stop();
    });

    it('takes nothing by HTTP', async () => {
      const init = { method: 'POST', body: reading('x'), headers: { 'content-type': 'application/json' } };
      expect((await app.app.request('/api/signals/lamps', init)).status).toBe(409);
    });
  }),
);
