import { beforeAll, describe, expect, it } from 'vitest';
import { fixedClock, insertRows } from '../db/index.ts';
import type { HekanError } from '../errors.ts';
import { Pyramid, splitCell, type PyramidBlock } from '../../tiles/pyramid.ts';
import { appendDensity, appendRecordCounts, foldDensity, foldRecordCounts } from '../records/index.ts';
import { loadSmallCity, TEST_UNTIL } from '../testing/city.ts';
import { dice } from '../testing/dice.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyDensity, verifyTally } from '../verify.ts';
import {
  actOnCase,
  CASE_ACTIONS,
  CASE_ROLES,
  CASE_STATUSES,
  foldTally,
  reportCase,
  TALLY_BASES,
  TRANSITIONS,
  type CaseStatus,
} from './index.ts';

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
    for (let step = 0; step < 240; step++) {
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
        const data = { departmentId: 1 + roll(3), satisfied: roll(2) === 0, duplicateOf: mine[roll(mine.length)]! };
        const act = { role: move?.roles[0] ?? 'operator', actor: 'x', note: null, data };
        if (move)
          await actOnCase(db, clock, id, { action: move.action, ...act }).catch((error: unknown) => {
            expect(['conflict', 'bad_request']).toContain((error as HekanError).code);
          });
      }
      if (step % 17 === 0) await foldTally(db);
      // Each base of the tally is a recount: one of them each time, all of them at the end.
      const turn = step / 20;
      if (step % 20 === 0) expect((await verifyTally(db, [TALLY_BASES[turn % TALLY_BASES.length]!])).different).toBe(0);
    }
    expect((await verifyTally(db)).different).toBe(0);
    while ((await foldTally(db)) > 0);
    expect((await verifyTally(db)).different).toBe(0);
    const left = await db.query<{ n: number }>('select count(*)::int as n from tally_delta');
    expect(left.rows[0]?.n).toBe(0);
  });

  const NEWEST = `kind = 0 and grain = 1 and level = 0 and start = (select max(start) from tally where kind = 0 and grain = 1)`;

  it('shows a wrong count', async () => {
    const db = database();
    await db.query(`update tally set accepted = accepted + 1 where ${NEWEST}`);
    expect((await verifyTally(db)).different).toBe(1);
    await db.query(`update tally set accepted = accepted - 1 where ${NEWEST}`);
  });

  it('for density: a delta counts before and after it is folded', async () => {
    const db = database();
    const { rows } = await db.query<{ generation: number; dataset: number; cell: string; n: number; division: number }>(
      `select g.id as generation, g.dataset_id as dataset, p.cell::text as cell, p.n, p.division_id as division
       from dataset_generation g, (select cell, n, division_id from place order by cell, n limit 1) as p order by g.id limit 1`,
    );
    const { generation, dataset, cell, n, division } = rows[0]!;
    await db.transaction(async (client) => {
      await insertRows(
        client,
        'record',
        [
          ['generation_id', 'int'],
          ['cell', 'bigint'],
          ['n', 'int'],
          ['class', 'smallint'],
          ['day', 'date'],
          ['key', 'text'],
          ['batch', 'int'],
        ],
        [1, 2, 3].map((i) => [generation, cell, n, 1, '2026-11-23', `extra-${i}`, 1]),
      );
      const blocks: PyramidBlock[] = [];
      const pyramid = new Pyramid((block) => blocks.push(block));
      const { tile, inside } = splitCell(BigInt(cell));
      pyramid.add(tile, inside, n, [0, 3, 0, 0, 0]);
      pyramid.end();
      await appendDensity(client, dataset, blocks);
      await appendRecordCounts(client, dataset, [
        { divisionId: division, places: 0, notLocated: 0, counts: [0, 3, 0, 0, 0] },
      ]);
    });
    // One block of places and one of each of fifteen levels.
    expect((await verifyDensity(db)).different).toBe(0);
    expect(await foldDensity(db)).toBe(16);
    expect((await verifyDensity(db)).different).toBe(0);
    expect(await foldRecordCounts(db)).toBe(1);
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
