import type { MiddlewareHandler } from 'hono';
import { z } from '@hono/zod-openapi';
import type { IndicatorId } from '../cases/index.ts';
import { definitionOf } from '../kpi/index.ts';
import type { ScoreTable } from './scoreShapes.ts';
import type { KpiTable } from './shapes.ts';

export const LANGUAGES = ['zh', 'en'] as const;
type Language = (typeof LANGUAGES)[number];
type Cell = string | number | null | undefined;

/** Parameters of whatever can be had as a file. */
export const exportQuery = {
  format: z.enum(['json', 'csv']).default('json'),
  lang: z.enum(LANGUAGES).default('zh').openapi({ description: 'of the headings of a file' }),
};

/** A cell as RFC 4180 has it. Text that a spreadsheet would run as a formula is marked as text by an apostrophe. */
function csvCell(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell ?? '') ? `'${cell}` : (cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With a byte order mark: spreadsheets take it for what it is, UTF-8. */
export function formatCsv(rows: readonly (readonly Cell[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

const said = (lang: Language) => (zh: string, en: string) => (lang === 'zh' ? zh : en);

/** What holds for the whole file, before its table. */
function preface(lang: Language, of: { from: string | null; to: string | null; asOf: string; demonstration: boolean }) {
  const say = said(lang);
  return [
    [say('期间', 'Period'), of.from ?? '', of.to ?? ''],
    [say('截至', 'As of'), of.asOf],
    ...(of.demonstration ? [[say('演示数据', 'Demonstration data')]] : []),
  ];
}

function definitionRows(lang: Language, id: IndicatorId): Cell[][] {
  const say = said(lang);
  const one = definitionOf(id);
  return [
    [say('指标', 'Indicator'), say(one.nameZh, one.nameEn), `${id} v${one.version}`],
    [say('公式', 'Formula'), say(one.formulaZh, one.formulaEn)],
    [say('口径', 'Counted at'), say(one.cohortZh, one.cohortEn)],
    [say('不计', 'Left out'), say(one.exclusionsZh, one.exclusionsEn)],
  ];
}

/** An indicator's table as rows of a file. */
export function kpiRows(table: KpiTable, lang: Language): Cell[][] {
  const say = said(lang);
  const figure = ({ numerator, denominator, percent }: KpiTable['total']) => [numerator, denominator, percent];
  return [
    ...definitionRows(lang, table.id),
    ...preface(lang, table),
    [],
    [say('代码', 'Code'), say('名称', 'Name'), say('分子', 'Numerator'), say('分母', 'Denominator'), '%'],
    ...table.rows.map((row) => [row.code, say(row.nameZh, row.nameEn), ...figure(row)]),
    ['', say('其他', 'Elsewhere'), ...figure(table.elsewhere)],
    ['', say('合计', 'Total'), ...figure(table.total)],
  ];
}

/** Scores as rows of a file. */
export function scoreRows({ scheme, rows, ...table }: ScoreTable, lang: Language): Cell[][] {
  const say = said(lang);
  return [
    [say('评分方案', 'Scheme'), say(scheme.nameZh, scheme.nameEn), `${scheme.key} v${scheme.version}`],
    [say('等级下限', 'Bounds of A to D'), ...scheme.bounds],
    [say('权重', 'Weights'), ...scheme.indicators.map((one) => `${say(one.nameZh, one.nameEn)} ${one.weight}`)],
    ...preface(lang, table),
    [],
    [
      ...[say('名次', 'Rank'), say('代码', 'Code'), say('名称', 'Name'), say('总分', 'Total'), say('等级', 'Grade')],
      ...scheme.indicators.flatMap((one) => [`${say(one.nameZh, one.nameEn)} %`, say('得分', 'Points')]),
    ],
    ...rows.map((row) => [
      ...[row.rank, row.code, say(row.nameZh, row.nameEn), row.total, row.grade],
      ...row.figures.flatMap(({ percent, points }) => [percent, points]),
    ]),
  ];
}

/** Gives the answer of a route as a file where that is asked for. @param name of the file. */
export function asCsv<Table>(name: string, rowsOf: (table: Table, lang: Language) => Cell[][]): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.query('format') !== 'csv' || c.res.status !== 200) return;
    const rows = rowsOf((await c.res.json()) as Table, c.req.query('lang') === 'en' ? 'en' : 'zh');
    const headers = {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.csv"`,
    };
    c.res = new Response(formatCsv(rows), { headers });
  };
}
