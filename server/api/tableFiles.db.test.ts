import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import type { ScoreTable } from './scoreShapes.ts';
import type { KpiTable } from './shapes.ts';

describeOnEngines('files of tables', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  async function file(path: string): Promise<string[][]> {
    const response = await app.app.request(path);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    return parse(await response.text(), { bom: true, relax_column_count: true });
  }

  it('have the figures, the definition and the instant', async () => {
    const table = await app.json<KpiTable>('/api/kpi/closure?by=division');
    const rows = await file('/api/kpi/closure?by=division&format=csv&lang=en');
    expect(rows[0]).toEqual(['Indicator', 'Closure rate', 'closure v1']);
    expect(rows.find(([head]) => head === 'As of')?.[1]).toBe(table.asOf);
    expect(rows.at(-1)).toEqual([
      '',
      'Total',
      String(table.total.numerator),
      String(table.total.denominator),
      table.total.percent,
    ]);
    const first = table.rows[0]!;
    expect(rows.find(([code]) => code === first.code)?.slice(1, 3)).toEqual([first.nameEn, String(first.numerator)]);
  });

  interface Sheet {
    sheet: string;
    data: unknown[][];
  }
  async function workbook(path: string): Promise<Sheet[]> {
    const response = await app.app.request(path);
    expect(response.headers.get('content-type')).toMatch(/spreadsheetml/);
    expect(response.headers.get('content-disposition')).toMatch(/\.xlsx"$/);
    return await readXlsxFile(Buffer.from(await response.arrayBuffer()));
  }

  it('are workbooks, with numbers as numbers and a sheet that says what they are', async () => {
    const query = '/api/kpi/closure?by=division&from=2026-10-01&to=2026-10-31&compare=pop';
    const table = await app.json<KpiTable>(query);
    const [sheet, about] = await workbook(`${query}&format=xlsx&lang=en`);
    expect(sheet!.data).toHaveLength(table.rows.length + 3);
    const first = table.rows[0]!;
    const share = (percent: string | null) => (percent === null ? null : Number(percent) / 100);
    const rate = [first.numerator, first.denominator, share(first.percent), share(first.before!.percent)];
    expect(sheet!.data[1]?.slice(0, 6)).toEqual([first.code, first.nameEn, ...rate]);
    expect(about!.data.find(([head]) => head === 'Indicator')?.[2]).toBe('closure v1');
    expect(about!.data.find(([head]) => head === 'As of')?.[1]).toBe(table.asOf);
    expect(about!.data.find(([head]) => head === 'Compared with')?.slice(1, 3)).toEqual(['2026-09-01', '2026-09-30']);
    const scores = await app.json<ScoreTable>('/api/scores');
    const [ranks] = await workbook('/api/scores?format=xlsx');
    expect(ranks!.data[1]?.slice(0, 4)).toEqual([
      1,
      ...(({ code, nameZh, total }) => [code, nameZh, total])(scores.rows[0]!),
    ]);
    const [definitions] = await workbook('/api/kpi?format=xlsx');
    expect(definitions!.data[1]?.slice(0, 3)).toEqual(['completion', '办结率', 1]);
  });

  it('have the scores, in Chinese unless told', async () => {
    const table = await app.json<ScoreTable>('/api/scores');
    const rows = await file('/api/scores?format=csv');
    const first = table.rows[0]!;
    expect(rows.find(([rank]) => rank === '1')?.slice(0, 5)).toEqual([
      '1',
      first.code,
      first.nameZh,
      String(first.total),
      first.grade,
    ]);
  });

  it('are refused in a format that there is not', async () => {
    expect((await app.app.request('/api/scores?format=pdf')).status).toBe(400);
  });
});
