import { afterAll, beforeAll, expect, it } from 'vitest';
import { drainOutbox } from '../db/index.ts';
import { loadSmallCity, openApp, TEST_UNTIL, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { tileOfCode } from '../../tiles/codes.ts';
import { announceLights } from './index.ts';

const MINUTE = 60_000;
const after = (minutes: number) => new Date(TEST_UNTIL.getTime() + minutes * MINUTE);

describeOnEngines('lights that turn by the clock', (database) => {
  let app: TestApp;
  let [moving, suspended, closed] = [0, 0, 0];

  beforeAll(async () => {
    const db = database();
    await loadSmallCity(db);
    const { rows } = await db.query<{ id: number }>(
      'select id::int from cases where cell is not null order by id limit 3',
    );
    [moving = 0, suspended = 0, closed = 0] = rows.map(({ id }) => id);
    // Only these have a limit: other lights stand.
    await db.query('update cases set yellow_at = null, due_at = null');
    await db.query(
      `update cases set yellow_at = $1::timestamptz, due_at = $2::timestamptz,
         status = (case id when $3::bigint then 'handling' when $4::bigint then 'suspended' else 'closed' end)::case_status
       where id = any(array[$3, $4, $5]::bigint[])`,
      [after(10), after(20), moving, suspended, closed],
    );
    app = await openApp(db);
  });
  afterAll(() => app.close());

  async function newest(): Promise<{ body: Record<string, unknown>; dirty: string[] }> {
    const { rows } = await database().query<{ body: Record<string, unknown>; dirty: string[] }>(
      'select body, dirty::text[] as dirty from outbox order by id desc limit 1',
    );
    return rows[0]!;
  }

  it('are told once each, of open cases that are not suspended, and of the tile where they are', async () => {
    const db = database();
    const turned = async (minutes: number) => announceLights(db, after(minutes));
    // The first look only sets the mark.
    expect(await turned(0)).toBe(0);
    // A clock that stands, then one that moves and turns nothing.
    expect([await turned(0), await turned(0), await turned(9.99)]).toEqual([0, 0, 0]);
    expect(await turned(10)).toBe(1);
    const { body, dirty } = await newest();
    expect(body).toEqual({ reason: 'lights' });
    const { rows } = await db.query<{ x: number; y: number; cell: string }>(
      'select cell::text from cases where id = $1::bigint',
      [moving],
    );
    expect(dirty.map((code) => BigInt(code))).toEqual([4n ** 20n + (BigInt(rows[0]!.cell) >> 22n)]);
    expect(tileOfCode(Number(dirty[0])).z).toBe(20);
    // Due at 20 is not past at 20.
    expect([await turned(10), await turned(20), await turned(20.01), await turned(21)]).toEqual([0, 0, 1, 0]);
  });

  it('are told by whoever comes next where nobody ran, and turn back with a clock that is put back', async () => {
    const db = database();
    expect(await announceLights(db, after(5))).toBe(2);
    expect(await announceLights(db, after(60))).toBe(2);
    expect(await announceLights(db, after(60))).toBe(0);
  });

  it('leave no cached tile behind', async () => {
    const db = database();
    const { rows } = await db.query<{ cell: string }>('select cell::text from cases where id = $1::bigint', [moving]);
    const { x, y } = tileOfCode(Number(4n ** 20n + (BigInt(rows[0]!.cell) >> 22n)));
    const etag = async (path: string) => (await app.app.request(path)).headers.get('etag');
    const [here, elsewhere] = [`/tiles/cases/20/${x}/${y}.mvt`, `/tiles/cases/20/${x + 9}/${y}.mvt`];
    await drainOutbox(db);
    await app.hub.reach(Infinity);
    const before = [await etag(here), await etag(elsewhere)];
    expect(await announceLights(db, after(15))).toBe(1);
    await drainOutbox(db);
    await app.hub.reach(Infinity);
    expect(await etag(here)).not.toBe(before[0]);
    expect(await etag(elsewhere)).toBe(before[1]);
  });
});
