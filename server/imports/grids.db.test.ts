import { afterAll, beforeAll, expect, it } from 'vitest';
import { lngLatToTile31 } from '../../tiles/grid.ts';
import { linkOverlays } from '../city/index.ts';
import type { Database } from '../db/index.ts';
import { SILENT } from '../files/index.ts';
import { openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { featuresOf, fetchTile } from '../testing/tile.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importDivisions, importGrids } from './index.ts';

const files = scratch();
const COMMUNITY = '990101001001';
const unit = (n: number, west: number) =>
  feature({ code: `${COMMUNITY}00${n}`, name: `第${n}网格` }, square(west, 47, 0.01));
const police = (more: object = {}) =>
  feature({ code: 'J1', name: '一警格', 责任人: '王警官', ...more }, square(123, 47, 0.02));

describeOnEngines('grids', (open) => {
  let db: Database;
  let app: TestApp;
  const options = { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') } as const;
  const run = (kind: 'comprehensive' | 'police' | 'duty', features: object[], more: object = {}) =>
    importGrids(db, files.write('g.geojson', collection(...features)), { ...options, kind, ...more }, SILENT);
  const rows = async (sql: string) => (await db.query<Record<string, unknown>>(sql)).rows;

  beforeAll(async () => {
    db = open();
    const squares = [
      feature({ code: '990101', name: '好区', level: 'district' }, square(123, 47, 0.1)),
      feature({ code: COMMUNITY, name: '好社区', level: 'community', parent: '990101' }, square(123, 47, 0.04)),
    ];
    await importDivisions(db, files.write('d.geojson', collection(...squares)), options, SILENT);
    app = await openApp(db);
  });
  afterAll(() => app.close());

  it('of 15 characters are divisions below the community whose code they begin with', async () => {
    const wrong = feature({ code: `${COMMUNITY}1`, name: '错' }, square(123.03, 47, 0.01));
    const report = await run('comprehensive', [unit(1, 123), unit(2, 123.01), wrong]);
    expect(report.features).toMatchObject({ read: 3, inserted: 2, rejected: 1 });
    expect(report.rejects.byReason).toEqual({ not_a_unit_grid_code: 1 });
    expect(
      await rows(`select d.code, p.code as parent, cardinality(d.path) as deep from division d join division p on p.id = d.parent_id
        where d.level = 5 order by 1`),
    ).toEqual([1, 2].map((n) => ({ code: `${COMMUNITY}00${n}`, parent: COMMUNITY, deep: 5 })));
  });

  it('of the police lie over them, many to one', async () => {
    expect((await run('police', [police()])).features).toMatchObject({ read: 1, inserted: 1 });
    expect(
      (await run('duty', [feature({ code: 'Z1', name: '责任一' }, square(123.005, 47, 0.01))])).features,
    ).toMatchObject({
      inserted: 1,
    });
    const { items } = await app.json<{ items: object[] }>('/api/grids?kind=police');
    expect(items).toMatchObject([
      {
        code: 'J1',
        responsible: '王警官',
        status: 'confirmed',
        units: [
          { code: `${COMMUNITY}001`, share: 1 },
          { code: `${COMMUNITY}002`, share: 1 },
        ],
      },
    ]);
    const duty = await app.json<{ items: { units: object[] }[] }>('/api/grids?kind=duty');
    expect(duty.items[0]!.units).toEqual([1, 2].map((n) => ({ code: `${COMMUNITY}00${n}`, share: 0.5 })));
    await linkOverlays(db);
    expect(await app.json<object>('/api/grids?kind=duty')).toEqual(duty);
  });

  it('are told of a point', async () => {
    expect(await app.json<object>('/api/reverse?lng=123.007&lat=47.005')).toMatchObject({
      grid: { code: `${COMMUNITY}001` },
      policeGrid: { code: 'J1', nameZh: '一警格', responsible: '王警官' },
      dutyGrid: { code: 'Z1', responsible: null },
      proposedGrid: null,
    });
  });

  it('are tiles by their kind, whose version moves with an import', async () => {
    const [x, y] = lngLatToTile31(123.01, 47.005).map((at) => Math.floor(at / 2 ** (31 - 13)));
    const path = `/tiles/grids/13/${x}/${y}.mvt`;
    const codes = async (query: string) =>
      featuresOf(await fetchTile(app, path + query), 'grids').map(({ properties }) => properties['code']);
    expect(await codes('')).toEqual([1, 2].map((n) => `${COMMUNITY}00${n}`));
    expect(await codes('?kind=comprehensive')).toEqual(await codes(''));
    expect(await codes('?kind=police')).toEqual(['J1']);
    const etag = (await app.app.request(`${path}?kind=police`)).headers.get('etag');
    await run('police', [police({ name: '又名' })]);
    await app.versions.apply(null);
    const after = await app.app.request(`${path}?kind=police`);
    expect(after.headers.get('etag')).not.toBe(etag);
    for (const query of ['?kind=military', '?colour=red'])
      expect((await app.app.request(path + query)).status).toBe(400);
  });

  it('keep their history: what is the same stays, what changed begins anew, what is not replaced ends', async () => {
    expect((await run('police', [police({ name: '又名' })])).features).toMatchObject({ unchanged: 1, updated: 0 });
    const other = feature({ code: 'J2', name: '二警格' }, square(123.02, 47, 0.01));
    expect((await run('police', [other], { replace: true })).features).toMatchObject({ inserted: 1, ended: 1 });
    expect(
      await rows(
        `select code, name_zh as name, valid_to is null as valid from grid_overlay where kind = 'police' order by id`,
      ),
    ).toEqual([
      { code: 'J1', name: '一警格', valid: false },
      { code: 'J1', name: '又名', valid: false },
      { code: 'J2', name: '二警格', valid: true },
    ]);
    expect(await rows(`select o.code from grid_overlay_unit u join grid_overlay o on o.id = u.overlay_id`)).toEqual(
      [1, 2].map(() => ({ code: 'Z1' })),
    );
  });
});
