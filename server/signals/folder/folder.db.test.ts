import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import writeXlsxFile from 'write-excel-file/node';
import { describeOnEngines } from '../../testing/database.ts';
import { parseOutlet, writeOutlet } from '../index.ts';
import { DropFolders } from './dropFolder.ts';

const NOON = Date.parse('2026-11-24T12:00:00Z');

describeOnEngines('the folder of a hotline', (database) => {
  let folder: string;
  let at = NOON;
  let folders: DropFolders;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hekan-folder-'));
  });
  beforeEach(async () => {
    at += 60_000;
    const config = {
      auth: { kind: 'bearer', tokenSha256: '0'.repeat(64) },
      crs: 'wgs84',
      mapping: { externalId: '工单号', category: '类别', lng: '$number(lng)', lat: '$number(lat)' },
      folder,
    };
    const names = { nameZh: '热线', nameEn: 'Hotline' };
    await writeOutlet(database(), parseOutlet({ key: 'line', kind: 'hotline', ...names, config }));
    folders = new DropFolders(database());
  });

  const drop = (name: string, content: string | Buffer) => writeFileSync(join(folder, 'incoming', name), content);
  async function look(): Promise<number> {
    at += 3000;
    return folders.once(new Date(at));
  }
  async function ids(prefix: string): Promise<string[]> {
    const { rows } = await database().query<{ id: string }>(
      'select external_id as id from signal where starts_with(external_id, $1::text) order by external_id',
      [prefix],
    );
    return rows.map(({ id }) => id);
  }
  const found = (part: string, name: string) => {
    const file = readdirSync(join(folder, part)).find((one) => one.endsWith(name));
    return file === undefined ? null : join(folder, part, file);
  };
  const HEADER = '工单号,类别,lng,lat\n';

  it('is made, and takes a file once it has stopped growing', async () => {
    await look();
    expect(readdirSync(folder).sort()).toEqual(['done', 'failed', 'incoming']);
    drop('a.csv', `${HEADER}a1,06010,123.9,47.3\n`);
    drop('b.csv.part', `${HEADER}b1,06010,123.9,47.3\n`);
    expect(await look()).toBe(0);
    appendFileSync(join(folder, 'incoming', 'a.csv'), 'a2,06010,123.9,47.3\n');
    expect(await look()).toBe(0);
    expect(await look()).toBe(1);
    expect(await ids('a')).toEqual(['a1', 'a2']);
    expect(found('done', 'a.csv')).not.toBeNull();
    expect(readdirSync(join(folder, 'incoming'))).toEqual(['b.csv.part']);
  });

  it('takes GBK, gzip and workbooks', async () => {
    drop('g.csv', iconv.encode(`${HEADER}热线1,占道经营,123.9,47.3\n`, 'gbk'));
    drop('h.csv.gz', gzipSync(`${HEADER}热线2,06010,123.9,47.3\n`));
    const cells = [
      ['工单号', '类别', 'lng', 'lat'],
      ['热线3', '06010', 123.9, 47.3],
    ];
    drop('i.xlsx', await writeXlsxFile(cells.map((row) => row.map((value) => ({ value })))).toBuffer());
    await look();
    expect(await look()).toBe(3);
    expect(await ids('热线')).toEqual(['热线1', '热线2', '热线3']);
    const { rows } = await database().query<{ raw: Buffer }>(`select raw from signal where external_id = '热线3'`);
    expect(JSON.parse(rows[0]!.raw.toString())).toEqual({ 工单号: '热线3', 类别: '06010', lng: 123.9, lat: 47.3 });
  });

  it('puts a bad line among the rejects with its number, and takes the others', async () => {
    const lines = Array.from({ length: 2500 }, (_, i) => `c${String(i).padStart(4, '0')},06010,123.9,47.3`);
    lines[1234] = 'c1234,06010,"123.9,47.3';
    lines[2000] = `${'c'.repeat(901)},06010,123.9,47.3`;
    drop('c.csv', `${HEADER}${lines.join('\n')}\n`);
    await look();
    await look();
    expect(await ids('c')).toHaveLength(2498);
    const rejects = readFileSync(found('done', 'c.csv.rejects.csv')!, 'utf8').split('\n');
    expect(rejects[1]).toMatch(/^1236,broken_quotes,/);
    expect(rejects[2]).toMatch(/^2002,bad_value,externalId,/);
    expect(rejects).toHaveLength(4);
  });

  it('killed in the middle of a file, takes the rest and nothing twice', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `d${String(i).padStart(4, '0')},06010,123.9,47.3`);
    drop('d.csv', `${HEADER}${lines.join('\n')}\n`);
    let statements = 0;
    const dying = new DropFolders({
      ...database(),
      query: (text: string, params?: unknown[]) => {
        if (text.includes('insert into signal') && ++statements > 2) throw new Error('killed');
        return database().query(text, params) as never;
      },
    });
    await dying.once(new Date((at += 3000)));
    await expect(dying.once(new Date((at += 3000)))).rejects.toThrow('killed');
    expect((await ids('d')).length).toBeGreaterThan(0);
    expect((await ids('d')).length).toBeLessThan(3000);
    await look();
    expect(await look()).toBe(1);
    expect(await ids('d')).toHaveLength(3000);
  });

  it.each([
    ['empty.csv', '', /empty file/],
    ['binary.csv', Buffer.from([1, 0, 2, 0]), /binary file/],
    ['page.csv', '<html>', /web page/],
    [
      'broken.csv.gz',
      gzipSync(`${HEADER}${'x1,06010,123.9,47.3\n'.repeat(5000)}`).subarray(0, 60),
      /broken gzip|names of columns/,
    ],
    ['broken.xlsx', Buffer.from('PK\u0003\u0004 no zip'), /an XLSX workbook/],
    ['headless.csv', 'nothing here\n', /names of columns/],
  ])('puts %s aside with the reason', async (name, content, reason) => {
    drop(name, content);
    await look();
    await look();
    expect(found('failed', name)).not.toBeNull();
    expect(readFileSync(found('failed', `${name}.reason.txt`)!, 'utf8')).toMatch(reason);
    expect(existsSync(join(folder, 'incoming', name))).toBe(false);
  });
});
