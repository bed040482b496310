import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SnapshotWithRows } from '../../api/snapshotShapes.ts';
import type { CasePage, KpiTable } from '../../api/shapes.ts';
import { loadSmallCity, openApp, TEST_KEY, TEST_UNTIL, type TestApp } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import { openSigningKey, takeDue } from '../snapshot/index.ts';
import { dueDays, reportTables, writeDueReport } from './index.ts';

type Rows = unknown[][];
const share = (percent: string | null) => (percent === null ? null : Number(percent) / 100);

async function read(bytes: ArrayBuffer | Buffer): Promise<Map<string, Rows>> {
  const sheets = (await readXlsxFile(Buffer.from(bytes as ArrayBuffer))) as { sheet: string; data: Rows }[];
  return new Map(sheets.map(({ sheet, data }) => [sheet, data]));
}

describeOnEngines('reports', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  async function report(path: string): Promise<Map<string, Rows>> {
    const response = await app.app.request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/spreadsheetml/);
    return read(await response.arrayBuffer());
  }
  const rowOf = (sheet: Rows | undefined, name: string) => sheet?.find((row) => row.includes(name)) ?? [];

  it('of a day have the figures of that day, as they were known when it ended', async () => {
    const sheets = await report('/api/reports/daily?date=2026-11-20&lang=en');
    // Each day as it was known when it ended.
    const day = (of: string) => {
      const end = new Date(Date.parse(`${of}T00:00:00+08:00`) + 86_400_000);
      return `from=${of}&to=${of}&asOf=${end.toISOString()}`;
    };
    const kpi = (id: string, by: string, of: string) => app.json<KpiTable>(`/api/kpi/${id}?by=${by}&${day(of)}`);
    const [now, before, year] = [
      await kpi('closure', 'division', '2026-11-20'),
      await kpi('closure', 'division', '2026-11-19'),
      await kpi('closure', 'division', '2025-11-20'),
    ];
    const row = rowOf(sheets.get('Indicators'), 'Closure rate');
    const value = (table: KpiTable) => share(table.total.percent);
    expect(row.slice(1, 5)).toEqual([now.total.numerator, now.total.denominator, value(now), value(before)]);
    expect(row[6] ?? null).toBe(value(year));
    expect(rowOf(sheets.get('Summary'), 'Closed').slice(1, 3)).toEqual([now.total.numerator, before.total.numerator]);
    const district = [...now.rows].sort((a, b) => b.denominator - a.denominator)[0]!;
    expect(rowOf(sheets.get('Districts'), district.code).slice(4, 7)).toEqual([
      district.denominator,
      district.numerator,
      share(district.percent),
    ]);
    const departments = await kpi('closure', 'department', '2026-11-20');
    const busy = departments.rows.find(({ code, denominator }) => code !== '' && denominator > 0)!;
    expect(rowOf(sheets.get('Departments'), busy.code)[4]).toBe(busy.denominator);
    expect(sheets.get('Categories (top 20)')!.length).toBeLessThanOrEqual(22);
    expect(rowOf(sheets.get('About'), 'Daily report')[2]).toBe('2026-11-20');
    expect(rowOf(sheets.get('About'), 'Closure rate')).toContain('closure v1');
    expect([...sheets.keys()]).not.toContain('Adjustments');
  }, 120_000);

  it('list what is overdue and open, and how late it is', async () => {
    const sheets = await report('/api/reports/daily?date=2026-11-23');
    const list = sheets.get('超期在办')!;
    const { total, items } = await app.json<CasePage>('/api/cases?status=overdue&sort=due&limit=5');
    expect(list).toHaveLength(total! + 1);
    expect(list.slice(1, 6).map(([no]) => no)).toEqual(items.map(({ caseNo }) => caseNo));
    const hours = (TEST_UNTIL.getTime() - Date.parse(items[0]!.dueAt!)) / 3_600_000;
    expect(list[1]![list[0]!.indexOf('超期小时')]).toBeCloseTo(hours, 6);
    const { total: open } = await app.json<CasePage>('/api/cases?status=open&limit=1');
    expect(rowOf(sheets.get('综述'), '在办（截至时）')[1]).toBe(open);
    expect(rowOf(sheets.get('综述'), '其中超期')[1]).toBe(total);
    expect(sheets.get('区县评分')![1]?.[0]).toBe(1);
  }, 120_000);

  it('of a month are drawn from its snapshot where there is one, and say so', async () => {
    const unsigned = await report('/api/reports/monthly?month=2026-10&lang=en');
    expect(rowOf(unsigned.get('About'), 'counted from the cases, not signed')).toHaveLength(4);
    await takeDue(database(), () => openSigningKey(TEST_KEY), 0, TEST_UNTIL);
    const signed = await report('/api/reports/monthly?month=2026-10&lang=en');
    // The same figures, before anything has changed.
    for (const sheet of ['Summary', 'Indicators', 'Districts', 'Streets', 'Departments'])
      expect(signed.get(sheet)).toEqual(unsigned.get(sheet));
    const snapshot = await app.json<SnapshotWithRows>('/api/kpi/snapshots/2026-10');
    expect(rowOf(signed.get('About'), 'signed snapshot 1')[2]).toBe(`SHA-256 ${snapshot.hash}`);
    const { rows } = await app.json<{ rows: unknown[] }>('/api/kpi/snapshots/2026-10/adjustments');
    expect(signed.get('Adjustments')).toHaveLength(rows.length + 1);
    expect(rows.length).toBeGreaterThan(0);
  }, 180_000);

  it('of a month tell whoever sees one district that district, counted', async () => {
    const district = await app.json<{ items: { id: number; code: string }[] }>('/api/divisions?level=district');
    const [one, other] = district.items as [{ id: number; code: string }, { id: number; code: string }];
    const city = app.runtime.city();
    const tables = await database().snapshot((client) =>
      reportTables(client, { divisionIds: [one.id] }, { kind: 'monthly', month: '2026-10' }, city, 'en', TEST_UNTIL),
    );
    const sheet = (name: string) => tables.find((table) => table.name === name)!;
    const table = await app.json<KpiTable>(
      `/api/kpi/filing?by=source&division=${one.id}&from=2026-10-01&to=2026-10-31&asOf=2026-10-31T16:00:00Z`,
    );
    expect(sheet('Summary').rows[0]?.slice(0, 2)).toEqual(['Reported', table.total.denominator]);
    expect(sheet('Districts').rows.map(([code]) => code)).toEqual([one.code, '']);
    expect(JSON.stringify(sheet('Streets').rows)).not.toContain(`"${other.code}`);
    expect(sheet('Adjustments')).toBeUndefined();
  }, 120_000);

  it('are refused for days and months that have not begun, or are none, by name', async () => {
    const problem = async (path: string) => {
      const response = await app.app.request(`/api/reports/${path}`);
      return { status: response.status, ...((await response.json()) as { field?: string; given?: string }) };
    };
    expect(await problem('daily?date=2026-11-24')).toMatchObject({ status: 400, field: 'date', given: '2026-11-24' });
    expect(await problem('daily?date=yesterday')).toMatchObject({ status: 400, field: 'date' });
    expect(await problem('monthly?month=2027-01')).toMatchObject({ status: 400, field: 'month', given: '2027-01' });
    expect(await problem('monthly?month=2026')).toMatchObject({ status: 400, field: 'month' });
    expect(await problem('monthly?lang=fr')).toMatchObject({ status: 400, field: 'lang' });
  });

  it('are put into a folder when they are due, whole, and never twice', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'hekan-reports-')), 'reports');
    const write = (now: Date) => writeDueReport(database(), folder, now);
    expect(await write(TEST_UNTIL)).toBe('monthly-2026-10');
    expect(await write(TEST_UNTIL)).toBe('daily-2026-11-22');
    expect(await write(TEST_UNTIL)).toBeNull();
    expect(readdirSync(folder).sort()).toEqual(['daily-2026-11-22.xlsx', 'monthly-2026-10.xlsx']);
    const sheets = await read(readFileSync(join(folder, 'daily-2026-11-22.xlsx')));
    expect(rowOf(sheets.get('说明'), '日报')[2]).toBe('2026-11-22');
    rmSync(join(folder, 'daily-2026-11-22.xlsx'));
    expect(await write(TEST_UNTIL)).toBeNull();
    await expect(
      writeDueReport(database(), '/dev/null/reports', new Date('2026-11-24T12:00:00+08:00')),
    ).rejects.toThrow(/HEKAN_REPORT_FOLDER.*\/dev\/null/);
    // It was not written, so it is still due.
    expect(await write(new Date('2026-11-24T12:00:00+08:00'))).toBe('daily-2026-11-23');
  }, 180_000);
});

it.each([
  // [written, now, due]: yesterday, ten minutes after midnight; and what was missed, a month of it at most.
  [[], '2026-11-24T00:09:00+08:00', ['2026-11-22']],
  [[], '2026-11-24T00:10:00+08:00', ['2026-11-23']],
  [['2026-11-20', '2026-11-21'], '2026-11-24T08:00:00+08:00', ['2026-11-22', '2026-11-23']],
  [['2026-11-23'], '2026-11-24T08:00:00+08:00', []],
])('after %j at %s days %j are due', (written, now, due) => {
  expect(dueDays('Asia/Shanghai', written, new Date(now))).toEqual(due);
  expect(dueDays('Asia/Shanghai', ['2020-01-01'], new Date(now))).toHaveLength(31);
});
