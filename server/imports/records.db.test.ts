import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import {
  buildSlice,
  deleteDataset,
  findSlice,
  foldDensity,
  listDatasets,
  readBlock,
  setTheme,
} from '../records/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyDensity } from '../verify.ts';
import { scratch } from './fixtures.ts';
import { importAddresses, importRecords } from './index.ts';
import {
  addressCode,
  densityAsRead,
  densityTotal,
  makeCity,
  RECORD_HEADER,
  RECORD_MAP,
  recordLines,
} from './recordFixtures.ts';

const ADDRESSES = 500;
const files = scratch();
const mapFile = (more: object = {}) => {
  const map = { ...RECORD_MAP, ...more };
  return files.write(`${map.name}.json`, JSON.stringify(map));
};

describeOnEngines('import of records', (open) => {
  let db: Database;
  const run = (file: string | string[], more: Record<string, unknown> = {}, map: object = {}) =>
    importRecords(
      db,
      [file].flat(),
      {
        map: mapFile(map),
        replaceDemo: false,
        // Several chunks from little data.
        chunkBytes: 20_000,
        ...(Array.isArray(file) ? {} : { rejects: files.at('rejects.csv') }),
        ...more,
      },
      SILENT,
    );
  const exact = async () => (await verifyDensity(db)).different;
  const dataset = async (key: string) => (await listDatasets(db)).find((found) => found.key === key);

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

  describe('a replacement', () => {
    const good = () => files.write('good.csv', `${RECORD_HEADER}\n${recordLines(0, 3000, ADDRESSES)}`);

    test('that was stopped counts nothing, and goes on', async () => {
      await run(files.write('old.csv', `${RECORD_HEADER}\n${recordLines(0, 1000, 50)}`), {}, { name: 'staged' });
      const before = await densityAsRead(db);
      const stop = new AbortController();
      const out = { progress: () => stop.abort(), line: () => undefined };
      const stopped = await importRecords(
        db,
        [good()],
        {
          map: mapFile({ name: 'staged' }),
          replaceDemo: false,
          replace: true,
          chunkBytes: 20_000,
          signal: stop.signal,
          rejects: files.at('r.csv'),
        },
        out,
      );
      expect(stopped).toMatchObject({ stopped: true, replaced: false });
      expect(await densityAsRead(db)).toEqual(before);
      expect(await exact()).toBe(0);
      const report = await run(good(), { replace: true }, { name: 'staged' });
      expect(report.rows.before).toBeGreaterThan(0);
      expect(report.rows.before + report.rows.inserted).toBe(3000);
      expect(await dataset('staged')).toMatchObject({ total: 3000 });
      expect(await exact()).toBe(0);
    });

    test('begun with other files is begun anew', async () => {
      const half = files.write('half.csv', `${RECORD_HEADER}\n${recordLines(0, 2000, ADDRESSES)}`);
      const out = { progress: () => undefined, line: () => undefined };
      const chunkBytes = 20_000;
      const options = {
        map: mapFile({ name: 'staged' }),
        replaceDemo: false,
        replace: true,
        chunkBytes,
        rejects: files.at('r.csv'),
      };
      let chunks = 0;
      const controller = new AbortController();
      await importRecords(
        db,
        [half],
        { ...options, signal: controller.signal },
        { ...out, progress: () => ++chunks === 2 && controller.abort() },
      );
      const report = await run(good(), { replace: true }, { name: 'staged' });
      expect(report.rows).toMatchObject({ inserted: 3000, before: 0 });
      expect(await exact()).toBe(0);
    });
  });

  test('deleting a dataset takes away exactly what it added', async () => {
    const before = await densityAsRead(db);
    const places = await db.query<{ places: number }>(
      'select sum(places)::int as places from record_count where level = 0',
    );
    await run(
      files.write('gone.csv', `${RECORD_HEADER}\n${recordLines(0, 2000, ADDRESSES)}k,lost,2024-01-01,n\n`),
      {},
      { name: 'gone', theme: 'health' },
    );
    expect(await dataset('gone')).toMatchObject({ total: 2001, located: 2000, theme: 'health' });
    await deleteDataset(db, 'gone');
    expect(await densityAsRead(db)).toEqual(before);
    expect(await dataset('gone')).toBeUndefined();
    expect(await exact()).toBe(0);
    expect(
      (await db.query<{ places: number }>('select sum(places)::int as places from record_count where level = 0')).rows,
    ).toEqual(places.rows);
    await expect(deleteDataset(db, 'gone')).rejects.toThrow(/dataset: expected the key of a dataset of records/);
    await expect(deleteDataset(db, 'addresses')).rejects.toThrow(/holds base, not records/);
  });

  test('a dataset that changes its theme is in the slices of the one it is in', async () => {
    const total = async (theme: string) => {
      const slice = await findSlice(db, { theme, dataset: null });
      const blocks = await db.query<{ level: number; block: string }>(
        'select distinct level::int as level, block::text as block from density where slice = 0 and level = 20',
      );
      let sum = 0;
      for (const at of blocks.rows) for (const count of (await readBlock(db, at, slice)).counts) sum += count;
      return sum;
    };
    const build = async () => {
      while (await buildSlice(db));
    };
    await run(
      files.write('a.csv', `${RECORD_HEADER}\n${recordLines(0, 700, ADDRESSES)}`),
      {},
      { name: 'theme-a', theme: 'business' },
    );
    await run(
      files.write('b.csv', `${RECORD_HEADER}\n${recordLines(0, 300, ADDRESSES)}`),
      {},
      { name: 'theme-b', theme: 'culture' },
    );
    await build();
    expect([await total('business'), await total('culture')]).toEqual([700, 300]);
    await setTheme(db, 'theme-b', 'business');
    await expect(findSlice(db, { theme: 'business', dataset: null })).rejects.toMatchObject({ code: 'building' });
    await build();
    expect(await total('business')).toBe(1000);
    await expect(findSlice(db, { theme: 'culture', dataset: null })).rejects.toMatchObject({ code: 'bad_request' });
    await setTheme(db, 'theme-a', null);
    await build();
    expect(await total('business')).toBe(300);
    await deleteDataset(db, 'theme-b');
    expect((await db.query("select 1 from slice where key = 'business'")).rows).toEqual([]);
    while ((await foldDensity(db)) > 0);
    expect(await exact()).toBe(0);
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
      /columns: expected either "code"/,
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
