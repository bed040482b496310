import { afterAll, beforeAll, expect, it } from 'vitest';
import { bboxToTiles, type Tile } from '../../../tiles/grid.ts';
import { caseLevel } from '../../../tiles/plan.ts';
import { WHOLE_CITY, type Scope } from '../../access/index.ts';
import { drainOutbox, fixedClock } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { loadSmallCity, openApp, TEST_UNTIL, type TestApp } from '../../testing/city.ts';
import { dice } from '../../testing/dice.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { readGroups } from '../../tiles/caseGroups.ts';
import {
  actOnCase,
  CASE_ACTIONS,
  CASE_ROLES,
  reportCase,
  STATUS_FILTERS,
  type CaseFilter,
  type CaseGroup,
} from '../index.ts';

const EXTENT: [number, number, number, number] = [122.3, 45.9, 126.8, 48.9];

/** What the database can tell of a group, too. */
const plain = (groups: readonly CaseGroup[] | null) => groups?.map(({ open: _, ...group }) => group);

describeOnEngines('held cases', (database) => {
  let app: TestApp;
  let words: { datasetId: number; sourceId: number; categoryId: number };
  const names = { category: [] as string[], source: [] as string[], division: [] as number[] };
  const roll = dice(5);
  const pick = <T>(from: readonly T[]): T => from[roll(from.length)]!;
  const clock = fixedClock(TEST_UNTIL);

  beforeAll(async () => {
    await loadSmallCity(database());
    const list = async (sql: string) => (await database().query<{ v: string }>(sql)).rows.map(({ v }) => v);
    names.category = await list('select code as v from category order by id');
    names.source = await list('select key as v from source order by id');
    names.division = (await list('select id::text as v from division order by id')).map(Number);
    words = (
      await database().query<typeof words>(
        `select (select id from dataset where key = 'demo-cases') as "datasetId", (select min(id) from source) as "sourceId",
           (select min(id) from category) as "categoryId"`,
      )
    ).rows[0]!;
    app = await openApp(database());
  });
  afterAll(() => app.close());

  function anyFilter(): CaseFilter {
    const filter: CaseFilter = { status: pick(STATUS_FILTERS) };
    if (roll(3) === 0) filter.category = pick(names.category);
    if (roll(3) === 0) filter.source = pick(names.source);
    if (roll(3) === 0) filter.division = pick(names.division);
    if (roll(4) === 0) filter.from = `2026-0${1 + roll(9)}-1${roll(10)}`;
    if (roll(4) === 0) filter.to = `2026-1${roll(2)}-0${1 + roll(9)}`;
    return filter;
  }

  async function anyTile(): Promise<Tile> {
    const z = roll(21);
    const { rows } = await database().query<{ lng: number; lat: number }>(
      'select st_x(geom) as lng, st_y(geom) as lat from cases where geom is not null order by id limit 1 offset $1::int',
      [roll(5000)],
    );
    const { lng, lat } = rows[0]!;
    const { minX: x, minY: y } = bboxToTiles([lng, lat, lng, lat], z);
    return { z, x, y };
  }

  async function compare(filter: CaseFilter, tile: Tile, scope: Scope = WHOLE_CITY): Promise<number> {
    const held = app.held.groups(tile, caseLevel(tile.z), filter, scope, TEST_UNTIL);
    const counted = await readGroups(database(), scope, filter, TEST_UNTIL, tile, caseLevel(tile.z));
    // Where there are several the database tells no id, and we neither.
    expect({ filter, tile, groups: plain(held) }).toEqual({ filter, tile, groups: plain(counted) });
    return counted.length;
  }

  async function compareMany(n: number): Promise<void> {
    let filled = 0;
    for (let i = 0; i < n; i++) if ((await compare(anyFilter(), await anyTile())) > 0) filled++;
    expect(filled).toBeGreaterThan(n / 20);
  }

  const told = () => drainOutbox(database()).then(() => app.hub.reach(Infinity));

  async function anyAct(): Promise<void> {
    const { rows } = await database().query<{ id: number; lng: number; lat: number }>(
      'select id::int, st_x(geom) as lng, st_y(geom) as lat from cases where geom is not null and status = any($2::case_status[]) order by id desc limit 1 offset $1::int',
      [
        roll(60),
        roll(4)
          ? ['to_file', 'to_dispatch', 'handling', 'to_check', 'checking', 'to_close']
          : ['closed', 'reported', 'suspended'],
      ],
    );
    const one = rows[0];
    if (!one) return;
    if (roll(3) === 0) {
      const where = {
        lng: one.lng + roll(3) / 1e4,
        lat: one.lat,
        address: null,
        description: null,
        departmentId: null,
      };
      await reportCase(database(), clock, { ...words, ...where }, { role: 'collector', actor: 'test' });
      return;
    }
    for (let tries = 0; tries < 40; tries++) {
      const data = { departmentId: 1, satisfied: false };
      const act = { action: pick(CASE_ACTIONS), role: pick(CASE_ROLES), actor: 'test', note: null, data };
      const done = await actOnCase(database(), clock, one.id, act).then(
        () => true,
        (error: unknown) => {
          if (error instanceof HekanError) return false;
          throw error;
        },
      );
      if (done) return;
    }
  }

  it('give what the database counts, for any filter on any tile', async () => {
    for (const status of STATUS_FILTERS) await compare({ status }, { z: 0, x: 0, y: 0 });
    await compareMany(120);
  });

  it('keep to a scope', async () => {
    for (let i = 0; i < 20; i++) {
      const scope = { divisionIds: [pick(names.division), pick(names.division)] };
      await compare({ status: 'all' }, { z: 0, x: 0, y: 0 }, scope);
    }
  });

  it('follow what cases do', async () => {
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 12; i++) await anyAct();
      await told();
      await compare({ status: 'all' }, { z: 5, x: 27, y: 11 });
      await compareMany(20);
    }
  });

  it('follow cases that move, lose their place, and go', async () => {
    const db = database();
    const { rows } = await db.query<{ id: number }>(
      'select id::int from cases where geom is not null order by id limit 40',
    );
    const ids = rows.map(({ id }) => id);
    await db.query(
      `update cases set geom = (select geom from cases where id = $2::bigint), cell = (select cell from cases where id = $2::bigint)
       where id = any($1::bigint[])`,
      [ids.slice(0, 15), ids[39]],
    );
    await db.query('update cases set geom = null, cell = null where id = any($1::bigint[])', [ids.slice(15, 25)]);
    await db.query('delete from cases where id = any($1::bigint[])', [ids.slice(25, 35)]);
    await db.query(
      `insert into outbox (topic, body, layers, dirty, case_ids) values ('data', '{}', '{cases}', '{1}', $1::bigint[])`,
      [ids],
    );
    const before = app.held.size;
    await told();
    expect(app.held.size).toBe(before - 20);
    await compare({ status: 'all' }, { z: 0, x: 0, y: 0 });
    await compareMany(30);
  });

  it('follow new words, and read everything again where nobody says what changed', async () => {
    const db = database();
    await db.query(`insert into source (id, key, name_zh, name_en) values (9001, 'late', '新', 'Late')`);
    await db.query(`update cases set source_id = 9001 where id % 7 = 0`);
    const ids = (await db.query<{ id: number }>('select id::int from cases where id % 7 = 0')).rows.map(({ id }) => id);
    await db.query(
      `insert into outbox (topic, body, layers, dirty, case_ids) values ('data', '{}', '{cases}', '{1}', $1::bigint[])`,
      [ids],
    );
    await told();
    expect(await compare({ status: 'all', source: 'late' }, { z: 0, x: 0, y: 0 })).toBeGreaterThan(0);
    await db.query('delete from cases where id % 5 = 0');
    await db.query(`insert into outbox (topic, body, layers) values ('data', '{}', '{cases}')`);
    await told();
    await app.held.settled();
    expect(app.held.ready).toBe(true);
    await compareMany(20);
  });

  it('refuse words that the city does not have, and take equal filters for one', async () => {
    const status = async (query: string) => (await app.app.request(`/tiles/cases/6/54/22.mvt?${query}`)).status;
    expect(await status('category=no-such')).toBe(400);
    expect(await status('source=no-such')).toBe(400);
    expect(await status('from=2026-02-01&to=2026-01-31')).toBe(400);
    expect(await status('colour=red')).toBe(400);
    const bytes = async (query: string) =>
      Buffer.from(await (await app.app.request(`/tiles/cases/6/54/22.mvt?${query}`)).arrayBuffer()).toString('hex');
    expect(await bytes('status=open')).toBe(await bytes(''));
  });

  it('make the bytes that the database makes', async () => {
    const other = await openApp(database());
    await other.held.close();
    await other.held.apply(null);
    expect(other.held.ready).toBe(false);
    const { minX, minY } = bboxToTiles([...EXTENT], 4);
    for (const path of [`4/${minX}/${minY}`, '7/108/44', '10/864/358', '12/3458/1435', '13/6916/2870', '0/0/0']) {
      for (const query of ['', 'status=all', 'status=closed', 'status=overdue']) {
        const ask = async ({ app: from }: TestApp) =>
          Buffer.from(await (await from.request(`/tiles/cases/${path}.mvt?${query}`)).arrayBuffer()).toString('base64');
        expect({ path, query, same: (await ask(app)) === (await ask(other)) }).toEqual({ path, query, same: true });
      }
    }
    await other.close();
  });
});
