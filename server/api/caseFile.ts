import { WHOLE_CITY } from '../access/index.ts';
import { listCaseIds, readCasePages, STATUS_NAMES, Zone, type CaseFilter, type CaseSort } from '../cases/index.ts';
import { HekanError } from '../errors.ts';
import {
  aboutSheet,
  BYTE_ORDER_MARK,
  column,
  formatCsv,
  formatCsvHead,
  MAX_SHEET_ROWS,
  said,
  streamWorkbook,
  type Cell,
  type Column,
  type Language,
} from '../files/index.ts';
import type { Runtime } from '../runtime.ts';
import type { CaseItem, Light } from './shapes.ts';
import { CSV_TYPE, definitionRows, fileHeaders, XLSX_TYPE } from './tableFiles.ts';

/** Cases in one file at most; a sheet has its head beside them. */
const MAX_CASES = { csv: 1_000_000, xlsx: MAX_SHEET_ROWS - 1 } as const;

const LIGHT_NAMES: Record<Light, readonly [zh: string, en: string]> = {
  green: ['绿', 'Green'],
  yellow: ['黄', 'Yellow'],
  red: ['红', 'Red'],
};

export interface CaseFileRequest {
  filter: CaseFilter;
  sort: CaseSort;
  format: 'csv' | 'xlsx';
  lang: Language;
  /** As it was asked, for what the file says of itself. */
  query: Record<string, string>;
}

function columnsOf(lang: Language): Column[] {
  const say = said(lang);
  return [
    ...[column(say('案卷号', 'Case'), 'text', 20), column(say('状态', 'Status'), 'text', 10)],
    column(say('灯', 'Light'), 'text', 8),
    ...[column(say('类别代码', 'Category code'), 'text', 12), column(say('类别', 'Category'), 'text', 18)],
    ...[column(say('区划代码', 'Division code'), 'text', 16), column(say('区划', 'Division'), 'text', 30)],
    ...[column(say('经度', 'Longitude'), 'text', 12), column(say('纬度', 'Latitude'), 'text', 12)],
    ...[column(say('地址', 'Address'), 'text', 36), column(say('描述', 'Description'), 'text', 40)],
    ...[column(say('来源', 'Source'), 'text', 16), column(say('主办部门', 'Lead department'), 'text', 20)],
    ...[column(say('上报时间', 'Reported'), 'instant', 19), column(say('受理时间', 'Accepted'), 'instant', 19)],
    ...[column(say('办结期限', 'Deadline'), 'instant', 19), column(say('结案时间', 'Closed'), 'instant', 19)],
  ];
}

function rowOf(one: CaseItem, lang: Language, zone: Zone): Cell[] {
  const say = said(lang);
  const name = (of: { nameZh: string; nameEn: string } | null) => (of ? say(of.nameZh, of.nameEn) : null);
  const wall = (at: string | null) => (at === null ? null : zone.wall(new Date(at)));
  const { division, light } = one;
  return [
    ...[one.caseNo, say(...STATUS_NAMES[one.status]), light && say(...LIGHT_NAMES[light])],
    ...[
      one.category.code,
      name(one.category),
      division?.code ?? null,
      division && say(division.pathZh, division.pathEn),
    ],
    ...[one.lng, one.lat, one.address, one.description, name(one.source), name(one.department)],
    ...[wall(one.reportedAt), wall(one.acceptedAt), wall(one.dueAt), wall(one.closedAt)],
  ];
}

/** What the list is: by which filters, of when, and the indicator whose cases they are. */
function aboutOf({ filter, query, lang }: CaseFileRequest, n: number, now: Date, runtime: Runtime): Cell[][] {
  const say = said(lang);
  const { timeZone, kind } = runtime.city();
  const asked = Object.entries(query).filter(([key]) => !['format', 'lang', 'after', 'limit'].includes(key));
  return [
    [say('案卷数', 'Cases'), n],
    [say('截至', 'As of'), now.toISOString()],
    [say('时区', 'Time zone'), timeZone],
    ...(filter.kpi ? definitionRows(lang, filter.kpi) : []),
    ...asked.map(([key, value]) => [say('筛选', 'Filter'), key, value]),
    ...(filter.asOf
      ? [
          [
            say('说明', 'Note'),
            say(
              '案卷按彼时指标口径选出，各列为当前值',
              'chosen as the indicator was then; columns are as they are now',
            ),
          ],
        ]
      : []),
    ...(kind === 'demo' ? [[say('演示数据', 'Demonstration data')]] : []),
  ];
}

async function* textOf(pages: AsyncIterable<Cell[][]>, columns: readonly Column[]): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(BYTE_ORDER_MARK + formatCsvHead(columns));
  for await (const rows of pages) yield Buffer.from(formatCsv(rows, columns));
}

/** Bytes as an answer's body: made as they are taken, and no longer made when the reader has gone away. */
function bodyOf(
  bytes: AsyncGenerator<Uint8Array, void>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await bytes.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        onError(error);
        controller.error(error);
      }
    },
    cancel: () => bytes.return(undefined).then(() => undefined),
  });
}

/**
 * A whole list of cases as a file, written while it is read.
 * @param onError told of what fails on the way: the head has gone out by then, so the file breaks off.
 * @param max how many cases a file may have.
 * @throws HekanError('too_large') where more match.
 */
export async function caseFile(
  runtime: Runtime,
  request: CaseFileRequest,
  onError: (error: unknown) => void,
  max: number = MAX_CASES[request.format],
): Promise<Response> {
  const { filter, sort, format, lang } = request;
  const { db } = runtime;
  const now = runtime.clock().now();
  const ids = await listCaseIds(db, WHOLE_CITY, filter, sort, now, max + 1);
  if (ids.length > max)
    throw new HekanError(
      'too_large',
      `format: a file as ${format} has at most ${max} cases, and more match: choose fewer`,
      {
        field: 'format',
        given: format,
      },
    );
  const [columns, zone] = [columnsOf(lang), new Zone(runtime.city().timeZone)];
  async function* pages(): AsyncGenerator<Cell[][]> {
    for await (const items of readCasePages(db, WHOLE_CITY, ids, now)) yield items.map((one) => rowOf(one, lang, zone));
  }
  const about = aboutSheet(aboutOf(request, ids.length, now, runtime), lang);
  const bytes =
    format === 'csv'
      ? textOf(pages(), columns)
      : streamWorkbook(said(lang)('案卷', 'Cases'), columns, pages(), [about]);
  const type = format === 'csv' ? CSV_TYPE : XLSX_TYPE;
  return new Response(bodyOf(bytes, onError), { headers: fileHeaders(type, `cases.${format}`) });
}
