import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixedClock } from '../db/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { collectedState, forgetVisits, makeVillages, visitTo, type SentVisit } from '../imports/collectionFixtures.ts';
import { openCleaner, takeVisits, type VisitResult } from './index.ts';

const NOW = new Date('2026-11-23T12:00:00+08:00');

describeOnEngines("collectors' visits", (database) => {
  let clean: (text: string) => string;
  beforeAll(async () => {
    await makeVillages(database(), 6);
    clean = await openCleaner(database());
  });
  const take = (...visits: unknown[]) => takeVisits(database(), fixedClock(NOW), visits, clean);
  const one = async (visit: unknown): Promise<VisitResult> => (await take(visit))[0]!;
  const place = async (code: string) => {
    const { rows } = await database().query<{
      people: number;
      houses: number;
      units: number;
      version: number;
      visited: Date;
    }>('select people, houses, units, version, visited_at as visited from place where code = $1::text', [code]);
    return rows[0]!;
  };

  it('count what they saw; the same one again is told the same, and writes nothing', async () => {
    const visit = visitTo('A-0', { counts: { people: 3, houses: 1 } });
    const first = await one(visit);
    expect(first).toMatchObject({ status: 'accepted', address: 'A-0', version: 2, counted: true, proposals: [] });
    const state = await collectedState(database());
    expect(await take(visit, visit)).toEqual([
      { ...first, status: 'duplicate' },
      { ...first, status: 'duplicate' },
    ]);
    expect(await collectedState(database())).toEqual(state);
    expect(await place('A-0')).toMatchObject({ people: 3, houses: 1, units: null, version: 2 });
  });

  it('sent twice at the same moment are there once', async () => {
    const visit = visitTo('A-1', { counts: { people: 3 }, note: '门上有通知' });
    const both = (await Promise.all([one(visit), one(visit)])).map(({ status }) => status);
    expect(both.sort()).toEqual(['accepted', 'duplicate']);
  });

  it('with the id of another are refused by it', async () => {
    const visit = visitTo('A-2', { counts: { people: 3 } });
    await one(visit);
    expect(await one({ ...visit, counts: { people: 4 } })).toMatchObject({
      status: 'conflict',
      code: 409,
      field: 'id',
      given: visit.id,
    });
    expect(await place('A-2')).toMatchObject({ people: 3 });
  });

  it('write nothing over what somebody else has changed, and are told how it stands', async () => {
    await one(visitTo('A-3', { counts: { people: 3 } }));
    const late = visitTo('A-3', { collector: '李采', counts: { people: 9 }, visitedAt: '2026-11-21T10:00:00+08:00' });
    const result = await one(late);
    expect(result).toMatchObject({
      status: 'conflict',
      field: 'baseVersion',
      given: '1',
      current: { people: 3, version: 2 },
    });
    expect(await place('A-3')).toMatchObject({ people: 3, version: 2 });
    // Looked at again and sent with what is known now.
    expect(await one({ ...late, baseVersion: 2 })).toMatchObject({ status: 'accepted', version: 3 });
    expect(await place('A-3')).toMatchObject({ people: 9 });
  });

  it('that come late are kept, and undo nothing', async () => {
    await one(visitTo('A-4', { counts: { people: 8 }, visitedAt: '2026-11-22T10:00:00+08:00' }));
    const older = visitTo('A-4', { collector: '李采', counts: { people: 2 }, visitedAt: '2026-11-01T10:00:00+08:00' });
    expect(await one(older)).toMatchObject({ status: 'accepted', counted: false, version: 2 });
    expect(await place('A-4')).toMatchObject({ people: 8, visited: new Date('2026-11-22T10:00:00+08:00') });
  });

  it('each stand for themselves in a batch, and say what is wrong where', async () => {
    const good = visitTo('A-5', { counts: { people: 1 } });
    const results = await take(
      { ...visitTo('A-5'), id: 'no-uuid' },
      visitTo('A-5', { counts: { people: -1 } }),
      visitTo('A-5', { colour: 'red' }),
      visitTo('no-such'),
      visitTo('99999999999999999999-1'),
      visitTo('A-5', { visitedAt: '2026-11-23T13:00:00+08:00' }),
      visitTo('A-5', { counts: { people: 1 }, baseVersion: undefined }),
      visitTo('A-5', { counts: { people: 1 }, baseVersion: 99 }),
      visitTo('A-5', { counts: { people: 1 }, outcome: 'nobody' }),
      visitTo('A-5', { note: 'a\0' }),
      null,
      'x',
      [],
      { ...visitTo('A-5'), proposed: { text: '新路1号', position: { lng: 1, lat: 1, crs: 'wgs84' } } },
      { ...visitTo(''), address: undefined, proposed: { text: '新路1号', position: { lng: 1, lat: 1, crs: 'wgs84' } } },
      good,
    );
    expect(
      results.map((result) => (result.status === 'rejected' ? [result.field, result.given] : result.status)),
    ).toEqual([
      ['id', 'no-uuid'],
      ['counts.people', '-1'],
      ['colour', 'red'],
      ['address', 'no-such'],
      ['address', '99999999999999999999-1'],
      ['visitedAt', '2026-11-23T05:00:00.000Z'],
      ['baseVersion', ''],
      ['baseVersion', '99'],
      ['counts', '{"people":1}'],
      ['note', 'a\0'],
      ['visit', 'null'],
      ['visit', 'x'],
      ['visit', '[]'],
      ['address', 'A-5'],
      ['proposed.position', '1,1'],
      'accepted',
    ]);
  });

  it('keep no phone number and no name of a person', async () => {
    const visit = visitTo('B-0', {
      note: '敲门无人 联系人王小红 13912345678',
      corrections: { alias: '光明路2号 张先生收 13987654321' },
    });
    await one(visit);
    const kept = JSON.stringify(await collectedState(database()));
    for (const secret of ['1391234', '1398765', '小红', '张先生']) expect(kept).not.toContain(secret);
    expect(kept).toContain('敲门无人');
    expect(kept).toContain('光明路2号');
  });

  it('to an address that is only proposed wait with it', async () => {
    const position = { lng: 123.85, lat: 47.36, crs: 'wgs84' };
    const first = {
      ...visitTo(''),
      address: undefined,
      baseVersion: undefined,
      proposed: { text: '西城区新华路8号', position },
    };
    expect(await one(first)).toMatchObject({
      status: 'accepted',
      address: first.id,
      version: 0,
      proposals: [expect.any(Number)],
    });
    const again = visitTo(first.id, { counts: { people: 4 } });
    expect(await one(again)).toMatchObject({ status: 'accepted', version: 0, counted: false });
    const elsewhere = {
      ...first,
      id: createUuid(1),
      proposed: { text: '西城区新华路8号', position, division: 999_999 },
    };
    expect(await one(elsewhere)).toMatchObject({ status: 'rejected', field: 'proposed.division', given: '999999' });
  });

  describe('of an offline queue', () => {
    const queue = Array.from({ length: 9 }, (_, i) =>
      visitTo(`B-${1 + (i % 3)}`, {
        id: createUuid(100 + i),
        // Two of them at the same minute: then the id decides.
        visitedAt: `2026-11-${10 + Math.floor(i / 2)}T10:00:00+08:00`,
        ...(i % 4 === 3 ? { outcome: 'nobody' } : { counts: i % 2 === 0 ? { people: i, units: 1 } : { houses: i } }),
      }),
    );

    it('leave the same behind in whatever order they come, however often', async () => {
      await forgetVisits(database());
      for (const visit of queue) await one(visit);
      const expected = await collectedState(database());
      const orders = fc.tuple(fc.shuffledSubarray(queue, { minLength: queue.length }), fc.subarray(queue));
      await fc.assert(
        fc.asyncProperty(orders, fc.integer({ min: 1, max: 5 }), async ([order, twice], size) => {
          await forgetVisits(database());
          const sent = [...order, ...twice];
          for (let at = 0; at < sent.length; at += size) {
            const results = await take(...sent.slice(at, at + size));
            for (const { status } of results) expect(['accepted', 'duplicate']).toContain(status);
          }
          expect(await collectedState(database())).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    });

    it('of two devices never write over each other: what stands is the latest of what was taken', async () => {
      const other = queue.map((visit, i): SentVisit => ({ ...visit, id: createUuid(200 + i), collector: '李采' }));
      await fc.assert(
        fc.asyncProperty(fc.shuffledSubarray([...queue, ...other], { minLength: 18 }), async (order) => {
          await forgetVisits(database());
          const results = await take(...order);
          const taken = order.filter((_, i) => results[i]!.status === 'accepted');
          for (const code of ['B-1', 'B-2', 'B-3']) {
            const latest = taken
              .filter((visit) => visit.address === code && visit.counts?.people !== undefined)
              .sort((a, b) => (a.visitedAt + a.id < b.visitedAt + b.id ? 1 : -1))[0];
            const people = latest?.counts?.people ?? null;
            expect((await place(code)).people).toBe(people);
          }
        }),
        { numRuns: 10 },
      );
    });
  });
});

/** A UUID that a number always has. */
function createUuid(n: number): string {
  const hex = createHash('sha256').update(String(n)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
