import { beforeAll, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixedClock } from '../db/index.ts';
import { loadSmallCity, smallCity, TEST_SCALE, TEST_UNTIL } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyTally } from '../verify.ts';
import { retireDemo, startPlayer } from './index.ts';

const DAY_MS = 86_400_000;

describeOnEngines('the player', (database) => {
  beforeAll(async () => {
    await loadSmallCity(database());
  });
  const one = async (sql: string) => (await database().query<{ n: number }>(sql)).rows[0]!.n;

  it('makes up for a day on which no server ran, keeps every district busy and the counts right', async () => {
    const errors: unknown[] = [];
    const tomorrow = fixedClock(new Date(TEST_UNTIL.getTime() + DAY_MS));
    const before = await one('select count(*)::int as n from step');
    const stop = startPlayer(database(), smallCity(), TEST_SCALE, tomorrow, (error) => errors.push(error));
    const late = `select count(*)::int as n from step where at > '${new Date(TEST_UNTIL.getTime() + 0.9 * DAY_MS).toISOString()}'`;
    for (let tries = 0; (await one(late)) === 0 && tries < 600; tries++) await sleep(100);
    await stop();
    expect(errors).toEqual([]);
    const steps = (await one('select count(*)::int as n from step')) - before;
    // 480,717 cases a year at 2 % are 26 a day, with about 8 steps each, on a Monday in November.
    expect(steps).toBeGreaterThan(60);
    expect(steps).toBeLessThan(800);
    expect(await one(`select count(*)::int as n from step where at > '${tomorrow.now().toISOString()}'`)).toBe(0);
    const fewest = await one(
      `select min(open)::int as n from (select d.path[2], count(*) filter (where c.open) as open
         from cases c join division d on d.id = c.division_id group by 1) as by_district`,
    );
    expect(fewest).toBeGreaterThanOrEqual(25);
    expect((await verifyTally(database())).different).toBe(0);
  });

  it('ends when the demonstration is retired, and writes nothing into the city that comes after', async () => {
    const errors: unknown[] = [];
    const clock = fixedClock(new Date(TEST_UNTIL.getTime() + 2 * DAY_MS));
    const stop = startPlayer(database(), smallCity(), TEST_SCALE, clock, (error) => errors.push(error));
    await sleep(500);
    await retireDemo(database(), { progress: () => undefined, line: () => undefined });
    await sleep(1500);
    await stop();
    expect(await one('select (select count(*) from cases)::int + (select count(*) from step)::int as n')).toBe(0);
  });
});
