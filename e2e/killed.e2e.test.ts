import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyLog } from '../server/cases/index.ts';
import { openDatabase, type Database } from '../server/db/index.ts';
import { parseOutlet, writeOutlet } from '../server/signals/index.ts';
import { dice } from '../server/testing/dice.ts';
import { postgresBin, startPostgres, type TestPostgres } from '../server/testing/postgres.ts';
import { verifyTally } from '../server/verify.ts';
import { startCity, UNTIL, type RunningCity } from './city.ts';

/** How often something is killed; the long suite asks for more. */
const KILLS = Number(process.env['HEKAN_KILLS'] ?? 5);
const SENDERS = 4;
const RETRY_MS = 50;
const OUTLET = 'killed';

/** A server and a PostgreSQL of their own, so that both can be killed. */
describe.skipIf(!postgresBin())('signals while server and PostgreSQL are killed', () => {
  let postgres: TestPostgres;
  let city: RunningCity;
  let at: { lng: number; lat: number };
  const roll = dice(20261125);

  /** Sessions break when PostgreSQL dies: whoever looks afterwards opens new ones. */
  const withDatabase = async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
    const db = await openDatabase({ url: postgres.url, folder: '', poolSize: 4 });
    return work(db).finally(() => db.close());
  };

  beforeAll(async () => {
    postgres = await startPostgres();
    const env = { DATABASE_URL: postgres.url, HEKAN_WORKERS: '1' };
    city = await startCity(['--scale', '0.02', '--seed', '7', '--until', UNTIL, '--no-player'], env);
    at = await withDatabase(async (db) => {
      const { rows } = await db.query<{ lng: number; lat: number }>(
        'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
      );
      const mapping = { category: '"06010"', lng: 'data.lng', lat: 'data.lat' };
      const config = { auth: { kind: 'none' }, crs: 'wgs84', mapping, perSecond: 10_000 };
      const names = { nameZh: '试', nameEn: 'Trial' };
      await writeOutlet(db, parseOutlet({ key: OUTLET, kind: 'cloudevents', ...names, config }));
      return rows[0]!;
    });
  });
  afterAll(async () => {
    await city.remove();
    postgres.stop();
  });

  /** Sends an event once more until it is acknowledged, as a careful source does. */
  async function send(id: string): Promise<void> {
    const event = { specversion: '1.0', id, source: '/killed', type: 't', data: at };
    const headers = { 'content-type': 'application/cloudevents+json' };
    for (;;) {
      const answer = await fetch(`${city.url}/api/signals/${OUTLET}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(event),
      }).catch(() => null);
      const status = answer?.status ?? 0;
      await answer?.arrayBuffer().catch(() => undefined);
      if (status === 202) return;
      if (status !== 0 && status < 500) throw new Error(`${id}: ${status}`);
      await sleep(RETRY_MS);
    }
  }

  async function killServer(): Promise<void> {
    await city.kill('SIGKILL');
    await city.restart();
  }

  async function killPostgres(): Promise<void> {
    postgres.kill();
    // Its backends notice a little later that it is gone; until then it does not start on their memory.
    await vi.waitFor(() => postgres.start(), { timeout: 30_000, interval: 200 });
  }

  it(
    `${KILLS} times: what was acknowledged is there once, log and counts hold`,
    async () => {
      const acknowledged: string[] = [];
      let stopped = false;
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        for (let n = 0; !stopped; n++) {
          const id = `${sender}-${n}`;
          await send(id);
          acknowledged.push(id);
        }
      });
      const failed = Promise.all(senders);
      failed.catch(() => undefined);
      for (let kill = 0; kill < KILLS; kill++) {
        const before = acknowledged.length;
        await sleep(200 + roll(1500));
        await (kill % 2 === 0 ? killServer() : killPostgres());
        await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + SENDERS), { timeout: 60_000 });
      }
      stopped = true;
      await failed;
      const client = new pg.Client(postgres.url);
      await client.connect();
      const signals = async () =>
        (
          await client.query<{ id: string; state: string; cases: number }>(
            `select s.external_id as id, s.state,
               (select count(*)::int from cases c where c.external_id = $1::text || ':' || s.external_id) as cases
             from signal s join outlet o on o.id = s.outlet_id where o.key = $1::text`,
            [OUTLET],
          )
        ).rows;
      await vi.waitFor(async () => expect((await signals()).filter(({ state }) => state === 'received')).toEqual([]), {
        timeout: 120_000,
        interval: 500,
      });
      const stored = await signals();
      await client.end();
      const known = new Set(stored.map(({ id }) => id));
      expect(acknowledged.filter((id) => !known.has(`/killed ${id}`) && !known.has(id))).toEqual([]);
      expect(stored.filter(({ cases, state }) => cases !== 1 || !['cased', 'duplicate'].includes(state))).toEqual([]);
      await withDatabase(async (db) => {
        expect(await verifyLog(db)).toMatchObject({ faults: 0, first: null });
        expect((await verifyTally(db)).different).toBe(0);
      });
    },
    60_000 + KILLS * 120_000,
  );
});
