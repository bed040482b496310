import type { Context, MiddlewareHandler } from 'hono';
import { z } from '@hono/zod-openapi';
import type { IndicatorId } from '../cases/index.ts';
import {
  aboutSheet,
  BYTE_ORDER_MARK,
  column,
  formatCsv,
  formatCsvHead,
  LANGUAGES,
  said,
  writeWorkbook,
  type Cell,
  type Language,
  type Table,
} from '../files/index.ts';
import { definitionOf, KPI_DEFINITIONS, shareOf } from '../kpi/index.ts';
import type { ScoreTable } from './scoreShapes.ts';
import type { KpiTable } from './shapes.ts';

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const CSV_TYPE = 'text/csv; charset=utf-8';

/** Parameters of whatever can be had as a file. */
export const exportQuery = {
  format: z.enum(['json', 'csv', 'xlsx']).default('json'),
  lang: z.enum(LANGUAGES).default('zh').openapi({ description: 'of the headings of a file' }),
};

/** A table that is carried away, and what holds for all of it. */
export interface TableFile {
  table: Table;
  about: readonly (readonly Cell[])[];
}

/** What holds for the whole file. */
function preface(lang: Language, of: { from: string | null; to: string | null; asOf: string; demonstration: boolean }) {
  const say = said(lang);
  return [
    [say('期间', 'Period'), of.from ?? '', of.to ?? ''],
    [say('截至', 'As of'), of.asOf],
    ...(of.demonstration ? [[say('演示数据', 'Demonstration data')]] : []),
  ];
}

/** An indicator in words, with its version. */
export function definitionRows(lang: Language, id: IndicatorId): Cell[][] {
  const say = said(lang);
  const one = definitionOf(id);
  return [
    [say('指标', 'Indicator'), say(one.nameZh, one.nameEn), `${id} v${one.version}`],
    [say('公式', 'Formula'), say(one.formulaZh, one.formulaEn)],
    [say('口径', 'Counted at'), say(one.cohortZh, one.cohortEn)],
    [say('不计', 'Left out'), say(one.exclusionsZh, one.exclusionsEn)],
  ];
}

/** What each indicator counts. */
export function definitionsFile(_: unknown, lang: Language): TableFile {
  const say = said(lang);
  const columns = [
    ...[
      column(say('代码', 'Code'), 'text', 20),
      column(say('名称', 'Name'), 'text', 24),
      column(say('版本', 'Version'), 'count', 8),
    ],
    ...[column(say('公式', 'Formula'), 'text', 60), column(say('口径', 'Counted at'), 'text', 40)],
    column(say('不计', 'Left out'), 'text', 50),
  ];
  const rows = KPI_DEFINITIONS.map((one) => [
    ...[one.id, say(one.nameZh, one.nameEn), one.version, say(one.formulaZh, one.formulaEn)],
    ...[say(one.cohortZh, one.cohortEn), say(one.exclusionsZh, one.exclusionsEn)],
  ]);
  return { table: { name: say('指标', 'Indicators'), columns, rows }, about: [] };
}

/** An indicator's table. */
export function kpiFile(table: KpiTable, lang: Language): TableFile {
  const say = said(lang);
  const rate = ({ numerator, denominator, percent }: KpiTable['total']) => [numerator, denominator, shareOf(percent)];
  const compared = (one: KpiTable['total']) =>
    table.compare ? [shareOf(one.before?.percent ?? null), one.change ?? null] : [];
  const columns = [
    ...[column(say('代码', 'Code')), column(say('名称', 'Name'), 'text', 26)],
    ...[
      column(say('分子', 'Numerator'), 'count'),
      column(say('分母', 'Denominator'), 'count'),
      column('%', 'percent', 11),
    ],
    ...(table.compare
      ? [column(say('比较期 %', 'Before %'), 'percent', 11), column(say('增减', 'Change'), 'percent', 11)]
      : []),
  ];
  const rows = [
    ...table.rows.map((row) => [row.code, say(row.nameZh, row.nameEn), ...rate(row), ...compared(row)]),
    ['', say('其他', 'Elsewhere'), ...rate(table.elsewhere)],
    ['', say('合计', 'Total'), ...rate(table.total), ...compared(table.total)],
  ];
  const { nameZh, nameEn } = definitionOf(table.id);
  const about = [
    ...definitionRows(lang, table.id),
    ...preface(lang, table),
    ...(table.before ? [[say('比较期', 'Compared with'), table.before.from, table.before.to]] : []),
  ];
  return { table: { name: say(nameZh, nameEn).slice(0, 31), columns, rows }, about };
}

/** Scores of divisions or departments. */
export function scoreFile({ scheme, rows, ...table }: ScoreTable, lang: Language): TableFile {
  const say = said(lang);
  const columns = [
    ...[column(say('名次', 'Rank'), 'count', 8), column(say('代码', 'Code')), column(say('名称', 'Name'), 'text', 26)],
    ...[column(say('总分', 'Total'), 'number', 10), column(say('等级', 'Grade'), 'text', 8)],
    ...scheme.indicators.flatMap((one) => [
      column(`${say(one.nameZh, one.nameEn)} %`, 'percent'),
      column(say('得分', 'Points'), 'number', 10),
    ]),
  ];
  return {
    table: {
      name: say('评分', 'Scores'),
      columns,
      rows: rows.map((row) => [
        ...[row.rank, row.code, say(row.nameZh, row.nameEn), row.total, row.grade],
        ...row.figures.flatMap(({ percent, points }) => [shareOf(percent), points]),
      ]),
    },
    about: [
      [say('评分方案', 'Scheme'), say(scheme.nameZh, scheme.nameEn), `${scheme.key} v${scheme.version}`],
      [say('等级下限', 'Bounds of A to D'), ...scheme.bounds],
      ...scheme.indicators.map((one) => [
        say('权重', 'Weight'),
        say(one.nameZh, one.nameEn),
        `${one.id} v${one.version}`,
        one.weight,
      ]),
      ...preface(lang, table),
    ],
  };
}

/** CSV of a table, what is said about it first. */
function csvOf({ table, about }: TableFile): string {
  const said = about.length === 0 ? '' : `${formatCsv(about)}\r\n`;
  return `${BYTE_ORDER_MARK}${said}${formatCsvHead(table.columns)}${formatCsv(table.rows, table.columns)}`;
}

/** Headers of an answer that is saved. */
export const fileHeaders = (type: string, name: string) => ({
  'Content-Type': type,
  'Content-Disposition': `attachment; filename="${name}"`,
});

export const languageOf = (c: Context): Language => (c.req.query('lang') === 'en' ? 'en' : 'zh');

/** Gives the answer of a route as a file where that is asked for. @param name of the file, without its ending. */
export function asFile<Answer>(name: string, fileOf: (answer: Answer, lang: Language) => TableFile): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const format = c.req.query('format');
    if ((format !== 'csv' && format !== 'xlsx') || c.res.status !== 200) return;
    const lang = languageOf(c);
    const file = fileOf((await c.res.json()) as Answer, lang);
    if (format === 'csv') c.res = new Response(csvOf(file), { headers: fileHeaders(CSV_TYPE, `${name}.csv`) });
    else {
      const sheets = file.about.length === 0 ? [file.table] : [file.table, aboutSheet(file.about, lang)];
      c.res = new Response(new Uint8Array(await writeWorkbook(sheets)), {
        headers: fileHeaders(XLSX_TYPE, `${name}.xlsx`),
      });
    }
  };
}
