import { INDICATOR_IDS, STATUS_NAMES, type IndicatorId, type Zone } from '../../cases/index.ts';
import { column, said, type Cell, type Column, type Language, type Table } from '../../files/index.ts';
import { definitionOf } from '../definitions.ts';
import type { Cut } from '../figures.ts';
import type { Named } from '../names.ts';
import { rateOf, shareOf } from '../rate.ts';
import type { Adjustment } from '../snapshot/index.ts';
import type { PeriodFigures } from './figures.ts';
import { MAX_LISTED, type OpenThen, type OverdueCase } from './openCases.ts';
import type { ReportData } from './reportData.ts';

const HOUR_MS = 3_600_000;
const TOP_CATEGORIES = 20;
const RATES = ['on_time_closure', 'on_time_disposal', 'overdue', 'rework', 'return', 'satisfaction'] as const;

type Volume = readonly [zh: string, en: string, id: IndicatorId, of: 'numerator' | 'denominator'];
/** Counts, by the indicator that has them above or below its line. */
const VOLUMES: readonly Volume[] = [
  ['上报', 'Reported', 'filing', 'denominator'],
  ['受理', 'Accepted', 'completion', 'denominator'],
  ['立案', 'Filed', 'filing', 'numerator'],
  ['派遣', 'Dispatched', 'return', 'denominator'],
  ['应结案', 'Due to close', 'closure', 'denominator'],
  ['结案', 'Closed', 'closure', 'numerator'],
  ['返工', 'Reworked', 'rework', 'numerator'],
  ['重复上报', 'Duplicates', 'duplicate', 'numerator'],
  ['回访', 'Called back', 'satisfaction', 'denominator'],
];

const rate = (figures: PeriodFigures, cut: Cut, key: string, id: IndicatorId) => {
  const { numerator, denominator } = figures.fraction(cut, key, id);
  return rateOf(numerator, denominator);
};
const difference = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);

/** Columns of a figure beside those of the period before and of a year before. */
function comparedColumns(lang: Language, format: Column['format']): Column[] {
  const say = said(lang);
  const change = format === 'percent' ? format : 'count';
  return [
    ...[column(say('上期', 'Period before'), format), column(say('环比增减', 'Change'), change)],
    ...(format === 'percent' ? [] : [column(say('环比', 'Change %'), 'percent', 11)]),
    ...[column(say('上年同期', 'Year before'), format), column(say('同比增减', 'Change (year)'), change)],
    ...(format === 'percent' ? [] : [column(say('同比', 'Change (year) %'), 'percent', 11)]),
  ];
}

/** Headline counts, with the period before and a year before. */
export function volumeSheet({ figures, before, yearBefore, open }: ReportData, lang: Language): Table {
  const say = said(lang);
  const of = (from: PeriodFigures, [, , id, side]: Volume) => from.fraction('total', '0', id)[side];
  const compared = (now: number, then: number): Cell[] => [then, now - then, then === 0 ? null : (now - then) / then];
  const rows = VOLUMES.map((volume): Cell[] => {
    const now = of(figures, volume);
    return [
      say(volume[0], volume[1]),
      now,
      ...compared(now, of(before, volume)),
      ...compared(now, of(yearBefore, volume)),
    ];
  });
  const standing = open('total', '0');
  return {
    name: say('综述', 'Summary'),
    columns: [
      column(say('项目', 'Figure'), 'text', 20),
      column(say('本期', 'This period'), 'count'),
      ...comparedColumns(lang, 'count'),
    ],
    rows: [
      ...rows,
      [say('在办（截至时）', 'Open (as of)'), standing.open],
      [say('其中超期', 'Of these overdue'), standing.overdue],
    ],
  };
}

/** Every indicator of the city, with the period before and a year before. */
export function indicatorSheet({ figures, before, yearBefore }: ReportData, lang: Language): Table {
  const say = said(lang);
  const rows = INDICATOR_IDS.map((id): Cell[] => {
    const { nameZh, nameEn } = definitionOf(id);
    const now = rate(figures, 'total', '0', id);
    const then = rate(before, 'total', '0', id);
    const year = rate(yearBefore, 'total', '0', id);
    return [
      ...[say(nameZh, nameEn), now.numerator, now.denominator, shareOf(now.percent)],
      ...[shareOf(then.percent), difference(now.value, then.value)],
      ...[shareOf(year.percent), difference(now.value, year.value)],
    ];
  });
  const counts = [column(say('分子', 'Numerator'), 'count'), column(say('分母', 'Denominator'), 'count')];
  return {
    name: say('指标', 'Indicators'),
    columns: [
      column(say('指标', 'Indicator'), 'text', 26),
      ...counts,
      column('%', 'percent', 11),
      ...comparedColumns(lang, 'percent'),
    ],
    rows,
  };
}

function splitColumns(lang: Language): Column[] {
  const say = said(lang);
  const count = (zh: string, en: string) => column(say(zh, en), 'count', 10);
  return [
    ...[column(say('代码', 'Code'), 'text', 16), column(say('名称', 'Name'), 'text', 24)],
    ...[count('上报', 'Reported'), count('受理', 'Accepted'), count('应结案', 'Due to close'), count('结案', 'Closed')],
    column(say('结案率', 'Closure'), 'percent', 11),
    ...RATES.map((id) => {
      const { nameZh, nameEn } = definitionOf(id);
      return column(say(nameZh, nameEn), 'percent', 13);
    }),
    ...[count('在办', 'Open'), count('超期在办', 'Overdue')],
  ];
}

function splitRow(
  figures: PeriodFigures,
  open: OpenThen,
  cut: Cut,
  named: Pick<Named, 'key' | 'code'>,
  name: string,
): Cell[] {
  const of = (id: IndicatorId) => figures.fraction(cut, named.key, id);
  const closure = of('closure');
  return [
    ...[
      named.code,
      name,
      of('filing').denominator,
      of('completion').denominator,
      closure.denominator,
      closure.numerator,
    ],
    shareOf(rate(figures, cut, named.key, 'closure').percent),
    ...RATES.map((id) => shareOf(rate(figures, cut, named.key, id).percent)),
    ...[open.open, open.overdue],
  ];
}

export type Split = 'district' | 'street' | 'department' | 'category';
const SPLITS: Record<Split, readonly [zh: string, en: string]> = {
  district: ['区县', 'Districts'],
  street: ['街道乡镇', 'Streets'],
  department: ['部门', 'Departments'],
  category: ['类别（前二十）', 'Categories (top 20)'],
};

/** The city told apart: divisions in order of code, others by how much they had; the whole city last. */
export function splitSheet({ figures, open }: ReportData, cut: Split, lang: Language): Table {
  const say = said(lang);
  const size = ({ key }: Named) =>
    figures.fraction(cut, key, 'filing').denominator + figures.fraction(cut, key, 'closure').denominator;
  const all = figures.names(cut);
  const busy = [...all]
    .filter((one) => size(one) > 0)
    .sort((a, b) => size(b) - size(a) || a.code.localeCompare(b.code, 'en'));
  const shown = cut === 'category' ? busy.slice(0, TOP_CATEGORIES) : cut === 'department' ? busy : all;
  const rows = shown.map((one) => splitRow(figures, open(cut, one.key), cut, one, say(one.nameZh, one.nameEn)));
  const total = splitRow(figures, open('total', '0'), 'total', { key: '0', code: '' }, say('全市', 'Whole city'));
  return { name: say(...SPLITS[cut]), columns: splitColumns(lang), rows: [...rows, total] };
}

/** Open cases past their deadline: who has them, and how late. */
export function overdueSheet({ overdue, open, figures }: ReportData, lang: Language, zone: Zone): Table {
  const say = said(lang);
  const name = (zh: string | null, en: string | null) => (zh === null || en === null ? null : say(zh, en));
  const rows = overdue.map((one: OverdueCase): Cell[] => [
    ...[one.caseNo, say(one.categoryZh, one.categoryEn), name(one.divisionZh, one.divisionEn)],
    ...[name(one.departmentZh, one.departmentEn) ?? say('未派部门', 'No department'), say(...STATUS_NAMES[one.status])],
    ...[
      zone.wall(one.reportedAt),
      zone.wall(one.dueAt),
      (figures.asOf.getTime() - one.dueAt.getTime()) / HOUR_MS,
      one.address,
    ],
  ]);
  const left = open('total', '0').overdue - rows.length;
  const more = left > 0 ? [[say(`另有 ${left} 件未列（列出最早到期的 ${MAX_LISTED} 件）`, `${left} more`)]] : [];
  return {
    name: say('超期在办', 'Overdue and open'),
    columns: [
      ...[column(say('案卷号', 'Case'), 'text', 20), column(say('类别', 'Category'), 'text', 18)],
      ...[column(say('区划', 'Division'), 'text', 30), column(say('主办部门', 'Lead department'), 'text', 20)],
      ...[column(say('状态', 'Status'), 'text', 10), column(say('上报时间', 'Reported'), 'instant', 19)],
      ...[column(say('办结期限', 'Deadline'), 'instant', 19), column(say('超期小时', 'Hours late'), 'number', 11)],
      column(say('地址', 'Address'), 'text', 36),
    ],
    rows: [...rows, ...more],
  };
}

/** Scores and grades of districts or departments. */
export function scoreSheet(scores: ReportData['scores'][number], lang: Language): Table {
  const say = said(lang);
  const { scheme, rows, by } = scores;
  return {
    name: by === 'department' ? say('部门评分', 'Scores of departments') : say('区县评分', 'Scores of districts'),
    columns: [
      ...[column(say('名次', 'Rank'), 'count', 8), column(say('代码', 'Code'), 'text', 16)],
      ...[
        column(say('名称', 'Name'), 'text', 24),
        column(say('总分', 'Total'), 'number', 10),
        column(say('等级', 'Grade'), 'text', 8),
      ],
      ...scheme.indicators.map(({ nameZh, nameEn, weight }) =>
        column(`${say(nameZh, nameEn)} × ${weight}`, 'number', 15),
      ),
    ],
    rows: rows.map((row) => [
      ...[row.rank, row.code, say(row.nameZh, row.nameEn), row.total, row.grade],
      ...row.figures.map(({ points }) => points),
    ]),
  };
}

/** What has changed since a month was signed. */
export function adjustmentSheet(rows: readonly Adjustment[], lang: Language): Table {
  const say = said(lang);
  const cuts: Record<Cut, readonly [string, string]> = {
    ...{ total: ['全市', 'City'], district: ['区县', 'District'], street: ['街道', 'Street'] },
    ...{
      department: ['部门', 'Department'],
      source: ['来源', 'Source'],
      owner: ['办理方', 'Owner'],
      category: ['类别', 'Category'],
    },
  };
  const counts = (zh: string, en: string) => [
    ...[
      column(say(`${zh}分子`, `${en} numerator`), 'count', 12),
      column(say(`${zh}分母`, `${en} denominator`), 'count', 12),
    ],
    column(say(`${zh}率`, `${en} rate`), 'percent', 11),
  ];
  return {
    name: say('调整', 'Adjustments'),
    columns: [
      ...[
        column(say('指标', 'Indicator'), 'text', 24),
        column(say('分组', 'Of'), 'text', 10),
        column(say('名称', 'Name'), 'text', 24),
      ],
      ...counts('签名时', 'Signed'),
      ...counts('现在', 'Now'),
      ...[
        column(say('分子增减', 'Change of numerator'), 'count', 12),
        column(say('分母增减', 'Change of denominator'), 'count', 12),
      ],
      column(say('率增减', 'Change of rate'), 'percent', 11),
    ],
    rows: rows.map(({ indicator, cut, nameZh, nameEn, before, after, ...changes }) => [
      ...[say(definitionOf(indicator).nameZh, definitionOf(indicator).nameEn), say(...cuts[cut]), say(nameZh, nameEn)],
      ...[before.numerator, before.denominator, shareOf(before.percent)],
      ...[after.numerator, after.denominator, shareOf(after.percent)],
      ...[changes.numeratorChange, changes.denominatorChange, changes.change],
    ]),
  };
}
