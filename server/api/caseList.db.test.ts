import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actOnCase, reportCase, type StepData } from '../cases/index.ts';
import { fixedClock } from '../db/index.ts';
import { loadSmallCity, openApp, TEST_UNTIL, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { caseFile } from './caseFile.ts';
import type { CaseDetail, CaseItem, CasePage } from './shapes.ts';

interface Sheet {
  sheet: string;
  data: unknown[][];
}

describeOnEngines('lists of cases', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  /** A whole list, page by page. */
  async function list(query: string, limit: number): Promise<CaseItem[]> {
    const items: CaseItem[] = [];
    let page = await app.json<CasePage>(`/api/cases?${query}&limit=${limit}`);
    items.push(...page.items);
    while (page.next !== null) {
      page = await app.json<CasePage>(`/api/cases?${query}&limit=${limit}&after=${page.next}`);
      expect(page.total).toBeNull();
      items.push(...page.items);
    }
    return items;
  }
  async function csv(query: string): Promise<string[][]> {
    const response = await app.app.request(`/api/cases?${query}&format=csv`);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    return parse(await response.text(), { bom: true });
  }

  it('by deadline come earliest first, those without one last, each once whatever the page', async () => {
    const query = 'sort=due&from=2026-09-01&to=2026-09-20';
    const whole = await list(query, 500);
    const { total } = await app.json<CasePage>(`/api/cases?${query}&limit=1`);
    expect(whole).toHaveLength(total!);
    const due = whole.map(({ dueAt }) => (dueAt === null ? Infinity : Date.parse(dueAt)));
    expect(due).toEqual([...due].sort((a, b) => (a < b ? -1 : Number(a > b))));
    expect(due).toContain(Infinity);
    expect(due[0]).toBeLessThan(Infinity);
    const size = Math.ceil(whole.length / 4);
    expect((await list(query, size)).map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
    expect((await app.app.request('/api/cases?sort=due&after=tomorrow')).status).toBe(400);
  });

  it('as CSV are all that match, in order, in the city’s time', async () => {
    const query = 'status=closed&from=2026-09-01&to=2026-10-31';
    const { total, items } = await app.json<CasePage>(`/api/cases?${query}&limit=500`);
    const [head, ...rows] = await csv(`${query}&limit=1`);
    expect(head?.slice(0, 2)).toEqual(['案卷号', '状态']);
    expect(rows).toHaveLength(total!);
    expect(rows.slice(0, items.length).map(([no]) => no)).toEqual(items.map(({ caseNo }) => caseNo));
    const first = items[0]!;
    const local = new Date(Date.parse(first.reportedAt) + 8 * 3_600_000).toISOString();
    expect(rows[0]![head!.indexOf('上报时间')]).toBe(`${local.slice(0, 10)} ${local.slice(11, 19)}`);
    expect(rows[0]![1]).toBe('已结案');
    const [english] = await csv(`${query}&lang=en&q=nothing-like-it`);
    expect(english?.[0]).toBe('Case');
  });

  it('as a workbook have times as times and a sheet that says what they are', async () => {
    const query = 'kpi=closure&part=numerator&from=2026-10-01&to=2026-10-31&asOf=2026-11-01T00:00:00%2B08:00';
    const { total, items } = await app.json<CasePage>(`/api/cases?${query}&limit=1`);
    const response = await app.app.request(`/api/cases?${query}&format=xlsx&lang=en`);
    const [cases, about] = (await readXlsxFile(Buffer.from(await response.arrayBuffer()))) as Sheet[];
    expect(cases!.data).toHaveLength(total! + 1);
    const cell = (name: string) => cases!.data[1]![cases!.data[0]!.indexOf(name)];
    expect(cell('Case')).toBe(items[0]!.caseNo);
    const wall = Date.parse(items[0]!.reportedAt) + 8 * 3_600_000;
    expect(Math.abs((cell('Reported') as Date).getTime() - wall)).toBeLessThan(1000);
    const said = (name: string) => about!.data.find(([head]) => head === name);
    expect(said('Indicator')?.[2]).toBe('closure v1');
    expect(said('Cases')?.[1]).toBe(total);
    expect(about!.data).toContainEqual(['Filter', 'asOf', '2026-11-01T00:00:00+08:00']);
  });

  it('are refused where they are too long for a file, or in a format that there is not', async () => {
    const filter = { filter: {}, sort: 'reported', lang: 'zh', query: {} } as const;
    for (const format of ['csv', 'xlsx'] as const)
      await expect(caseFile(app.runtime, { ...filter, format }, () => undefined, 10)).rejects.toMatchObject({
        code: 'too_large',
        field: 'format',
        given: format,
      });
    expect((await app.app.request('/api/cases?format=pdf')).status).toBe(400);
  });

  it('break off, and are told of, where the database fails under them', async () => {
    const told: unknown[] = [];
    const db = database();
    let queries = 0;
    const query = (...given: Parameters<typeof db.query>) =>
      ++queries > 2 ? Promise.reject(new Error('gone')) : db.query(...given);
    const failing = { ...app.runtime, db: { ...db, query: query as typeof db.query } };
    const request = { filter: {}, sort: 'reported', lang: 'zh', query: {}, format: 'csv' } as const;
    const response = await caseFile(failing, request, (error) => told.push(error));
    await expect(response.text()).rejects.toThrow('gone');
    expect(told).toHaveLength(1);
  });

  it('tell who assists after a dispatch, and after the case came back from handling', async () => {
    const db = database();
    const clock = fixedClock(TEST_UNTIL);
    const { rows } = await db.query<{ datasetId: number; sourceId: number; categoryId: number; departments: number[] }>(
      `select (select id from dataset where key = 'demo-cases') as "datasetId", (select min(id) from source) as "sourceId",
         (select min(id) from category where department_id is not null) as "categoryId",
         (select array_agg(id order by id) from department) as departments`,
    );
    const { departments, ...base } = rows[0]!;
    const [lead, ...others] = departments;
    const where = { departmentId: null, lng: 123.95, lat: 47.35, address: '测试路 1 号', description: null };
    const id = await reportCase(db, clock, { ...base, ...where }, { role: 'collector', actor: '采集员' });
    const act = (
      action: 'accept' | 'file' | 'dispatch' | 'ask_return' | 'return',
      role: 'operator' | 'shift_lead' | 'dispatcher' | 'department',
      data?: StepData,
    ) => actOnCase(db, clock, id, { action, role, actor: '某人', note: null, ...(data ? { data } : {}) });
    await act('accept', 'operator');
    await act('file', 'shift_lead');
    const assisting = async () => (await app.json<CaseDetail>(`/api/cases/${id}`)).assisting.map(({ code }) => code);
    const codes = async (ids: number[]) =>
      (
        await db.query<{ key: string }>('select key from department where id = any($1::int[]) order by key', [ids])
      ).rows.map(({ key }) => key);
    await act('dispatch', 'dispatcher', { departmentId: lead!, assisting: others.slice(0, 2) });
    expect(await assisting()).toEqual(await codes(others.slice(0, 2)));
    await act('ask_return', 'department');
    await act('return', 'shift_lead');
    // Sent again to the same lead without a word about who assists: they still do.
    await act('dispatch', 'dispatcher', { departmentId: lead! });
    expect(await assisting()).toEqual(await codes(others.slice(0, 2)));
    // To another lead: nobody assists unless told.
    await act('ask_return', 'department');
    await act('return', 'shift_lead');
    await act('dispatch', 'dispatcher', { departmentId: others[0]! });
    expect(await assisting()).toEqual([]);
  });
});
