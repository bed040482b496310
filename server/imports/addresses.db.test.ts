import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PbfWriter } from 'pbf';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { openGeocoder } from '../geocode/index.ts';
import { openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importAddresses, importDivisions } from './index.ts';

const files = scratch();

/** A file of OSM with two nodes of its own, and a way around four others. */
function osmFile(): Uint8Array {
  const strings = ['', 'addr:street', '光明路', 'addr:housenumber', '7', '9', 'addr:district', '西城区'];
  const nodes = [
    { id: 1, lng: 123.85, lat: 47.35, tags: [1, 2, 3, 4, 6, 7] },
    { id: 2, lng: 123.86, lat: 47.36, tags: [] },
    { id: 5, lng: 123.88, lat: 47.38, tags: [] },
  ];
  const delta = (values: number[]) => values.map((value, i) => value - (values[i - 1] ?? 0));
  const raw = (degrees: number) => Math.round(degrees * 1e7);
  const block = new PbfWriter();
  block.writeMessage(1, (_, pbf) => strings.forEach((text) => pbf.writeStringField(1, text)), null);
  block.writeMessage(
    2,
    (_, group) => {
      group.writeMessage(
        2,
        (__, dense) => {
          dense.writePackedSVarint(1, delta(nodes.map(({ id }) => id)));
          dense.writePackedSVarint(8, delta(nodes.map(({ lat }) => raw(lat))));
          dense.writePackedSVarint(9, delta(nodes.map(({ lng }) => raw(lng))));
          dense.writePackedVarint(
            10,
            nodes.flatMap(({ tags }) => [...tags, 0]),
          );
        },
        null,
      );
      group.writeMessage(
        3,
        (__, way) => {
          way.writeVarintField(1, 44);
          way.writePackedVarint(2, [1, 3]);
          way.writePackedVarint(3, [2, 5]);
          way.writePackedSVarint(8, delta([2, 5, 99]));
        },
        null,
      );
    },
    null,
  );
  const blob = new PbfWriter();
  blob.writeBytesField(3, deflateSync(block.finish()));
  const packed = blob.finish();
  const header = new PbfWriter();
  header.writeStringField(1, 'OSMData');
  header.writeVarintField(3, packed.length);
  const head = header.finish();
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, packed]);
}

describeOnEngines('addresses', (open) => {
  let db: Database;
  let app: TestApp;
  const options = { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') } as const;
  const run = (name: string, content: string | Uint8Array, more: object = {}) =>
    importAddresses(db, files.write(name, content), { ...options, ...more }, SILENT);
  const place = async (code: string) =>
    (
      await db.query<Record<string, unknown>>(
        `select address, level, elements, aliases, people, houses, units, round(st_x(geom)::numeric, 4)::float8 as lng
         from place where code = $1::text`,
        [code],
      )
    ).rows[0];

  beforeAll(async () => {
    db = open();
    const west = feature({ code: 'west', name: '西城区', level: 'district' }, square(123.8, 47.3, 0.1));
    await importDivisions(db, files.write('d.geojson', collection(west)), options, SILENT);
    app = await openApp(db);
  });
  afterAll(() => app.close());

  it('come by element, with old names and counts', async () => {
    const csv = [
      '地址编码,区,路,号,小区,栋,单元,室,别名,lng,lat,人口,房屋',
      'A1,西城区,中华路,12,,,,,老百货大楼;解放路3号,123.81,47.31,40,12',
      'A2,西城区,,,翠湖小区,3,2,501,,123.82,47.32,,',
      'A3,西城区,中华路,14,,,,,,123.83,47.33,many,1',
      'A4,西城区,,,,,,,,123.84,47.34,1,1',
    ].join('\n');
    const report = await run('a.csv', csv, { attributes: 'people=人口,houses=房屋' });
    expect(report.rows).toMatchObject({ read: 4, inserted: 2, rejected: 2 });
    expect(report.rejects.byReason).toEqual({ missing_address: 1, strange_count: 1 });
    expect(await place('A1')).toEqual({
      address: '西城区中华路12号',
      level: 'number',
      elements: { district: '西城区', road: '中华路', number: '12' },
      aliases: ['老百货大楼', '解放路3号'],
      people: 40,
      houses: 12,
      units: null,
      lng: 123.81,
    });
    expect(await place('A2')).toMatchObject({ address: '西城区翠湖小区3号楼2单元501室', level: 'room', people: null });
  });

  it('are found by their elements and by their old names', async () => {
    const geocoder = await openGeocoder(db);
    for (const [text, code] of [
      ['西城区中华路12号', 'A1'],
      ['解放路三号', 'A1'],
      ['西城区老百货大楼', 'A1'],
      ['翠湖小区3栋2单元501', 'A2'],
    ] as const)
      expect([text, geocoder.match(text).code]).toEqual([text, code]);
  });

  it('tell their counts to whoever asks for them', async () => {
    const counts = { people: 40, houses: 12, units: null };
    const near = '/api/reverse?lng=123.81&lat=47.31';
    expect(await app.json<object>(`${near}&attributes=1`)).toMatchObject({
      nearest: { code: 'A1', attributes: counts },
    });
    expect(await app.json<{ nearest: object }>(near)).not.toHaveProperty('nearest.attributes');
    const geocode = `/api/geocode?q=${encodeURIComponent('中华路12号')}`;
    expect(await app.json<object>(`${geocode}&attributes=1`)).toMatchObject({ code: 'A1', attributes: counts });
    expect(await app.json<object>(geocode)).not.toHaveProperty('attributes');
  });

  it('keep what another file does not say, and change what it does', async () => {
    const csv = 'code,address,lng,lat,units\nA1,西城区中华路12号,123.81,47.31,3\n';
    expect((await run('b.csv', csv)).rows).toMatchObject({ unchanged: 1 });
    expect((await run('b.csv', csv, { attributes: 'units' })).rows).toMatchObject({ updated: 1 });
    expect(await place('A1')).toMatchObject({ people: 40, units: 3, aliases: ['老百货大楼', '解放路3号'] });
    await expect(run('b.csv', csv, { attributes: 'names' })).rejects.toThrow(/--attributes/);
    await expect(run('b.csv', csv, { attributes: 'people=人口' })).rejects.toThrow(/no column 人口/);
  });

  it('come from GeoJSON', async () => {
    const at = (coordinates: number[], properties: object) => ({
      type: 'Feature',
      properties,
      geometry: { type: 'Point', coordinates },
    });
    const points = [
      at([123.87, 47.37], { code: 'G1', address: '西城区友谊街1号', people: 7 }),
      at([200, 47.37], { code: 'G2', address: '西城区友谊街2号' }),
    ];
    const report = await run('a.geojson', collection(...points), { attributes: 'people' });
    expect(report.rows).toMatchObject({ read: 2, inserted: 1, rejected: 1 });
    expect(await place('G1')).toMatchObject({ address: '西城区友谊街1号', people: 7, elements: null });
  });

  it('come from OSM: nodes where they stand, ways at their middle', async () => {
    const report = await run('a.osm.pbf', osmFile());
    expect(report.rows).toMatchObject({ read: 2, inserted: 2 });
    expect(await place('osm:n1')).toMatchObject({ address: '西城区光明路7号', lng: 123.85 });
    expect(await place('osm:w44')).toMatchObject({ address: '光明路9号', lng: 123.87 });
    await expect(run('a.osm.pbf', osmFile(), { crs: 'gcj02' })).rejects.toThrow(/wgs84/);
    await expect(run('b.pbf', 'no such thing')).rejects.toThrow(/no OSM .pbf/);
    await expect(run('c.pbf', osmFile().subarray(0, 60))).rejects.toThrow(/ends in the middle/);
  });
});
