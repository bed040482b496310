import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { scratch } from './fixtures.ts';
import { importAddresses } from './index.ts';
import {
  addressCode,
  densityAsRead,
  densityTotal,
  makeCity,
  RECORD_HEADER,
  recordLines,
  recordRunner,
} from './recordFixtures.ts';

const ADDRESSES = 500;
const files = scratch();

describeOnEngines('import of records', (open) => {
  let db: Database;
  const { run, exact, dataset } = recordRunner(open, files);

  beforeAll(async () => {
    db = open();
    await makeCity(db, ADDRESSES);
  });

  describe('a file', () => {
    let before: Record<string, number[]>;
    const csv = () => files.write('first.csv', `${RECORD_HEADER}\n${recordLines(0, 5000, ADDRESSES)}`);

    test('goes in whole, counted exactly', async () => {
      const report = await run(csv());
      expect(report.rows).toEqual({ read: 5000, inserted: 5000, rejected: 0, before: 0 });
      expect(report.files[0]!.chunks).toBeGreaterThan(5);
      expect(await exact()).toBe(0);
      for (const level of [6, 14, 20, 31]) expect(await densityTotal(db, level)).toBe(5000);
      expect(await dataset('licences')).toMatchObject({ total: 5000, located: 5000, nameZh: '证照' });
    });

    test('again adds nothing', async () => {
      before = await densityAsRead(db);
      const report = await run(csv());
      expect(report.rows).toEqual({ read: 0, inserted: 0, rejected: 0, before: 5000 });
      expect(await densityAsRead(db)).toEqual(before);
    });

    test('that changed is refused, and nothing of it is in', async () => {
      const changed = files.write('first.csv', `${RECORD_HEADER}\n${recordLines(1, 6000, ADDRESSES)}`);
      await expect(run(changed)).rejects.toThrow(/first\.csv: part 1 is not what is in: the file changed.*--replace/);
      const shorter = files.write('first.csv', `${RECORD_HEADER}\n${recordLines(0, 5000, ADDRESSES).slice(0, 40_000)}`);
      await expect(run(shorter)).rejects.toThrow(/the file changed/);
      expect(await densityAsRead(db)).toEqual(before);
    });

    test('of another name adds to the dataset', async () => {
      const more = files.write('more.csv', `${RECORD_HEADER}\n${recordLines(5000, 6000, ADDRESSES)}`);
      expect((await run(more)).rows.inserted).toBe(1000);
      expect(await dataset('licences')).toMatchObject({ total: 6000, located: 6000 });
      expect(await exact()).toBe(0);
    });

    test('replaces the dataset', async () => {
      const report = await run(files.write('new.csv', `${RECORD_HEADER}\n${recordLines(0, 3000, 100)}`), {
        replace: true,
      });
      expect(report).toMatchObject({ replaced: true, total: 3000 });
      expect(await exact()).toBe(0);
      expect(await densityTotal(db, 20)).toBe(3000);
      const { rows } = await db.query<{ state: string }>('select state from dataset_generation');
      expect(rows).toEqual([{ state: 'live' }]);
    });

    test('a dry run writes nothing', async () => {
      const file = files.write(
        'dry.csv',
        `${RECORD_HEADER}\n${recordLines(0, 100, ADDRESSES)}x9,${addressCode(0)},soon,n\n`,
      );
      const at = await densityAsRead(db);
      const report = await run(file, { dryRun: true });
      expect(report).toMatchObject({ dryRun: true, rows: { read: 101, inserted: 100, rejected: 1 } });
      expect(await densityAsRead(db)).toEqual(at);
      expect(await dataset('licences')).toMatchObject({ total: 3000 });
    });
  });

  describe('kinds of files', () => {
    const count = async (name: string) => (await dataset(name))?.located;

    test('GBK, found by looking, and said so', async () => {
      const report = await run(
        files.write('gbk.csv', iconv.encode(`编号,address,日期\nk一,${addressCode(1)},2024年1月2日\n`, 'gbk')),
        {},
        {
          name: 'gbk',
          columns: { key: '编号', code: 'address', day: '日期' },
          dayFormats: ['yyyy年M月d日'],
        },
      );
      expect(report.notes.join()).toMatch(/gbk\.csv is not UTF-8: read as gb18030/);
      expect(await count('gbk')).toBe(1);
      const { rows } = await db.query("select key, day from record where key = 'k一'");
      expect(rows).toEqual([{ key: 'k一', day: '2024-01-02' }]);
    });

    test('packed with gzip, several at once, and JSON Lines', async () => {
      const csv = files.write('one.csv.gz', gzipSync(`\uFEFF${RECORD_HEADER}\n${recordLines(0, 1000, ADDRESSES)}`));
      const objects = Array.from({ length: 500 }, (_, i) =>
        JSON.stringify({ day: '2024-02-29', address: addressCode(i), id: 10 ** 6 + i, more: [1] }),
      );
      const json = files.write(
        'two.jsonl',
        `${objects.join('\n')}\n\n{"id": "x", \n[1]\n{"id":"y","address":"","day":"2024-02-30"}\n`,
      );
      const report = await run([csv, json], {}, { name: 'packed' });
      expect(report.rows).toMatchObject({ read: 1503, inserted: 1500 });
      expect(report.rejectedByReason).toEqual({ bad_json: 1, not_an_object: 1, unreadable_day: 1 });
      expect(await count('packed')).toBe(1500);
      const broken = files.write(
        'cut.csv.gz',
        gzipSync(`${RECORD_HEADER}\n${recordLines(0, 1000, ADDRESSES)}`).subarray(0, 3000),
      );
      await expect(run(broken, {}, { name: 'cut' })).rejects.toThrow(/cut\.csv\.gz: a broken gzip file/);
    });

    test('by the id of a place, and the class by a column', async () => {
      const { rows } = await db.query<{ id: string }>(
        `select cell || '-' || n as id from place where code = $1::text`,
        [addressCode(3)],
      );
      const file = files.write(
        'ids.csv',
        `id;place;day;kind\na;${rows[0]!.id};20240301;许可\nb; ${rows[0]!.id} ;20240301;x\nc;12-1;20240301;许可\nd;no-id;20240301;企业\n`,
      );
      const report = await run(
        file,
        {},
        {
          name: 'ids',
          delimiter: ';',
          columns: { key: 'id', place: 'place', day: 'day' },
          dayFormats: ['ISO', 'yyyyMMdd'],
          class: { column: 'kind', words: { 许可: 'government', 企业: 'industry' } },
        },
      );
      expect(report.rows).toMatchObject({ inserted: 3, rejected: 1 });
      expect(report.rejectedByReason).toEqual({ unknown_class: 1 });
      expect(report.notLocated).toMatchObject({ total: 2, unknownCode: 2 });
    });
  });

  test('what cannot be taken is told by line and reason, and the rest goes in', async () => {
    const at = addressCode(1);
    const lines = [
      RECORD_HEADER,
      `a1,${at},2024-01-01,"said ""no""\nand, left"`,
      `a2,${at},2024-02-30,x`,
      `,${at},2024-01-01,x`,
      `a4,${at},,x`,
      `a5,${at}`,
      '',
      `a6,${at},2024-01-01,"open`,
      `a7,,2024-01-01,x`,
      `a8,nowhere,2024-01-01,x`,
      `a9,nowhere,2024-01-01,x`,
      `b1,elsewhere,2024-01-01T23:59:59Z,5" pipe`,
      `b2,${at},2024-01-01,x\r`,
      `b3,${at},2024-01-01,x,y`,
      `b4,${at},2024-01-01,x`,
    ];
    const report = await run(files.write('dirty.csv', lines.join('\n')), {}, { name: 'dirty' });
    expect(report.rows).toEqual({ read: 13, inserted: 7, rejected: 6, before: 0 });
    expect(report.notLocated).toEqual({
      total: 4,
      noCode: 1,
      unknownCode: 3,
      commonest: [
        { code: 'nowhere', count: 2 },
        { code: 'elsewhere', count: 1 },
      ],
    });
    const rejects = files
      .read('rejects.csv')
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(',').slice(0, 4).join(','));
    expect(rejects).toEqual([
      '4,unreadable_day,day,2024-02-30',
      '5,missing_key,key,',
      '6,missing_day,day,',
      '7,wrong_number_of_fields,,',
      '9,broken_quotes,,',
      '15,wrong_number_of_fields,,',
    ]);
    expect(await dataset('dirty')).toMatchObject({ total: 7, located: 3 });
    expect(await exact()).toBe(0);
  });

  test('mistakes of the call are named, and change nothing', async () => {
    const file = files.write('ok.csv', `${RECORD_HEADER}\n${recordLines(0, 3, ADDRESSES)}`);
    await expect(run(file, {}, { columns: { key: 'id', day: 'day' } })).rejects.toThrow(
      /columns: expected one of "code"/,
    );
    await expect(run(file, {}, { class: 'people' })).rejects.toThrow(/class: expected government/);
    await expect(run(file, {}, { dayFormats: ['dd/yy'] })).rejects.toThrow(
      /dayFormats\.0: day format: yy is not known/,
    );
    await expect(run(file, {}, { colums: {} })).rejects.toThrow(/colums/);
    await expect(run(file, {}, { columns: { key: 'id', code: 'adress', day: 'day' } })).rejects.toThrow(
      /no column "adress"; its header is: "id"/,
    );
    await expect(run(files.at('missing.csv'))).rejects.toThrow(/no such file/);
    await expect(run(file, { dataset: 'addresses' })).rejects.toThrow(/holds base, not records/);
    await expect(run(file, { dataset: 'Up' })).rejects.toThrow(/dataset: expected lower-case/);
    await expect(run(files.write('none.csv', `${RECORD_HEADER}\n`), {}, { name: 'none' })).rejects.toThrow(/no rows/);
    await expect(
      run(files.write('bad.csv', `${RECORD_HEADER}\nx,y,z,w\n`), { replace: true }, { name: 'none' }),
    ).rejects.toThrow(/no row that can be taken/);
    expect(await dataset('none')).toBeUndefined();
  });

  test('addresses: changed in place, moved where nothing stands on them, else refused', async () => {
    const row = (code: string, lng: number, address = '新路 1 号') => `${code},${address},${lng},47.36`;
    const at = await db.query<{ lng: number }>(`select st_x(geom) as lng from place where code = $1::text`, [
      addressCode(2),
    ]);
    const file = files.write(
      'addresses.csv',
      [
        'code,address,lng,lat',
        row('new-1', 123.85),
        row('new-2', 123.85),
        `${addressCode(1)},x,123.85,47.36`,
        row('bad', 190),
        row('new-1', 123.86),
        ',x,1,1',
      ].join('\n'),
    );
    const go = () =>
      importAddresses(db, file, { crs: 'wgs84', replaceDemo: false, rejects: files.at('rejects.csv') }, SILENT);
    const report = await go();
    expect(report.rows).toEqual({ read: 6, inserted: 2, updated: 0, moved: 0, unchanged: 0, rejected: 4 });
    expect(report.rejects.byReason).toEqual({
      moved_with_records: 1,
      no_position: 1,
      duplicate_in_file: 1,
      missing_code: 1,
    });
    expect((await go()).rows).toMatchObject({ inserted: 0, unchanged: 2 });
    const { rows: two } = await db.query<{ n: number; zoom: number }>(
      `select n, min_zoom::int as zoom from place where code in ('new-1', 'new-2') order by n`,
    );
    expect(two.map(({ n }) => n)).toEqual([1, 2]);
    // On one spot one of them is shown, the other never.
    expect(two.filter(({ zoom }) => zoom <= 20)).toHaveLength(1);
    expect(at.rows).toHaveLength(1);
    files.write('addresses.csv', ['code,address,lng,lat', row('new-1', 123.95), row('new-2', 123.85, '改')].join('\n'));
    expect((await go()).rows).toMatchObject({ moved: 1, updated: 1 });
    expect((await db.query('select 1 from place where min_zoom > 21')).rows).toEqual([]);
    expect(await exact()).toBe(0);
  });
});
