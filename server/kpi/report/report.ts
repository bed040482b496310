import type { Scope } from '../../access/index.ts';
import { INDICATOR_IDS, Zone } from '../../cases/index.ts';
import type { City } from '../../city/index.ts';
import type { Queryable } from '../../db/index.ts';
import { aboutSheet, said, writeWorkbook, type Cell, type Language, type Table } from '../../files/index.ts';
import { definitionOf } from '../definitions.ts';
import type { PeriodFigures } from './figures.ts';
import { readReport, type ReportData, type ReportOf } from './reportData.ts';
import { adjustmentSheet, indicatorSheet, overdueSheet, scoreSheet, splitSheet, volumeSheet } from './sheets.ts';

type ReportCity = Pick<City, 'timeZone' | 'nameZh' | 'nameEn' | 'kind'>;

/** Where the figures of a period come from. */
function sourceRows(lang: Language, title: string, figures: PeriodFigures): Cell[][] {
  const say = said(lang);
  const { from, to, asOf, snapshot } = figures;
  const origin = snapshot
    ? [say(`签名快照第 ${snapshot.n} 号`, `signed snapshot ${snapshot.n}`), `SHA-256 ${snapshot.hash.toString('hex')}`]
    : [say('按案卷重新统计，未签名', 'counted from the cases, not signed')];
  return [
    [title, from, to],
    [say('  截至', '  As of'), asOf.toISOString()],
    [say('  出处', '  From'), ...origin],
    ...(snapshot ? [[say('  签名密钥', '  Key'), snapshot.keyId]] : []),
  ];
}

/** What the report is, where its figures come from, and what each of them counts. */
function aboutRows(data: ReportData, city: ReportCity, lang: Language, now: Date): Cell[][] {
  const say = said(lang);
  const { of, figures, before, yearBefore, adjustments } = data;
  const title = of.kind === 'daily' ? say('日报', 'Daily report') : say('月报', 'Monthly report');
  const stale = adjustments?.redefined ?? [];
  return [
    [say('报表', 'Report'), title, of.kind === 'daily' ? of.date : of.month],
    [say('城市', 'City'), say(city.nameZh, city.nameEn)],
    ...(city.kind === 'demo' ? [[say('演示数据', 'Demonstration data')]] : []),
    [say('制表时间', 'Made at'), now.toISOString()],
    [say('时区', 'Time zone'), city.timeZone],
    ...sourceRows(lang, say('本期', 'This period'), figures),
    ...sourceRows(lang, say('上期', 'Period before'), before),
    ...sourceRows(lang, say('上年同期', 'Year before'), yearBefore),
    ...(stale.length > 0 ? [[say('定义已变更', 'Defined anew since'), stale.join(', ')]] : []),
    [],
    ...INDICATOR_IDS.map((id) => {
      const one = definitionOf(id);
      const exclusions = `${say('口径', 'counted at')}: ${say(one.cohortZh, one.cohortEn)}; ${say('不计', 'left out')}: ${say(one.exclusionsZh, one.exclusionsEn)}`;
      return [say(one.nameZh, one.nameEn), say(one.formulaZh, one.formulaEn), `${id} v${one.version}`, exclusions];
    }),
  ];
}

/** A report as sheets. Call it inside one snapshot of the database. */
export async function reportTables(
  client: Queryable,
  scope: Scope,
  of: ReportOf,
  city: ReportCity,
  lang: Language,
  now: Date,
): Promise<Table[]> {
  const data = await readReport(client, scope, of, city, now);
  const zone = new Zone(city.timeZone);
  return [
    volumeSheet(data, lang),
    indicatorSheet(data, lang),
    ...(['district', 'street', 'department', 'category'] as const).map((cut) => splitSheet(data, cut, lang)),
    overdueSheet(data, lang, zone),
    ...data.scores.map((scores) => scoreSheet(scores, lang)),
    ...(data.adjustments ? [adjustmentSheet(data.adjustments.rows, lang)] : []),
    aboutSheet(aboutRows(data, city, lang, now), lang),
  ];
}

/** The same as the bytes of a workbook. */
export const makeReport = async (...given: Parameters<typeof reportTables>): Promise<Buffer> =>
  writeWorkbook(await reportTables(...given));

/** What its file is called, without the ending. */
export const reportName = (of: ReportOf): string => (of.kind === 'daily' ? `daily-${of.date}` : `monthly-${of.month}`);
