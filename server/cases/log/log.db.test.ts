import { beforeAll, beforeEach, expect, it } from 'vitest';
import { fixedClock, type Database } from '../../db/index.ts';
import { loadSmallCity, TEST_UNTIL } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { actOnCase, reportCase, sealOnce, verifyLog, type LogVerdict } from '../index.ts';

const clock = fixedClock(TEST_UNTIL);

/** A case with four steps of its own. */
async function fileCase(db: Database): Promise<number> {
  const { rows } = await db.query<{ datasetId: number; sourceId: number; categoryId: number; departmentId: number }>(
    `select (select id from dataset where key = 'demo-cases') as "datasetId", (select min(id) from source) as "sourceId",
       id as "categoryId", department_id as "departmentId" from category where department_id is not null order by id limit 1`,
  );
  const where = { lng: 123.95, lat: 47.35, address: '测试路 1 号', description: null };
  const id = await reportCase(db, clock, { ...rows[0]!, ...where }, { role: 'collector', actor: '采集员' });
  await actOnCase(db, clock, id, { action: 'accept', role: 'operator', actor: '受理员', note: '核对无误' });
  await actOnCase(db, clock, id, { action: 'file', role: 'shift_lead', actor: '值班长', note: null });
  const data = { departmentId: rows[0]!.departmentId, assisting: [] };
  await actOnCase(db, clock, id, { action: 'dispatch', role: 'dispatcher', actor: '派遣员', note: null, data });
  return id;
}

async function sealAll(db: Database): Promise<void> {
  while ((await sealOnce(db, TEST_UNTIL)) !== null);
}

describeOnEngines('the log', (database) => {
  let id: number;
  beforeAll(async () => {
    await loadSmallCity(database());
  });
  beforeEach(async () => {
    id = await fileCase(database());
  });

  /** Does harm, looks, and takes it back. */
  async function afterHarm(harm: string, params: unknown[]): Promise<LogVerdict> {
    let verdict: LogVerdict | undefined;
    const undo = new Error('undo');
    const db = database();
    await db
      .transaction(async (client) => {
        await client.query(harm, params);
        verdict = await verifyLog({ ...db, snapshot: (work) => work(client) });
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return verdict!;
  }

  it('of a whole city verifies, sealed or not', async () => {
    const before = await verifyLog(database());
    expect(before).toMatchObject({ faults: 0, first: null, unchained: 0 });
    expect(before.waiting).toBeGreaterThan(0);
    await sealAll(database());
    const after = await verifyLog(database());
    expect(after).toMatchObject({ faults: 0, first: null, waiting: 0, cases: before.cases });
    expect(after.seals).toBeGreaterThan(0);
    expect(after.steps).toBeGreaterThan(after.cases);
  });

  it.each<[string, string, number, RegExp]>([
    ['a changed note', `update step set note = 'x' where case_id = $1::bigint and seq = 2`, 2, /hash/],
    [
      'a changed instant',
      `update step set at = at - interval '1 hour' where case_id = $1::bigint and seq = 3`,
      3,
      /hash/,
    ],
    ['changed data', `update step set data = '{"departmentId": 99}' where case_id = $1::bigint and seq = 4`, 4, /hash/],
    ['a hash that was taken away', `update step set hash = null where case_id = $1::bigint and seq = 3`, 3, /no hash/],
    ['a dropped step', `delete from step where case_id = $1::bigint and seq = 2`, 2, /step 2 is missing/],
    ['a dropped tail', `delete from step where case_id = $1::bigint and seq = 4`, 4, /ends at 3/],
    ['a dropped log', `delete from step where case_id = $1::bigint`, 4, /ends at 0/],
    [
      'a step put in at the end',
      `insert into step (case_id, seq, at, action, from_status, to_status, role, actor, hash)
       select case_id, 5, at, 'feed_back', 'handling', 'to_check', 'department', 'x', hash from step where case_id = $1::bigint and seq = 4`,
      5,
      /hash/,
    ],
    ['a status without a step', `update cases set status = 'closed' where id = $1::bigint`, 4, /log says handling/],
    ['a dropped case', `delete from cases where id = $1::bigint`, 4, /\(gone\)/],
  ])('shows %s, and names it', async (_what, harm, seq, reason) => {
    await sealAll(database());
    const { first } = await afterHarm(harm, [id]);
    expect(first).toMatchObject({ caseId: id, seq });
    expect(first?.reason).toMatch(reason);
  });

  it('shows a log written anew, hashes and all, because it was sealed', async () => {
    await sealAll(database());
    const other = await fileCase(database());
    await sealAll(database());
    // The other case's log under this case's seal: a chain that holds in itself.
    const { first } = await afterHarm(
      'update seal_head set hash = (select hash from step where case_id = $2::bigint and seq = 4) where case_id = $1::bigint',
      [id, other],
    );
    expect(first).toMatchObject({ caseId: id, seq: 4, reason: expect.stringMatching(/sealed/) as string });
  });

  it('shows a seal that was dropped or changed', async () => {
    await sealAll(database());
    const dropped = await afterHarm('delete from seal where id = $1::bigint', [1]);
    expect(dropped.first).toMatchObject({ caseId: null, seq: 1 });
    const changed = await afterHarm(
      'delete from seal_head where seal_id = $1::bigint and case_id = (select min(case_id) from seal_head where seal_id = $1::bigint)',
      [1],
    );
    expect(changed.first?.reason).toMatch(/neither sealed nor waiting|hash is not that of its heads/);
  });
});
