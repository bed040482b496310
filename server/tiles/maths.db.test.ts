import { beforeAll, describe, expect, inject, it } from 'vitest';
import { lngLatToTile31, tileBounds } from '../../tiles/grid.ts';
import { cellOf, tileCellRange } from '../../tiles/morton.ts';
import type { Database } from '../db/index.ts';
import { loadSmallCity, openApp } from '../testing/city.ts';
import { freshPostgres, type TestDatabase } from '../testing/database.ts';
import { featuresOf, fetchTile } from '../testing/tile.ts';

function signedArea(ring: { x: number; y: number }[]): number {
  return ring.reduce((sum, p, i) => sum + p.x * (ring[(i + 1) % ring.length]!.y - ring.at(i - 1)!.y), 0) / 2;
}

// The maths against another program: only PostgreSQL's PostGIS has ST_AsMVTGeom.
describe.skipIf(inject('pgUrl') === '')('tile maths against PostGIS', () => {
  let test: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    test = await freshPostgres();
    db = test.db;
    return () => test.remove();
  });

  it('has the tiles of ST_TileEnvelope', async () => {
    for (const [z, x, y] of [
      [0, 0, 0],
      [1, 1, 0],
      [7, 107, 44],
      [14, 13831, 5742],
      [20, 885_221, 367_500],
    ] as const) {
      const { rows } = await db.query<Record<string, number>>(
        `select st_xmin(e) as w, st_ymin(e) as s, st_xmax(e) as e, st_ymax(e) as n
         from (select st_transform(st_tileenvelope($1::int, $2::int, $3::int), 4326) as e) as t`,
        [z, x, y],
      );
      const bounds = tileBounds({ z, x, y });
      (['w', 's', 'e', 'n'] as const).forEach((side, i) => expect(bounds[i]).toBeCloseTo(rows[0]![side]!, 9));
    }
  });

  it('cuts districts where ST_AsMVTGeom cuts them', async () => {
    await loadSmallCity(db);
    const app = await openApp(db);
    for (const [z, x, y] of [
      [6, 54, 22],
      [8, 216, 89],
      [10, 864, 358],
    ] as const) {
      const { rows } = await db.query<{ id: number; area: number }>(
        `select id, st_area(g)::float8 as area from (
           select id, st_asmvtgeom(st_transform(geom, 3857), st_tileenvelope($1::int, $2::int, $3::int), 4096, 64, true) as g
           from division where level = 2) as t where g is not null and st_area(g) > 100`,
        [z, x, y],
      );
      expect(rows.length).toBeGreaterThan(1);
      const found = new Map(
        featuresOf(await fetchTile(app, `/tiles/divisions/${z}/${x}/${y}.mvt`), 'divisions').map((f) => [f.id, f]),
      );
      for (const { id, area } of rows) {
        const feature = found.get(id);
        // Borders are simplified by at most two units of 4,096.
        const ours = feature?.loadGeometry().reduce((sum, ring) => sum + signedArea(ring), 0) ?? 0;
        const perimeter = feature?.loadGeometry().reduce((sum, ring) => sum + ring.length * 60, 0) ?? 0;
        expect(Math.abs(Math.abs(ours) - area)).toBeLessThan(Math.max(0.01 * area, 2 * perimeter));
      }
    }
    await app.close();
  });

  it('puts points in the tile, and at the place in it, where ST_AsMVTGeom puts them', async () => {
    const points = Array.from(
      { length: 200 },
      (_, i) => [-179.9 + ((i * 73.7) % 359.8), -84 + ((i * 37.3) % 168)] as const,
    );
    for (const z of [0, 3, 9, 14, 18]) {
      for (const [lng, lat] of points) {
        const [x31, y31] = lngLatToTile31(lng, lat);
        const [x, y] = [Math.floor(x31 / 2 ** (31 - z)), Math.floor(y31 / 2 ** (31 - z))];
        const { first, last } = tileCellRange({ z, x, y }, 31);
        const cell = cellOf(lng, lat);
        expect(cell >= first && cell < last).toBe(true);
        const { rows } = await db.query<{ x: number; y: number }>(
          `select st_x(p) as x, st_y(p) as y from (select st_asmvtgeom(st_transform(st_setsrid(st_makepoint($1::float8, $2::float8), 4326), 3857),
             st_tileenvelope($3::int, $4::int, $5::int), 4096, 64, true) as p) as t`,
          [lng, lat, z, x, y],
        );
        const unit = 2 ** (31 - z) / 4096;
        // PostGIS rounds to the nearest unit, we cut: half a unit and a hair of arithmetic.
        expect(Math.abs(x31 / unit - x * 4096 - rows[0]!.x)).toBeLessThan(0.51 + 2 / unit);
        expect(Math.abs(y31 / unit - y * 4096 - rows[0]!.y)).toBeLessThan(0.51 + 2 / unit);
      }
    }
  });
});
