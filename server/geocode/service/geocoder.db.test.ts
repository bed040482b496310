import { expect, it } from 'vitest';
import { SILENT } from '../../files/index.ts';
import { collection, feature, scratch, square } from '../../imports/fixtures.ts';
import { importAddresses, importDivisions } from '../../imports/index.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { KeptGeocoder } from './index.ts';

const files = scratch();

describeOnEngines('the addresses that are kept', (database) => {
  const options = { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') } as const;
  const take = (rows: readonly string[]) =>
    importAddresses(database(), files.write('a.csv', `code,address,lng,lat\n${rows.join('\n')}\n`), options, SILENT);

  it('follow an import that adds, moves and renames, without being opened anew', async () => {
    const squares = [feature({ code: 'west', name: '西城区', level: 'district' }, square(123.8, 47.3, 0.1))];
    await importDivisions(database(), files.write('one.geojson', collection(...squares)), options, SILENT);
    await take(['A,西城区中华路2号,123.81,47.35', 'B,西城区中华路4号,123.82,47.35', 'C,没有名字,123.82,47.36']);
    const errors: unknown[] = [];
    const kept = new KeptGeocoder(database(), (error) => errors.push(error));
    const first = await kept.get();
    const found = (await kept.get()).match('中华路4号');
    expect(found).toMatchObject({ code: 'B', lng: 123.82, lat: 47.35, baseVersion: first.version });
    expect(first.match('光明街6号').code).toBeNull();

    await take(['B,西城区光明街6号,123.83,47.36', 'D,西城区中华路8号,123.84,47.35']);
    let now = first;
    for (let tries = 0; now === first && tries < 100; tries++) {
      await new Promise((done) => setTimeout(done, 100));
      now = await kept.get();
    }
    expect(now.version).toBeGreaterThan(first.version);
    expect(now.match('光明街6号')).toMatchObject({ code: 'B', lng: 123.83, lat: 47.36, baseVersion: now.version });
    expect(now.match('中华路4号').code).toBeNull();
    expect(['中华路2号', '中华路8号'].map((text) => now.match(text).code)).toEqual(['A', 'D']);
    expect(errors).toEqual([]);
  });
});
