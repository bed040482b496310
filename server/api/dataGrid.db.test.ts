import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { makeVillages, visitTo } from '../imports/collectionFixtures.ts';
import { openCleaner, takeVisits } from '../collection/index.ts';
import { drainOutbox, systemClock } from '../db/index.ts';
import { scratch } from '../imports/fixtures.ts';
import { recordRunner } from '../imports/recordFixtures.ts';
import { openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import type * as shapes from './dataGridShapes.ts';
import type * as geocodeShapes from './geocodeShapes.ts';

type Quality = z.infer<typeof shapes.Quality>;
type DataGrid = z.infer<typeof shapes.DataGrid>;
type List = z.infer<typeof shapes.GridAddresses>;

/** Somewhat more than so many days ago: the clock of a real city runs. */
const daysAgo = (days: number) => new Date(Date.now() - (days * 24 + 1) * 3_600_000).toISOString();
const LAST = daysAgo(10);
const EACH = 6;
const files = scratch();

describeOnEngines('quality of places and the data grid', (database) => {
  let app: TestApp;
  const { run } = recordRunner(database, files);
  beforeAll(async () => {
    const db = database();
    await makeVillages(db, EACH);
    // The places of one community are only known to the road.
    await db.query("update place set level = 'road' where code in ('B-0', 'B-1')");
    const coded = Array.from({ length: 12 }, (_, i) => `k${i},${i % 2 === 0 ? 'A' : 'B'}-${i % EACH},2024-01-02\n`);
    await run(files.write('c.csv', `id,address,day\n${coded.join('')}lost,none,2024-01-02\n`));
    const texts = ['湖西社区中华路999号', '湖西社区中华路998号', '光明路2号', '火星大街1号'];
    const persons = texts.map((text, i) => `p${i},${text},2024-01-02\n`).join('');
    const map = { name: 'persons', theme: '人口', columns: { key: 'id', address: 'address', day: 'day' } };
    await run(files.write('p.csv', `id,address,day\n${persons}`), {}, map);
    const visits = [
      visitTo('A-0', { visitedAt: LAST, counts: { people: 0 } }),
      visitTo('A-1', { visitedAt: daysAgo(20), outcome: 'nobody' }),
      visitTo('A-2', { outcome: 'not_found' }),
      visitTo('A-3', { visitedAt: daysAgo(200), outcome: 'nobody' }),
    ];
    const results = await takeVisits(db, systemClock, visits, await openCleaner(db));
    expect(results.map(({ status }) => status)).toEqual(visits.map(() => 'accepted'));
    await db.query("update place set retired_at = now() where code = 'A-5'");
    await drainOutbox(db);
    app = await openApp(db);
  });
  afterAll(() => app.close());

  it('tells how near the records came, and the same as a count of the rows', async () => {
    const table = await app.json<Quality>('/api/geocode/quality?level=community');
    const { rows } = await database().query<{ code: string; level: string; n: number }>(
      `select d.code, p.level, count(*)::int as n from record r join place p on p.cell = r.cell and p.n = r.n
         join division d on d.id = p.division_id group by 1, 2 order by 1, 3 desc, 2`,
    );
    const told = table.rows.flatMap(({ division, byLevel }) =>
      byLevel.map(({ level, records }) => ({ code: division.code, level, n: records })),
    );
    expect(told).toEqual(rows);
    expect(table.total.located).toBe(13);
    const east = table.rows.find(({ division }) => division.code === '230202001002')!;
    // Records on B-1, B-3, B-5 twice each and one person on B-0; B-0 and B-1 are only known to the road.
    expect(east.atBuilding).toMatchObject({ numerator: 4, denominator: 7, percent: '57.14' });
  });

  it('tells what was not found by dataset, down to the list', async () => {
    const { unmatched } = await app.json<Quality>('/api/geocode/quality');
    expect(unmatched.map(({ source, notLocated }) => [source, notLocated.numerator, notLocated.denominator])).toEqual([
      ['dataset:licences', 1, 13],
      ['dataset:persons', 3, 4],
    ]);
    const persons = unmatched[1]!;
    const list = await app.json<z.infer<typeof geocodeShapes.Unmatched>>(persons.notLocated.href!);
    const listed = list.items.reduce((sum, { n }) => sum + n, 0);
    expect(listed).toBe(Object.values(persons.reasons).reduce((sum, n) => sum + n, 0));
    expect(listed).toBe(3);
  });

  it('counts again behind the answers when records come', async () => {
    await run(files.write('m.csv', 'id,address,day\nm,A-1,2024-01-02\n'), {}, { name: 'more' });
    await drainOutbox(database());
    const located = async () => (await app.json<Quality>('/api/geocode/quality')).total.located;
    await expect.poll(located, { timeout: 15_000, interval: 300 }).toBe(14);
  });

  it('counts coverage and freshness by community, each figure with its list', async () => {
    const grid = await app.json<DataGrid>('/api/datagrid?days=30');
    const [west, east] = grid.rows;
    expect(west).toMatchObject({
      division: { code: '230202001001' },
      addresses: { numerator: 5 },
      visited: { numerator: 2, denominator: 5, percent: '40.00' },
      lastVisit: LAST,
      daysSinceVisit: 10,
      withoutPeople: { numerator: 3 },
      notCounted: { numerator: 1 },
      peopleWithoutAddress: { numerator: 2 },
    });
    expect(east).toMatchObject({
      addresses: { numerator: 6 },
      visited: { numerator: 0, percent: '0.00' },
      lastVisit: null,
      daysSinceVisit: null,
    });
    expect(grid.total).toMatchObject({ addresses: { numerator: 11 }, visited: { numerator: 2 } });
    // One text of the three names no community.
    expect(grid.peopleOfNoCommunity).toBe(1);
    for (const key of ['addresses', 'visited', 'withoutPeople', 'notCounted'] as const)
      for (const row of [...grid.rows, grid.total])
        expect((await app.json<List>(row[key].href!)).total).toBe(row[key].numerator);
    const texts = await app.json<z.infer<typeof shapes.GridTexts>>(west!.peopleWithoutAddress.href!);
    expect(texts.total).toBe(2);
  });

  it('opens levels to addresses, in pages', async () => {
    const { total } = await app.json<Quality>('/api/geocode/quality?level=community');
    const road = total.byLevel.find(({ level }) => level === 'road')!;
    const list = await app.json<List>(road.href!);
    expect(list.items.map(({ address, level }) => [address, level])).toEqual([
      ['B-0', 'road'],
      ['B-1', 'road'],
    ]);
    const one = await app.json<List>(`${road.href!}&limit=1`);
    const two = await app.json<List>(`${road.href!}&limit=1&after=${one.next!}`);
    expect([two.items[0]?.address, two.total]).toEqual(['B-1', null]);
  });

  it.each([
    ['geocode/quality?by=source', 400, 'by'],
    ['geocode/quality?level=moon', 400, 'level'],
    ['geocode/quality?division=999999', 404, 'division'],
    ['geocode/unmatched?source=moon', 400, 'source'],
    ['geocode/unmatched?source=dataset:moon', 400, 'source'],
    ['datagrid?days=0', 400, 'days'],
    ['datagrid?division=999999', 404, 'division'],
    ['datagrid/addresses?part=some', 400, 'part'],
    ['datagrid/addresses?after=1', 400, 'after'],
    ['datagrid/addresses?matchLevel=A;', 400, 'matchLevel'],
    ['datagrid/texts', 400, 'division'],
  ])('names what is wrong in %s', async (path, status, field) => {
    const response = await app.app.request(`/api/${path}`);
    expect([response.status, await response.json()]).toMatchObject([status, { field }]);
  });
});
