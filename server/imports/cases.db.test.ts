import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCity } from '../city/index.ts';
import { currentSeq, type Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { collection, countedAndRecounted, feature, scratch, square } from './fixtures.ts';
import { importCases, importDivisions } from './index.ts';

const MAP = {
  name: 'test311',
  nameZh: '测试请求',
  nameEn: 'Test requests',
  timeZone: 'America/New_York',
  crs: 'wgs84',
  dateFormats: ['yyyy-MM-dd HH:mm:ss'],
  nulls: ['', 'NA'],
  columns: {
    externalId: 'id',
    reportedAt: 'opened',
    dueAt: 'due',
    closedAt: 'closed',
    status: 'status',
    category: 'type',
    department: { column: 'agency', optional: true },
    address: 'address',
    description: 'text',
    lng: 'lng',
    lat: 'lat',
  },
  status: { words: { Open: 'handling', Closed: 'closed', New: 'reported' } },
  standardRef: 'open311:test',
  names: { category: { Noise: '噪声' } },
};
const HEADER = 'id,opened,due,closed,status,type,address,text,lng,lat';

const DIRTY = [
  HEADER,
  'a1,2020-01-02 10:00:00,2020-01-03 10:00:00,2020-01-02 22:00:00,Closed,Noise,1 Elm,"he said ""hi""\nand left",-74.05,40.05',
  'a2,2020-01-02 23:30:00,,,Open,Noise,NA,NA,,',
  'a3,2020-01-05 10:00:00,,2020-01-04 10:00:00,Closed,Noise,x,x,-74.05,40.05',
  'a4,02/01/2020,,,Open,Noise,x,x,-74.05,40.05',
  'a5,1900-01-01 00:00:00,,,Open,Noise,x,x,-74.05,40.05',
  ',2020-01-02 10:00:00,,,Open,Noise,x,x,-74.05,40.05',
  'a1,2020-01-02 10:00:00,,,Open,Noise,x,x,-74.05,40.05',
  'a6,2020-01-02 10:00:00,,,Vanished,Noise,x,x,-74.05,40.05',
  'a7,2020-01-02 10:00:00,,,Open,NOISE,x,x,0,0',
  'a8,2020-01-02 10:00:00,,,Open,,x,x,abc,40.05',
  'a9,2020-01-02 10:00:00,,,Closed,Rats,x,x,-74.05,400',
  'b1,2020-01-02 10:00:00,,,Open,Noise,"unclosed,x,-74.05,40.05',
  'b2,2020-01-02 10:00:00,,,Open,Noise,x,"fine, quoted",-74.15,40.05',
  'b3,2020-01-02',
  'b4,2020-01-02 10:00:00,,2020-01-02 11:00:00,Open,Noise,5" pipe,x,-73.05,40.05',
  'b5,2020-01-02 10:00:00,,,New,Noise,x,x,-74.05,40.05',
  'b6,2020-11-01 01:50:00,,2020-11-01 01:10:00,Closed,Noise,x,x,-74.05,40.05',
].join('\n');

const files = scratch();

describeOnEngines('import of cases', (open) => {
  let db: Database;
  const map = files.write('map.json', JSON.stringify(MAP));
  const run = (file: string, more: object = {}) =>
    importCases(db, file, { map, replaceDemo: false, rejects: files.at('rejects.csv'), ...more }, SILENT);
  const rows = async (sql: string) => (await db.query<Record<string, unknown>>(sql)).rows;

  beforeAll(async () => {
    db = open();
    const squares = [
      feature({ code: 'west', name: 'West', level: 'district' }, square(-74.2, 40, 0.1)),
      feature({ code: 'east', name: 'East', level: 'district' }, square(-74.1, 40, 0.1)),
    ];
    await importDivisions(
      db,
      files.write('two.geojson', collection(...squares)),
      { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') },
      SILENT,
    );
  });

  test('takes what is good, and tells of each row that is not where it stands and why', async () => {
    const report = await run(files.write('dirty.csv', `\uFEFF${DIRTY.replaceAll('\n', '\r\n')}\r\n`));
    expect(report.rows).toEqual({ read: 17, inserted: 9, updated: 0, unchanged: 0, rejected: 8 });
    expect(report.rejects.byReason).toEqual({
      broken_quotes: 1,
      closed_before_reported: 1,
      duplicate_in_file: 1,
      missing_external_id: 1,
      missing_reported_at: 1,
      unknown_status: 1,
      unreadable_date: 1,
      wrong_number_of_fields: 1,
    });
    expect(
      files
        .read('rejects.csv')
        .split('\n')
        .map((line) => line.split(',').slice(0, 3).join()),
    ).toEqual([
      'line,reason,field',
      '5,closed_before_reported,closed',
      '6,unreadable_date,opened',
      '7,missing_reported_at,opened',
      '8,missing_external_id,id',
      '9,duplicate_in_file,externalId',
      '10,unknown_status,status',
      '14,broken_quotes,',
      '16,wrong_number_of_fields,',
      '',
    ]);
    expect(report.positions).toEqual({
      located: 5,
      notLocated: 4,
      notLocatedByReason: { missing: 1, zero: 1, not_numbers: 1, out_of_range: 1 },
      outsideEveryDivision: 1,
    });
    expect(report.byStatus).toEqual({ closed: 3, handling: 5, reported: 1 });
    expect(Object.fromEntries(Object.entries(report.warnings).map(([kind, { count }]) => [kind, count]))).toMatchObject(
      {
        closed_without_a_date: 1,
        closing_date_on_an_open_case: 1,
        no_category: 1,
      },
    );
    expect(report.lackingColumns).toEqual(['agency']);
  });

  test('the report is what the database holds', async () => {
    expect(
      await rows(`select count(*)::int as n, count(geom)::int as located, count(*) filter (where status = 'closed')::int as closed,
      count(*) filter (where geom is not null and division_id = 0)::int as outside from cases`),
    ).toEqual([{ n: 9, located: 5, closed: 3, outside: 1 }]);
    expect(await rows("select total::int, located::int from dataset where key = 'test311'")).toEqual([
      { total: 9, located: 5 },
    ]);
    expect(await rows(`select code, name_zh as zh from category order by code`)).toEqual([
      { code: 'noise', zh: '噪声' },
      { code: 'rats', zh: 'Rats' },
      { code: 'unspecified', zh: '未分类' },
    ]);
    expect(
      await rows(`select c.external_id as id, d.code, c.address, c.description from cases c left join division d on d.id = c.division_id
      where external_id in ('a1', 'b2', 'b4') order by 1`),
    ).toEqual([
      { id: 'a1', code: 'east', address: '1 Elm', description: 'he said "hi"\nand left' },
      { id: 'b2', code: 'west', address: 'x', description: 'fine, quoted' },
      { id: 'b4', code: null, address: '5" pipe', description: 'x' },
    ]);
    expect(
      await rows(
        "select kind, finished_at is not null as finished, report ->> 'kind' as report from import_run order by id",
      ),
    ).toEqual([
      { kind: 'divisions', finished: true, report: 'divisions' },
      { kind: 'cases', finished: true, report: 'cases' },
    ]);
  });

  test("instants are read in the mapping's zone, the hour that came twice included; yellow is at four fifths", async () => {
    expect(
      await rows(`select external_id as id, reported_at as reported, closed_at as closed, yellow_at as yellow from cases
      where external_id in ('a1', 'b6') order by 1`),
    ).toEqual([
      {
        id: 'a1',
        reported: new Date('2020-01-02T15:00:00Z'),
        closed: new Date('2020-01-03T03:00:00Z'),
        yellow: new Date('2020-01-03T10:12:00Z'),
      },
      { id: 'b6', reported: new Date('2020-11-01T05:50:00Z'), closed: new Date('2020-11-01T06:10:00Z'), yellow: null },
    ]);
    expect((await readCity(db))?.timeZone).toBe('America/New_York');
  });

  test('the log says what the case is, and a case that is only reported is not accepted', async () => {
    expect(
      await rows(`select c.external_id as id, string_agg(s.action || ' ' || s.to_status, ', ' order by s.seq) as log, c.accepted_at is null as waiting
      from cases c join step s on s.case_id = c.id where external_id in ('a1', 'a9', 'b5') group by c.id order by 1`),
    ).toEqual([
      { id: 'a1', log: 'import handling, close closed', waiting: false },
      { id: 'a9', log: 'import closed', waiting: false },
      { id: 'b5', log: 'import reported', waiting: true },
    ]);
  });

  test.each([1, 2])('counts at level %i are those of a recount', async (level) => {
    const [counted, recounted] = await countedAndRecounted(db, level);
    expect(counted).toEqual(recounted);
    expect(counted.length).toBeGreaterThan(0);
  });

  test('the same file again changes nothing', async () => {
    const before = await rows('select * from cases order by id');
    const report = await run(files.at('dirty.csv'));
    expect(report.rows).toEqual({ read: 17, inserted: 0, updated: 0, unchanged: 9, rejected: 8 });
    expect(await rows('select * from cases order by id')).toEqual(before);
    expect(await rows('select count(*)::int as n from step')).toEqual([{ n: 11 }]);
  });

  test('a newer file changes what it says otherwise, with a step where the status changed, and the counts', async () => {
    const seq = await currentSeq(db);
    const newer = [
      HEADER,
      'a2,2020-01-02 23:30:00,,2020-01-09 08:00:00,Closed,Noise,NA,NA,-74.15,40.05',
      'a1,2020-01-02 10:00:00,2020-01-03 10:00:00,,Open,Noise,1 Elm,again,-74.05,40.05',
      'z1,2020-01-10 10:00:00,,,Open,Rats,x,x,-74.15,40.05',
    ].join('\n');
    const report = await run(files.write('newer.csv', newer));
    expect(report.rows).toEqual({ read: 3, inserted: 1, updated: 2, unchanged: 0, rejected: 0 });
    expect(
      await rows(`select c.external_id as id, c.status, d.code, string_agg(s.seq || ' ' || s.action || ' ' || s.to_status, ', ' order by s.seq) as log
      from cases c join step s on s.case_id = c.id left join division d on d.id = c.division_id
      where external_id in ('a1', 'a2') group by c.id, d.code order by 1`),
    ).toEqual([
      { id: 'a1', status: 'handling', code: 'east', log: '1 import handling, 2 close closed, 3 reopen handling' },
      { id: 'a2', status: 'closed', code: 'west', log: '1 import handling, 2 close closed' },
    ]);
    for (const level of [0, 1, 2]) {
      const [counted, recounted] = await countedAndRecounted(db, level);
      expect(counted).toEqual(recounted);
    }
    expect(await currentSeq(db)).toBeGreaterThan(seq);
  });

  test('divisions that come later take the cases that stood outside, counts included', async () => {
    const third = feature({ code: 'far', name: 'Far', level: 'district' }, square(-73.1, 40, 0.1));
    const finer = feature(
      { code: 'east-1', name: 'East one', level: 'street', parent: 'east' },
      square(-74.1, 40, 0.09),
    );
    const file = files.write('more.geojson', collection(third, finer));
    const report = await importDivisions(
      db,
      file,
      { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') },
      SILENT,
    );
    // b4 stood outside; a1, b5 and b6 stood in east, and stand in its street now
    expect(report.refiledCases).toBe(4);
    expect(
      await rows(
        "select d.code from cases c join division d on d.id = c.division_id where external_id in ('b4', 'a1') order by 1",
      ),
    ).toEqual([{ code: 'east-1' }, { code: 'far' }]);
    for (const level of [0, 1, 2, 3]) {
      const [counted, recounted] = await countedAndRecounted(db, level);
      expect(counted).toEqual(recounted);
    }
  });

  test('so do they where there are more than one chunk of them', async () => {
    const many = Array.from(
      { length: 1200 },
      (_, i) => `m${i},2020-03-01 10:00:00,,,Open,Noise,x,x,${10 + i / 1e4},50.05`,
    );
    await run(files.write('many.csv', [HEADER, ...many].join('\n')));
    const file = files.write(
      'm.geojson',
      collection(feature({ code: 'm', name: 'M', level: 'district' }, square(9.9, 50, 1))),
    );
    const report = await importDivisions(
      db,
      file,
      { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') },
      SILENT,
    );
    expect(report.refiledCases).toBe(1200);
    const [counted, recounted] = await countedAndRecounted(db, 2);
    expect(counted).toEqual(recounted);
  });

  test('a dry run tells the same and writes nothing', async () => {
    const before = await rows(
      'select (select count(*) from cases)::int as c, (select count(*) from dataset)::int as d, (select max(seq) from event)::int as e',
    );
    const report = await run(files.at('dirty.csv'), { dryRun: true, dataset: 'other', rejects: files.at('dry.csv') });
    expect(report.rows).toEqual({ read: 17, inserted: 9, updated: 0, unchanged: 0, rejected: 8 });
    expect(existsSync(files.at('dry.csv'))).toBe(false);
    expect(
      await rows(
        'select (select count(*) from cases)::int as c, (select count(*) from dataset)::int as d, (select max(seq) from event)::int as e',
      ),
    ).toEqual(before);
  });

  test.each<[why: string, content: string | Uint8Array, message: RegExp]>([
    ['an empty file', '', /an empty file/],
    ['only a header', HEADER, /no rows/],
    ['a web page', '<html>504', /a web page/],
    ['a binary', new Uint8Array(100), /binary/],
    ['another delimiter', DIRTY.replaceAll(',', ';'), /separated by ";": set "delimiter"/],
    ['UTF-16', new Uint8Array(Buffer.from(`\uFEFF${DIRTY}`, 'utf16le')), /utf-16le/],
    ['100 kB of brackets', '['.repeat(100_000), /no column "id" \(columns\.externalId\)/],
  ])('refuses %s', async (_why, content, message) => {
    await expect(run(files.write('bad.csv', content))).rejects.toThrow(message);
  });
});

const SHARED = ['../shared/data', '../../shared/data'].find((path) => existsSync(`${path}/311`)) ?? '';

describe.skipIf(SHARED === '')('the real files of shared/data (skipped where that folder is absent)', () => {
  describeOnEngines('import of cases', (open) => {
    test.each([
      ['qsv_boston311-100.csv', 'boston311', 100, 100],
      ['qsv_nyc311-100.csv', 'nyc311', 100, 82],
      ['tuplex_311-service-requests.sample.csv', 'nyc311', 199, 193],
      ['tuplex_311_nyc_sample.csv', 'nyc311', 999, 705],
    ])('%s', async (name, map, read, located) => {
      const options = { map, replaceDemo: false, rejects: files.at(`${name}.rejects.csv`) };
      const report = await importCases(open(), `${SHARED}/311/${name}`, options, SILENT);
      expect(report.rows).toEqual({ read, inserted: read, updated: 0, unchanged: 0, rejected: 0 });
      expect(report.positions.located).toBe(located);
      const again = await importCases(open(), `${SHARED}/311/${name}`, options, SILENT);
      expect(again.rows).toEqual({ read, inserted: 0, updated: 0, unchanged: read, rejected: 0 });
      const [counted, recounted] = await countedAndRecounted(open(), 1);
      expect(counted).toEqual(recounted);
    });
  });
});
