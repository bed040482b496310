import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { beforeAll, expect, it } from 'vitest';
import { SILENT } from '../../files/index.ts';
import { loadSmallCity } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { listUnmatched } from '../service/index.ts';
import { geocodeFile, type GeocodeFileOptions } from './index.ts';

describeOnEngines('a file of addresses', (database, test) => {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-geocode-'));
  let addresses: string[];
  beforeAll(async () => {
    await loadSmallCity(database());
    const { rows } = await database().query<{ address: string }>(
      `select address from place where address ~ '路 \\d+ 号$' group by address having count(*) = 1 order by address limit 300`,
    );
    addresses = rows.map(({ address }) => address);
  });

  const at = (name: string) => join(folder, `${test().env.DATABASE_URL ? 'pg' : 'em'}-${name}`);
  const write = (name: string, content: string | Buffer) => {
    writeFileSync(at(name), content);
    return at(name);
  };
  const run = (file: string, options: GeocodeFileOptions = {}, progress = SILENT) => {
    const { DATABASE_URL, HEKAN_DATA = '' } = test().env;
    const settings = { url: DATABASE_URL || undefined, folder: HEKAN_DATA, poolSize: 1 };
    const paths = { out: `${file}.out`, rejects: `${file}.rejects` };
    return geocodeFile(database(), settings, file, { threads: 1, ...paths, ...options }, progress);
  };
  const csv = (rows: readonly string[]) => `id,地址\n${rows.map((row, i) => `${i + 1},${row}\n`).join('')}`;

  it('gives each row back with its place behind, packed and in GB18030 too', async () => {
    const file = write('gbk.csv.gz', gzipSync(iconv.encode(csv(addresses), 'gb18030')));
    const report = await run(file);
    expect([report.rows, report.rejects.byReason]).toEqual([addresses.length, {}]);
    const lines = readFileSync(report.out, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('id,地址,level,confidence,lng,lat,code,reason');
    expect(lines.length).toBe(addresses.length + 1);
    lines.slice(1).forEach((line, i) => expect(line.startsWith(`${i + 1},${addresses[i]!},`)).toBe(true));
    expect(report.levels.number).toBeGreaterThan(0.95 * addresses.length);
    expect(existsSync(`${report.out}.journal`)).toBe(false);
  });

  it('killed between two parts and run again, writes what a run without a break writes', async () => {
    const file = write('killed.csv', csv([...addresses, '没有的路 1 号']));
    const whole = await run(file, { out: at('whole.csv') });
    const killed = {
      ...SILENT,
      progress: (done: number) => {
        if (done > 0 && ++parts === 3) throw new Error('killed');
      },
    };
    let parts = 0;
    await expect(run(file, { chunkBytes: 1000 }, killed)).rejects.toThrow('killed');
    appendFileSync(`${file}.out`, 'half a li');
    const rest = await run(file, { chunkBytes: 1000 });
    expect(rest.before).toBeGreaterThan(0);
    expect([rest.rows, rest.levels]).toEqual([whole.rows, whole.levels]);
    expect(readFileSync(rest.out, 'utf8')).toBe(readFileSync(whole.out, 'utf8'));
    await expect(run(file)).rejects.toMatchObject({ code: 'conflict', field: 'out' });
  });

  it('lets through what can be read of a bad file, and says by row what cannot', async () => {
    const half = iconv.encode(`3,${addresses[1]!}\n`, 'gb18030');
    const head = csv([addresses[0]!, 'x'.repeat(10_000)]);
    // The start says UTF-8; the GBK row comes behind what is looked at.
    const long = csv(Array.from({ length: 8000 }, () => addresses[0]!));
    const file = write(
      'bad.csv',
      Buffer.concat([Buffer.from(long), half, Buffer.from(`4,\n5\n${head.split('\n')[2]!}\n`)]),
    );
    const report = await run(file);
    expect(report.rejects.byReason).toMatchObject({ strange_letters: 1 });
    expect(readFileSync(report.rejects.path!, 'utf8')).toContain('\n8002,strange_letters,');
    expect(readFileSync(report.out, 'utf8')).toMatch(/\n4,,none,0.00,,,,empty\n/);
    expect(readFileSync(report.out, 'utf8')).toMatch(/x,none,0.00,,,,too_long\n/);
  });

  it('names a column that is missing, with the header that is there', async () => {
    const file = write('none.csv', `1,${addresses[0]!}\n2,b\n`);
    await expect(run(file)).rejects.toMatchObject({ code: 'bad_request', field: '--column' });
    await expect(run(write('empty.csv', ''))).rejects.toMatchObject({ code: 'bad_request' });
    await expect(run(write('rows.csv', 'id,address\n'))).rejects.toMatchObject({ code: 'bad_request', field: 'FILE' });
  });

  it('puts what was not found on the work list, without the persons in it', async () => {
    const row = '张三 13812345678 无名大街 9 号';
    const file = write('unknown.csv', csv([row, row.replace('9', '11')]));
    // The same file again takes the place of what it left there.
    for (const out of ['unknown-1.csv', 'unknown-2.csv']) await run(file, { out: at(out) });
    const [first] = (await listUnmatched(database(), null, 50)).filter(({ key }) => key === '无名大街');
    expect(first).toMatchObject({ n: 2, reason: 'unknown_name' });
    expect(first!.sample).not.toMatch(/138|张三/);
  });
});
