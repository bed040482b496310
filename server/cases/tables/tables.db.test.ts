import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { fixedClock } from '../../db/index.ts';
import { loadSmallCity, TEST_UNTIL } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import {
  actOnCase,
  escalateOverdue,
  importCalendar,
  importCategories,
  importDuty,
  readCase,
  reportCase,
} from '../index.ts';
import { WHOLE_CITY } from '../../access/index.ts';

const quiet = { progress: () => undefined, line: () => undefined };
const folder = mkdtempSync(join(tmpdir(), 'hekan-tables-'));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const HEADER = 'standard,kind,code,major_zh,major_en,name_zh,name_en,department,condition,area_grade,limit,unit\n';

describeOnEngines('tables of the workflow', (database) => {
  let department: { id: number; key: string };
  beforeAll(async () => {
    await loadSmallCity(database());
    department = (
      await database().query<{ id: number; key: string }>('select id, key from department order by id limit 1')
    ).rows[0]!;
  });

  const load = (name: string, rows: string) =>
    importCategories(database(), file(name, HEADER + rows), { rejects: join(folder, `${name}.rejects.csv`) }, quiet);

  it('take who leads and who assists by category and division; what is not known goes to the rejects', async () => {
    const { rows: others } = await database().query<{ id: number; key: string }>(
      'select id, key from department order by id offset 1 limit 2',
    );
    const { rows: divisions } = await database().query<{ id: number; code: string }>(
      'select id, code from division where level = 2 order by id limit 1',
    );
    const [lead, help] = [others[0]!, others[1]!];
    const of = 'GB/T 47678.5-2026,event,06010';
    const text = [
      'standard,kind,code,division,department,assisting,radius_m,window_hours',
      `${of},,${department.key},${lead.key};${help.key},80,48`,
      `${of},${divisions[0]!.code},${lead.key},${help.key},,`,
      `${of},nowhere,${lead.key},,,`,
      `${of},,nobody,,,`,
      `${of},,${lead.key},nobody,,`,
      `GB/T 47678.5-2026,event,99999,,${lead.key},,,`,
      `${of},,,,-1,48`,
      `${of},,,,80,`,
      `${of},,,,,`,
    ].join('\n');
    for (const name of ['duty.csv', 'again.csv']) {
      const report = await importDuty(
        database(),
        file(name, text),
        { rejects: join(folder, `${name}.rejects`) },
        quiet,
      );
      expect(report.rows).toEqual({ read: 9, taken: 2, rejected: 7 });
      expect(report.rejects.byReason).toEqual({
        unknown_division: 1,
        unknown_department: 2,
        unknown_category: 1,
        strange_radius_m: 1,
        strange_window_hours: 1,
        missing_department: 1,
      });
    }
    const { rows: duties } = await database().query(
      `select y.division_id, y.department_id, y.assisting from duty y join category c on c.id = y.category_id
       where c.code = '06010' and y.division_id in (0, $1::int) order by y.division_id`,
      [divisions[0]!.id],
    );
    expect(duties).toEqual([
      { division_id: 0, department_id: department.id, assisting: [lead.id, help.id] },
      { division_id: divisions[0]!.id, department_id: lead.id, assisting: [help.id] },
    ]);
    const { rows: rules } = await database().query(
      `select r.radius_m, r.window_hours from duplicate_rule r join category c on c.id = r.category_id where c.code = '06010'`,
    );
    expect(rules).toEqual([{ radius_m: 80, window_hours: 48 }]);
  });

  it('take categories with their limits, twice as once; a bad row goes to the rejects', async () => {
    const rows = [
      `GB/T 47678.5-2026,event,06010,市容环境,City appearance,暴露垃圾,Exposed rubbish,${department.key},,,1,working_day`,
      `GB/T 47678.5-2026,event,06010,市容环境,City appearance,暴露垃圾,Exposed rubbish,${department.key},紧急,,2,urgent_hour`,
      `GB/T 47678.5-2026,event,06010,市容环境,City appearance,暴露垃圾,Exposed rubbish,${department.key},,1,4,working_hour`,
      'GB/T 47678.5-2026,event,6x,市容环境,,坏,,,,,,',
      'GB/T 47678.5-2026,thing,06011,市容环境,,坏,,,,,,',
      'GB/T 47678.5-2026,event,06011,市容环境,,坏,,nobody,,,,',
      'GB/T 47678.5-2026,event,06011,市容环境,,坏,,,,,-1,working_day',
      'GB/T 47678.5-2026,event,06011,市容环境,,坏,,,,,1,weeks',
      'GB/T 47678.5-2026,event,06011,市容环境,,,,,,,,',
    ].join('\n');
    const once = await load('categories.csv', rows);
    expect(once).toMatchObject({ categories: 1, limits: 3, rows: { read: 9, taken: 3, rejected: 6 } });
    expect(once.rejects.byReason).toEqual({
      missing_name_zh: 1,
      strange_code: 1,
      strange_limit: 1,
      strange_unit: 1,
      unknown_department: 1,
      unknown_kind: 1,
    });
    expect(readFileSync(once.rejects.path!, 'utf8')).toContain('\n5,strange_code,code,6x,');
    const count = async () =>
      (
        await database().query(
          'select count(*)::int as n, (select count(*)::int from time_limit) as limits from category',
        )
      ).rows;
    const before = await count();
    await load('categories.csv', rows);
    expect(await count()).toEqual(before);
  });

  it('refuse a file with another header', async () => {
    const path = file('other.csv', 'a,b\n1,2\n');
    await expect(importCategories(database(), path, { rejects: undefined }, quiet)).rejects.toThrow(
      /no column standard, kind/,
    );
    await expect(load('empty.csv', '')).rejects.toThrow(/rows below the header/);
  });

  it('give a case the most exact limit, by the working calendar', async () => {
    const db = database();
    await db.query('update division set area_grade = 0');
    const path = file(
      'calendar.json',
      JSON.stringify({
        years: [{ year: 2026, hours: ['08:30-12:00', '13:30-18:00'], daysOff: ['2026-11-24'], makeUpDays: [] }],
        stages: { filing: { value: 30, unit: 'urgent_hour' } },
      }),
    );
    expect(await importCalendar(db, path)).toEqual({ years: [2026], stages: ['filing'] });
    const { rows } = await db.query<{ datasetId: number; sourceId: number; categoryId: number }>(
      `select (select id from dataset where key = 'demo-cases') as "datasetId", (select min(id) from source) as "sourceId",
         id as "categoryId" from category where code = '06010' and standard_ref like '%2026'`,
    );
    const where = { lng: 123.95, lat: 47.35, address: null, description: null, departmentId: department.id };
    const clock = fixedClock(TEST_UNTIL); // a Monday noon
    const due = async (condition: string | null) => {
      const id = await reportCase(db, clock, { ...rows[0]!, ...where }, { role: 'operator', actor: 'x' });
      const act = { role: 'operator' as const, actor: 'x', note: null };
      if (condition !== null)
        await actOnCase(db, clock, id, { ...act, action: 'correct', data: { filingCondition: condition } });
      await actOnCase(db, clock, id, { ...act, action: 'accept' });
      const accepted = await readCase(db, clock, WHOLE_CITY, id);
      expect(accepted.stageDueAt).toBe(new Date(TEST_UNTIL.getTime() + 30 * 3_600_000).toISOString());
      await actOnCase(db, clock, id, { action: 'file', role: 'shift_lead', actor: 'x', note: null });
      const { dueAt, limit } = await readCase(db, clock, WHOLE_CITY, id);
      return { dueAt, limit };
    };
    // The afternoon has 4.5 of the day's 8 hours, Tuesday is off, the rest is on Wednesday.
    expect(await due(null)).toEqual({ dueAt: '2026-11-25T04:00:00.000Z', limit: { value: 1, unit: 'working_day' } });
    expect(await due('紧急')).toEqual({ dueAt: '2026-11-23T06:00:00.000Z', limit: { value: 2, unit: 'urgent_hour' } });
    await db.query('update division set area_grade = 1 where level = 2');
    expect(await due(null)).toEqual({ dueAt: '2026-11-23T09:30:00.000Z', limit: { value: 4, unit: 'working_hour' } });
  });

  it('escalate what is overdue for long, a level at a time, and not again', async () => {
    const db = database();
    await importCalendar(db, file('rules.json', JSON.stringify({ escalation: [0, 24] })));
    const levels = async () =>
      (
        await db.query<{ level: number; wrong: boolean; n: number }>(
          `select escalation::int as level, escalation <> case when due_at < $1::timestamptz - interval '24 hours' then 2
             when due_at < $1::timestamptz then 1 else 0 end as wrong, count(*)::int as n
           from cases where open and status <> 'suspended' group by 1, 2 order by 1, 2`,
          [TEST_UNTIL],
        )
      ).rows;
    expect((await levels()).some(({ wrong }) => wrong)).toBe(true);
    while ((await escalateOverdue(db, TEST_UNTIL)) > 0);
    const after = await levels();
    expect(after.filter(({ wrong }) => wrong)).toEqual([]);
    expect(after.map(({ level }) => level)).toEqual([0, 1, 2]);
    expect(await escalateOverdue(db, TEST_UNTIL)).toBe(0);
  });

  it.each<[string, unknown, RegExp]>([
    ['levels out of order', { escalation: [24, 1] }, /each level later/],
    ['a word it does not know', { years: [], holidays: [] }, /holidays/],
    ['hours that are none', { years: [{ year: 2026, hours: ['8-9'] }] }, /hours: expected HH:MM-HH:MM/],
    [
      'a day of another year',
      { years: [{ year: 2026, hours: ['08:00-12:00'], daysOff: ['2027-01-01'] }] },
      /a day YYYY-MM-DD of 2026/,
    ],
    ['a stage that is none', { stages: { lunch: { value: 1, unit: 'urgent_hour' } } }, /stages/],
    ['a limit of nothing', { stages: { filing: { value: 0, unit: 'urgent_hour' } } }, /stages.filing.value/],
  ])('refuse a calendar with %s', async (_what, given, message) => {
    await expect(importCalendar(database(), file('bad.json', JSON.stringify(given)))).rejects.toThrow(message);
  });
});
