import { beforeAll, expect, it } from 'vitest';
import { actOnCase, reportCase } from '../cases/index.ts';
import { fixedClock } from '../db/index.ts';
import { loadSmallCity } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';

/** Thursday, 19 November 2026, ten in the morning. */
const NOW = new Date('2026-11-19T10:00:00+08:00');
const BROKEN_ROAD = '06013';

describeOnEngines('what the demonstration city has decided', (database) => {
  beforeAll(() => loadSmallCity(database()));

  async function fileIn(
    district: string,
    condition: string,
  ): Promise<{ due: string; duty: string; assisting: string[] }> {
    const { rows } = await database().query<{
      dataset: number;
      source: number;
      category: number;
      lng: number;
      lat: number;
    }>(
      `select (select id from dataset where key = 'demo-cases') as dataset, (select id from source where key = 'collector') as source,
         (select id from category where code = $1::text) as category, st_x(label) as lng, st_y(label) as lat
       from division where level = 2 and name_zh = $2::text`,
      [BROKEN_ROAD, district],
    );
    const { dataset, source, category, lng, lat } = rows[0]!;
    const clock = fixedClock(NOW);
    const what = { datasetId: dataset, sourceId: source, categoryId: category, departmentId: null };
    const id = await reportCase(
      database(),
      clock,
      { ...what, lng, lat, address: '', description: '' },
      { role: 'collector', actor: '采' },
    );
    await actOnCase(database(), clock, id, { action: 'accept', role: 'operator', actor: '受', note: null });
    await database().query('update cases set filing_condition = $2::text where id = $1::bigint', [id, condition]);
    await actOnCase(database(), clock, id, { action: 'file', role: 'shift_lead', actor: '值', note: null });
    const { rows: filed } = await database().query<{ due: Date; duty: string; assisting: string[] }>(
      `select c.due_at as due, m.key as duty, array(select a.key from unnest(u.assisting) as k (id) join department a on a.id = k.id order by a.key) as assisting
       from cases c join division d on d.id = c.division_id
         cross join lateral (select * from duty where category_id = c.category_id and division_id = any(d.path || 0)
           order by array_position(d.path, division_id) desc nulls last limit 1) as u
         join department m on m.id = u.department_id
       where c.id = $1::bigint`,
      [id],
    );
    const { due, ...rest } = filed[0]!;
    return { due: due.toISOString(), ...rest };
  }

  it('gives a broken road four working days in the centre, seven around it and eleven in a county, led by other people', async () => {
    // Working days: 20, 23-27, 30 November, 1-4 December.
    const [centre, around, county] = [
      await fileIn('望汀区', ''),
      await fileIn('霁光区', ''),
      await fileIn('霜桥县', ''),
    ];
    expect(centre.due).toBe('2026-11-25T02:00:00.000Z');
    expect(around.due).toBe('2026-11-30T02:00:00.000Z');
    expect(county.due).toBe('2026-12-04T02:00:00.000Z');
    expect(centre).toMatchObject({ duty: 'public_works', assisting: ['traffic_police'] });
    expect(county).toMatchObject({ duty: 'urban_management', assisting: ['community', 'traffic_police'] });
  });

  it('gives half a day to one on a main road, wherever it is', async () => {
    expect((await fileIn('霜桥县', '主干路，影响通行')).due).toBe('2026-11-19T14:00:00.000Z');
  });
});
