import { beforeAll, expect, it } from 'vitest';
import { SILENT } from '../files/index.ts';
import { KeptGeocoder, listUnmatched } from '../geocode/index.ts';
import { rematchRecords } from '../records/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importAddresses, importDivisions } from './index.ts';
import { recordRunner } from './recordFixtures.ts';

const files = scratch();
const MAP = { name: 'letters', columns: { key: 'id', address: 'address', day: 'day' } };
const ROWS = 900;

describeOnEngines('records whose place is an address as it is written', (open) => {
  const { run, exact, dataset } = recordRunner(open, files);
  const rejects = files.at('r.csv');
  const options = { crs: 'wgs84', replaceDemo: false, rejects } as const;
  beforeAll(async () => {
    const squares = [feature({ code: 'west', name: '西城区', level: 'district' }, square(123.8, 47.3, 0.1))];
    await importDivisions(open(), files.write('one.geojson', collection(...squares)), options, SILENT);
    const lines = Array.from({ length: 50 }, (_, i) => `A-${i},西城区中华路${2 * i + 2}号,${123.81 + i * 0.001},47.35`);
    await importAddresses(open(), files.write('a.csv', `code,address,lng,lat\n${lines.join('\n')}\n`), options, SILENT);
  });

  /** A third on a known door, written in two ways; a third on a number that is not there; a third on another road. */
  const text = (i: number): string => {
    if (i % 3 === 0) return i % 2 === 0 ? `中華路 ${2 * (i % 50) + 2} 號` : `西城区中华路${2 * (i % 50) + 2}号`;
    return i % 3 === 1 ? `中华路${9001 + i}号 13912345678` : '光明大街7号';
  };
  const csv = (name: string) =>
    files.write(
      name,
      `id,address,day\n${Array.from({ length: ROWS }, (_, i) => `k${i},${text(i)},2024-01-02\n`).join('')}`,
    );

  it('stand where the address is found, and nowhere where it is not', async () => {
    const report = await run(csv('letters.csv'), {}, MAP);
    expect(report.rows).toEqual({ read: ROWS, inserted: ROWS, rejected: 0, before: 0 });
    expect(report.notLocated).toMatchObject({ total: (2 * ROWS) / 3, noCode: 0, unknownCode: (2 * ROWS) / 3 });
    expect(await dataset('letters')).toMatchObject({ total: ROWS, located: ROWS / 3 });
    expect(await exact()).toBe(0);
    const { rows } = await open().query<{ code: string; n: number }>(
      `select p.code, count(*)::int as n from record r join place p on p.cell = r.cell and p.n = r.n group by p.code order by p.code`,
    );
    const expected = new Map<string, number>();
    for (let i = 0; i < ROWS; i += 3) expected.set(`A-${i % 50}`, (expected.get(`A-${i % 50}`) ?? 0) + 1);
    expect(new Map(rows.map(({ code, n }) => [code, n]))).toEqual(expected);
  });

  it('are on the work list once each where not, however often the file comes', async () => {
    const third = ROWS / 3;
    const list = async () => (await listUnmatched(open(), null, 10)).map(({ key, n }) => [key, n]);
    const before = await list();
    expect(before).toContainEqual(['中华路', third]);
    expect(before).toContainEqual(['光明大街', third]);
    await run(csv('letters.csv'), {}, MAP);
    expect(await list()).toEqual(before);
    for (const { sample } of await listUnmatched(open(), null, 10)) expect(sample).not.toContain('139');
  });

  it('go onto an address that comes, those that name it and no others, and leave the work list', async () => {
    const texts = async () =>
      (
        await open().query<{ name: string; n: number }>(
          'select name, count(*)::int as n from record_text group by name order by name',
        )
      ).rows;
    const third = ROWS / 3;
    expect(await texts()).toEqual([
      { name: '中华路', n: third },
      { name: '光明大街', n: third },
    ]);
    const before = await open().query("select max(base_version) as v from record_text where name = '中华路'");
    const came = files.write('b.csv', 'code,address,lng,lat\nB-7,西城区光明大街7号,123.85,47.36\n');
    const report = await importAddresses(open(), came, options, SILENT);
    expect(report.notes.join()).toContain(`${third} records waited`);
    expect(await texts()).toEqual([{ name: '中华路', n: third }]);
    expect((await listUnmatched(open(), null, 10)).map(({ key, n }) => [key, n])).toEqual([['中华路', third]]);
    expect(await dataset('letters')).toMatchObject({ total: ROWS, located: (2 * ROWS) / 3 });
    expect(await exact()).toBe(0);
    const after = await open().query("select max(base_version) as v from record_text where name = '中华路'");
    expect(after.rows).toEqual(before.rows);
  });

  it('are looked at again when a correction touches them', async () => {
    const clock = { now: () => new Date() };
    const kept = new KeptGeocoder(open(), (error) => {
      throw error;
    });
    await kept.correct(clock, '中华路9002号', 'B-7');
    expect(await rematchRecords(open())).toEqual({ looked: ROWS / 3, located: 1 });
    expect((await listUnmatched(open(), null, 10)).map(({ key, n }) => [key, n])).toEqual([['中华路', ROWS / 3 - 1]]);
    expect(await rematchRecords(open())).toEqual({ looked: 0, located: 0 });
    expect(await dataset('letters')).toMatchObject({ located: (2 * ROWS) / 3 + 1 });
    expect(await exact()).toBe(0);
  });

  it('found as far as their road only, go onto their door when it comes', async () => {
    const waiting = async () =>
      (await open().query<{ level: string }>("select level from record_text where text like '%9005%'")).rows;
    expect(await waiting()).toEqual([{ level: 'road' }]);
    const came = files.write('c.csv', 'code,address,lng,lat\nC-1,西城区中华路9005号,123.86,47.35\n');
    await importAddresses(open(), came, options, SILENT);
    expect(await waiting()).toEqual([]);
    const { rows } = await open().query<{ key: string }>(
      "select r.key from record r join place p on p.cell = r.cell and p.n = r.n where p.code = 'C-1'",
    );
    expect(rows).toHaveLength(1);
    expect(await exact()).toBe(0);
  });

  it('loaded anew are on the work list once', async () => {
    await run(csv('letters.csv'), { replace: true }, MAP);
    const list = (await listUnmatched(open(), null, 10)).map(({ key, n }) => [key, n]);
    expect(list).toEqual([['中华路', ROWS / 3 - 2]]);
    expect(await exact()).toBe(0);
  });

  it('are asked for by one column only', async () => {
    const both = { ...MAP, columns: { ...MAP.columns, code: 'id' } };
    await expect(run(csv('both.csv'), {}, both)).rejects.toMatchObject({ code: 'bad_request', field: 'map.columns' });
  });
});
