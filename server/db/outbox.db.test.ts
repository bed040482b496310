import { describe, expect, inject, it } from 'vitest';
import { describeOnEngines, freshPostgres } from '../testing/database.ts';
import { appendDataEvent, appendOutbox, currentSeq, readEvents, relayOnce, type Change } from './index.ts';

const step = (body: Record<string, unknown>): Change => ({
  topic: 'case',
  body,
  layers: ['cases'],
  dirty: [20],
  caseIds: [1],
});

describeOnEngines('the outbox', (database) => {
  it('gives committed rows a gapless seq and each layer its newest', async () => {
    const db = database();
    await db.transaction(async (client) => {
      await appendOutbox(client, step({ caseId: 1 }));
      await appendDataEvent(client, 'test', ['density', 'places']);
    });
    expect(await relayOnce(db)).toBe(2);
    expect(await relayOnce(db)).toBeNull();
    const events = await readEvents(db, 0);
    expect(events?.map((event) => [event.seq, event.topic])).toEqual([
      [1, 'case'],
      [2, 'data'],
    ]);
    const { rows } = await db.query<{ layer: string; seq: number }>(
      'select layer, seq::int from tile_version order by layer',
    );
    expect(rows).toEqual([
      { layer: 'cases', seq: 1 },
      { layer: 'density', seq: 2 },
      { layer: 'places', seq: 2 },
    ]);
  });

  it('forgets what was rolled back', async () => {
    const db = database();
    const before = await currentSeq(db);
    const failing = db.transaction(async (client) => {
      await appendOutbox(client, step({ caseId: 2 }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await relayOnce(db)).toBeNull();
    expect(await currentSeq(db)).toBe(before);
  });

  it('tells a reader from another time to start over', async () => {
    const db = database();
    expect(await readEvents(db, (await currentSeq(db)) + 1)).toBeNull();
    expect(await readEvents(db, await currentSeq(db))).toEqual([]);
    await db.query('delete from event where seq = 1');
    expect(await readEvents(db, 0)).toBeNull();
  });
});

// Two transactions open at once need two sessions: PostgreSQL's part of the table of engines.
describe.skipIf(inject('pgUrl') === '')('the relay on PostgreSQL', () => {
  it('does not lose a row that commits late', async () => {
    const { db, remove } = await freshPostgres();
    const slow = await db.pool.connect();
    await slow.query('begin');
    await slow.query(`insert into outbox (topic, body) values ('case', '{"n":1}')`);
    await appendOutbox(db, step({ n: 2 }));
    expect(await relayOnce(db)).toBe(1);
    await slow.query('commit');
    slow.release();
    expect(await relayOnce(db)).toBe(2);
    const events = await readEvents(db, 0);
    expect(events?.map((event) => event.body['n'])).toEqual([2, 1]);
    await remove();
  });
});
