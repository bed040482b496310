import { beforeAll, describe, expect, it } from 'vitest';
import { fixedClock, insertRows } from '../db/index.ts';
import { foldDensity } from '../records/index.ts';
import { loadSmallCity, TEST_UNTIL } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyDensity, verifyTally } from '../verify.ts';
import {
  actOnCase,
  CASE_ACTIONS,
  CASE_ROLES,
  CASE_STATUSES,
  foldTally,
  reportCase,
  TRANSITIONS,
  type CaseStatus,
} from './index.ts';

/** A small generator of its own: the walk is the same on both engines and at every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x7fffffff) * sides) % sides;
  };
}

describeOnEngines('counts as read are a recount, at every moment', (database) => {
  beforeAll(async () => {
    await loadSmallCity(database());
  });

  it('after a load', async () => {
    const tally = await verifyTally(database());
    expect(tally.different).toBe(0);
    expect(tally.compared).toBeGreaterThan(1000);
    const density = await verifyDensity(database());
    expect(density.different).toBe(0);
    expect(density.compared).toBeGreaterThan(1000);
  });

  it('along a random walk of the workflow, folded or not', async () => {
    const db = database();
    const roll = dice(42);
    const clock = fixedClock(TEST_UNTIL);
    const words = await db.query<{ dataset: number; source: number; category: number }>(
      `select (select id from dataset where key = 'demo-cases') as dataset, (select min(id) from source) as source,
         (select min(id) from category) as category`,
    );
    const { dataset, source, category } = words.rows[0]!;
    const mine: number[] = [];
    for (let step = 0; step < 120; step++) {
      if (mine.length === 0 || roll(4) === 0) {
        const report = {
          datasetId: dataset,
          sourceId: source,
          categoryId: category,
          departmentId: null,
          address: null,
          description: null,
        };
        const at = { lng: 123.9 + roll(100) / 100, lat: 47.2 + roll(100) / 500 };
        mine.push(await reportCase(db, clock, { ...report, ...at }, { role: 'collector', actor: '采集员' }));
      } else {
        const id = mine[roll(mine.length)]!;
        const { rows } = await db.query<{ status: CaseStatus }>('select status from cases where id = $1::bigint', [id]);
        const possible = TRANSITIONS.filter((t) => t.from === rows[0]?.status);
        const move = possible[roll(possible.length)];
        if (move) await actOnCase(db, clock, id, { action: move.action, role: move.roles[0]!, actor: 'x', note: null });
      }
      if (step % 17 === 0) await foldTally(db);
      if (step % 20 === 0) expect((await verifyTally(db)).different).toBe(0);
    }
    expect((await verifyTally(db)).different).toBe(0);
    while ((await foldTally(db)) > 0);
    expect((await verifyTally(db)).different).toBe(0);
    const left = await db.query<{ n: number }>('select count(*)::int as n from tally_delta');
    expect(left.rows[0]?.n).toBe(0);
  });

  it('shows a wrong count', async () => {
    const db = database();
    await db.query('update tally set accepted = accepted + 1 where level = 0 and day = (select max(day) from tally)');
    expect((await verifyTally(db)).different).toBe(1);
    await db.query('update tally set accepted = accepted - 1 where level = 0 and day = (select max(day) from tally)');
  });

  it('for density: a delta counts before and after it is folded', async () => {
    const db = database();
    await db.transaction(async (client) => {
      await client.query(
        `update place set industry = industry + 3 where (cell, n) = (select cell, n from place order by cell, n limit 1)`,
      );
      await insertRows(
        client,
        'record',
        [
          ['dataset_id', 'int'],
          ['class', 'smallint'],
          ['day', 'date'],
          ['key', 'text'],
          ['batch', 'int'],
        ],
        [1, 2, 3].map((i) => [1, 1, '2026-11-23', `extra-${i}`, 1]),
      );
      await client.query(
        `update record set (cell, n) = (select cell, n from place order by cell, n limit 1) where batch = 1`,
      );
      await client.query(
        `insert into density_delta (cell, industry) select cell >> 22, 3 from place order by cell, n limit 1`,
      );
    });
    expect((await verifyDensity(db)).different).toBe(0);
    expect(await foldDensity(db)).toBe(1);
    expect((await verifyDensity(db)).different).toBe(0);
  });
});

describeOnEngines('the words of the workflow', (database) => {
  it.each([
    ['case_status', CASE_STATUSES],
    ['case_action', CASE_ACTIONS],
    ['case_role', CASE_ROLES],
  ])('are those of the database: %s', async (type, words) => {
    const { rows } = await database().query<{ word: string }>(`select unnest(enum_range(null::${type}))::text as word`);
    expect(rows.map((row) => row.word)).toEqual([...words]);
  });
});

describe('the workflow', () => {
  it('reaches every status from a report', () => {
    const reached = new Set<CaseStatus | null>([null]);
    for (let grown = true; grown;) {
      const before = reached.size;
      for (const { from, to } of TRANSITIONS) if (reached.has(from)) reached.add(to);
      grown = reached.size > before;
    }
    expect(reached.size).toBe(14);
  });
});
