import { expect, it } from 'vitest';
import { appendDataEvent, drainOutbox, type Queryable } from '../../db/index.ts';
import { SILENT } from '../../files/index.ts';
import { collection, feature, scratch, square } from '../../imports/fixtures.ts';
import { importAddresses, importDivisions } from '../../imports/index.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { KeptGeocoder, openGeocoder, type Geocoder } from './index.ts';

const files = scratch();

/** Asks until the change is known. */
async function newer(kept: KeptGeocoder, version: number): Promise<Geocoder> {
  for (let tries = 0; ; tries++) {
    const now = await kept.get();
    if (now.version > version || tries === 200) return now;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** The blocks that the places stand in. */
async function codesOf(client: Queryable): Promise<number[]> {
  const { rows } = await client.query<{ code: number }>(
    'select distinct (power(4::numeric, 14)::bigint + (cell >> 34))::float8 as code from place order by 1',
  );
  return rows.map(({ code }) => code);
}

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
    const { version } = first;
    const found = (await kept.get()).match('中华路4号');
    expect(found).toMatchObject({ code: 'B', lng: 123.82, lat: 47.35, baseVersion: version });
    expect(first.match('光明街6号').code).toBeNull();

    await take(['B,西城区光明街6号,123.83,47.36', 'D,西城区中华路8号,123.84,47.35']);
    const now = await newer(kept, version);
    expect(now).toBe(first); // a small change is taken into the base that is there
    expect(now.match('光明街6号')).toMatchObject({ code: 'B', lng: 123.83, lat: 47.36, baseVersion: now.version });
    expect(now.match('中华路4号').code).toBeNull();
    expect(['中华路2号', '中华路8号'].map((text) => now.match(text).code)).toEqual(['A', 'D']);

    // what was not touched stays as it was; what is gone is gone; the answers are those of a base that is read anew
    const rows = now.base.rows;
    await database().transaction(async (client) => {
      const dirty = await codesOf(client);
      await client.query("delete from place where code = 'A'");
      await client.query(`update place set aliases = '["中华路88号"]' where code = 'D'`);
      await appendDataEvent(client, 'addresses', ['addresses'], { dirty, caseIds: [] });
    });
    await drainOutbox(database());
    expect(await now.renew()).toBe(true);
    expect(now.base.rows).toBe(rows + 2); // the row of D anew, and its old name
    const anew = await openGeocoder(database());
    const texts = ['中华路2号', '中华路4号', '中华路8号', '中华路88号', '光明街6号', '西城区中华路', '光明街'];
    const answers = (geocoder: Geocoder) => texts.map((text) => geocoder.match(text));
    expect(answers(now)).toEqual(answers(anew));
    expect(answers(now).map(({ code }) => code)).toEqual([null, null, 'D', 'D', 'B', null, null]);

    // divisions are other paths: the whole is read again
    await appendDataEvent(database(), 'divisions', ['divisions']);
    await drainOutbox(database());
    expect(await now.renew()).toBe(false);
    expect(errors).toEqual([]);
  });
});
