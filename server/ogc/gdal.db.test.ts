import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { fixedClock } from '../db/index.ts';
import { startHttp, type RunningServer } from '../main.ts';
import { loadSmallCity, TEST_UNTIL } from '../testing/city.ts';
import { freshPostgres, type TestDatabase } from '../testing/database.ts';

const run = promisify(execFile);
const ids = ['divisions', 'places', 'cases'];

interface GeoJson {
  features: { properties: Record<string, unknown> }[];
}

// As other people's programs see it: GDAL over a real socket. The server runs in this process, so nothing here may block it.
describe.skipIf(inject('pgUrl') === '')('GDAL reads', () => {
  let test: TestDatabase;
  let server: RunningServer;
  let source: string;
  const folder = mkdtempSync(join(tmpdir(), 'hekan-gdal-'));
  beforeAll(async () => {
    test = await freshPostgres();
    await loadSmallCity(test.db);
    // Some without a position, which must not get lost on the way.
    await test.db.query('update cases set geom = null, cell = null where id % 100 = 0');
    await test.db.query('analyze cases');
    server = await startHttp(test.db, parseConfig({ PORT: '0' }), pino({ level: 'silent' }), fixedClock(TEST_UNTIL));
    source = `OAPIF:${server.url}/ogc`;
    return async () => {
      await server.close();
      await test.remove();
      rmSync(folder, { recursive: true, force: true });
    };
  });
  const count = async (sql: string) =>
    (await test.db.query<{ n: number }>(`select count(*)::int as n ${sql}`)).rows[0]!.n;
  const counts = async () => ({
    divisions: await count('from division where valid_to is null'),
    places: await count('from place'),
    cases: await count('from cases'),
  });
  const info = async (...args: string[]) => {
    const { stdout, stderr } = await run('ogrinfo', ['-ro', '-al', '-so', ...args], { timeout: 120_000 });
    expect(stderr).toBe('');
    return new Map(
      stdout
        .split(/^Layer name: /m)
        .slice(1)
        .map((text) => [text.split('\n')[0]!, text]),
    );
  };
  const countOf = (text: string | undefined) => Number(/Feature Count: (\d+)/.exec(text ?? '')?.[1]);
  /** A layer as GeoJSON, by pages. */
  const download = async (layer: string, ...args: string[]) => {
    const file = join(folder, `${layer}.json`);
    rmSync(file, { force: true });
    const { stderr } = await run('ogr2ogr', ['-f', 'GeoJSON', file, source, layer, '-oo', 'PAGE_SIZE=500', ...args], {
      timeout: 120_000,
    });
    expect(stderr).toBe('');
    return (JSON.parse(readFileSync(file, 'utf8')) as GeoJson).features;
  };

  it('the three collections with their counts, extents and types', async () => {
    const layers = await info(source);
    expect([...layers.keys()]).toEqual(ids);
    for (const [id, n] of Object.entries(await counts())) expect([id, countOf(layers.get(id))]).toEqual([id, n]);
    const { rows } = await test.db.query<{ w: number; s: number; e: number; n: number }>(
      'select st_xmin(b) as w, st_ymin(b) as s, st_xmax(b) as e, st_ymax(b) as n from (select st_extent(geom) as b from cases) as t',
    );
    const numbers = /Extent: \(([\d.]+), ([\d.]+)\) - \(([\d.]+), ([\d.]+)\)/.exec(layers.get('cases')!)!.slice(1);
    Object.values(rows[0]!).forEach((side, i) => expect(Math.abs(Number(numbers[i]) - side)).toBeLessThan(0.0004));
    expect(layers.get('divisions')).toContain('Geometry: Multi Polygon');
    for (const field of ['closed_at: DateTime', 'division: Integer', 'case_no: String'])
      expect(layers.get('cases')).toContain(field);
    expect(layers.get('places')).toContain('confidence: Real');
  });

  it('every feature once, page by page', async () => {
    for (const [id, n] of Object.entries(await counts())) {
      const features = await download(id);
      const key = { divisions: 'code', places: 'code', cases: 'case_no' }[id]!;
      expect([id, features.length, new Set(features.map(({ properties }) => properties[key])).size]).toEqual([
        id,
        n,
        n,
      ]);
    }
  });

  it('what lies in a box, and what a property selects', async () => {
    const box = ['-spat', '123.9', '47.3', '124', '47.4'];
    const inside = 'st_x(geom) between 123.9 and 124 and st_y(geom) between 47.3 and 47.4';
    expect(await download('places', ...box)).toHaveLength(await count(`from place where ${inside}`));
    // GDAL itself leaves out what has no geometry.
    expect(await download('cases', ...box)).toHaveLength(await count(`from cases where ${inside}`));
    expect(await download('divisions', '-where', "level = 'district'")).toHaveLength(16);
    expect(await download('cases', '-where', "status = 'handling'")).toHaveLength(
      await count("from cases where status = 'handling'"),
    );
    const since = "reported_at >= '2026/11/01 00:00:00' and reported_at <= '2026/11/02 00:00:00'";
    const [first] = await download('cases', '-where', since);
    expect(String(first!.properties['case_no'])).toMatch(/^DEMO-/);
  });

  it('a tile of each layer as MVT, with its fields', async () => {
    for (const [layer, tile, fields] of [
      ['density', '8/216/89', ['government', 'total']],
      ['places', '14/13831/5742', ['address', 'total']],
      ['cases', '7/108/44', ['light', 'n']],
      ['divisions', '6/54/22', ['name_zh', 'level']],
      ['grids', '13/6915/2870', ['code']],
    ] as const) {
      const [z, x, y] = tile.split('/');
      const response = await fetch(`${server.url}/ogc/collections/${layer}/tiles/WebMercatorQuad/${z}/${y}/${x}`);
      const { VectorTile } = await import('@mapbox/vector-tile');
      const { PbfReader } = await import('pbf');
      const decoded = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer())));
      const url = `MVT:/vsicurl/${server.url}/tiles/${layer}/${tile}.mvt`;
      const found = (await info(url, '-oo', `METADATA_FILE=${server.url}/tiles/${layer}.json`)).get(layer);
      expect([layer, countOf(found)]).toEqual([layer, decoded.layers[layer]!.length]);
      for (const field of fields) expect(found).toMatch(new RegExp(`^${field}: `, 'm'));
    }
  });
});
