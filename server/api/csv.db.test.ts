import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'csv-parse/sync';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { formatCsv } from './csv.ts';
import type { ScoreTable } from './scoreShapes.ts';
import type { KpiTable } from './shapes.ts';

it.each([
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['a,"b"', '"a,""b"""'],
  [-2, '-2'], // a number is no formula
  [null, ''],
])('%j is written as %s', (cell, written) => {
  expect(formatCsv([[cell]])).toBe(`\uFEFF${written}\r\n`);
});

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
