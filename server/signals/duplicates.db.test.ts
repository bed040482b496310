import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../db/index.ts';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { parseOutlet, SignalWorker, writeOutlet } from './index.ts';

const MAPPING = { category: 'data.category', lng: 'data.lng', lat: 'data.lat' };
const config = { auth: { kind: 'none' as const }, crs: 'wgs84' as const, mapping: MAPPING };

describeOnEngines('signals of what is already a case', (database) => {
  let app: TestApp;
  let worker: SignalWorker;
  let at: { lng: number; lat: number };

  const plug = (key: string, onDuplicate: 'propose' | 'merge') =>
    writeOutlet(
      database(),
      parseOutlet({ key, kind: 'cloudevents', nameZh: key, nameEn: key, config: { ...config, onDuplicate } }),
    );
  /** Sends signals together and makes cases of them. Metres are to the north of the place. */
  async function send(outlet: string, signals: [id: string, metres: number][]): Promise<void> {
    const batch = signals.map(([id, metres]) => ({
      ...{ specversion: '1.0', id, source: '/s', type: 't' },
      data: { category: '09006', lng: at.lng, lat: at.lat + metres / 111_195 },
    }));
    const answer = await app.app.request(`/api/signals/${outlet}`, {
      method: 'POST',
      body: JSON.stringify(batch),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    expect(answer.status).toBe(202);
    while ((await worker.once()) > 0);
  }
  const stateOf = async (id: string) =>
    (
      await database().query<{ state: string; case: number }>(
        'select state, case_id::int as case from signal where external_id = $1::text',
        [`/s ${id}`],
      )
    ).rows[0]!;
  /** Whose duplicate a signal is, by that one's own signal; null: nobody's. */
  async function parentOf(id: string): Promise<string | null> {
    const { rows } = await database().query<{ id: string }>(
      `select s.external_id as id from case_duplicate d join signal s on s.case_id = d.case_id and s.state = 'cased'
       where d.external_id = $1::text`,
      [`/s ${id}`],
    );
    return rows[0]?.id.slice(3) ?? null;
  }

  beforeAll(async () => {
    await loadSmallCity(database());
    await database().query('delete from duplicate_rule');
    await database().query(
      `insert into duplicate_rule (category_id, radius_m, window_hours) select id, 50, 24 from category where code = '09006'`,
    );
    app = await openApp(database());
    worker = new SignalWorker(database(), () => systemClock);
    const { rows } = await database().query<typeof at>(
      'select st_x(label) as lng, st_y(label) as lat from division where level = 4 order by id limit 1',
    );
    at = rows[0]!;
    await plug('proposing', 'propose');
    await plug('merging', 'merge');
  });
  afterAll(() => app.close());

  it('are proposed within radius and window, or merged where the outlet says so', async () => {
    await send('proposing', [['parent', 0]]);
    await send('proposing', [['proposed', 30]]);
    await send('proposing', [['apart', 90]]);
    await send('merging', [['merged', 0]]);
    const parent = await stateOf('parent');
    expect(await stateOf('merged')).toEqual({ state: 'duplicate', case: parent.case });
    expect(await Promise.all(['proposed', 'apart', 'merged'].map(parentOf))).toEqual(['parent', null, 'parent']);
    const { rows } = await database().query(
      'select child_case_id::int as child from case_duplicate order by external_id',
    );
    expect(rows).toEqual([{ child: null }, { child: (await stateOf('proposed')).case }]);
  });

  it('are told apart when they come together', async () => {
    await send('merging', [
      ['together-1', 300],
      ['together-2', 320],
    ]);
    const head = await stateOf('together-1');
    expect(head.state).toBe('cased');
    expect(await stateOf('together-2')).toEqual({ state: 'duplicate', case: head.case });
  });

  it('all belong to the first of them where that is near enough, however many there are', async () => {
    await send('proposing', [['first', 1000]]);
    for (let burst = 0; burst < 3; burst++)
      await send(
        'proposing',
        Array.from({ length: 100 }, (_, i) => [`burst-${burst}-${i}`, 1000]),
      );
    const { rows } = await database().query(
      `select case_id::int as case, count(*)::int as n from case_duplicate where external_id like '/s burst-%' group by 1`,
    );
    expect(rows).toEqual([{ case: (await stateOf('first')).case, n: 300 }]);
  });

  it('belong to the nearest where its own is too far away', async () => {
    await send('proposing', [['a', 2000]]);
    await send('proposing', [['b', 2045]]);
    await send('proposing', [['c', 2090]]);
    await send('proposing', [['d', 2046]]);
    await send('proposing', [
      ['e', 3000],
      ['f', 3045],
      ['g', 3090],
      ['h', 3044],
    ]);
    const parents = await Promise.all(['b', 'c', 'd', 'f', 'g', 'h'].map(parentOf));
    expect(parents).toEqual(['a', 'b', 'a', 'e', 'f', 'e']);
  });

  it('do not belong to what is finished, nor to what is older than the window', async () => {
    await send('proposing', [['old', 5000]]);
    await send('proposing', [['child', 5010]]);
    await database().query(`update cases set reported_at = reported_at - interval '25 hours' where id = $1::int`, [
      (await stateOf('old')).case,
    ]);
    await send('proposing', [['late', 5011]]);
    expect(await parentOf('late')).toBe('child');
    await database().query(`update cases set status = 'void' where id = any($1::int[])`, [
      [(await stateOf('child')).case, (await stateOf('late')).case],
    ]);
    await send('proposing', [['alone', 5010]]);
    expect(await parentOf('alone')).toBeNull();
  });
});
