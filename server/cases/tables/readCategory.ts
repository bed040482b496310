import type { RecordCursor } from '../../files/index.ts';
import type { Limit } from '../time/workCalendar.ts';
import { LIMIT_UNITS, type LimitUnit } from '../words.ts';
import { isProblem, TableColumns, type RowProblem, type TableRow } from './table.ts';

const NEEDED = ['standard', 'kind', 'code', 'major_zh', 'name_zh'] as const;
const OPTIONAL = ['major_en', 'name_en', 'department', 'condition', 'area_grade', 'limit', 'unit'] as const;
type ColumnName = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

export const CATEGORY_KINDS = ['component', 'event', 'hotline'] as const;
/** Digits of codes by kind: major and minor class. Source: GB/T 30428.2, GB/T 47678.5; hotline categories are a city's own. */
const CODES: Record<(typeof CATEGORY_KINDS)[number], RegExp> = {
  component: /^\d{5}$/,
  event: /^\d{5}$/,
  hotline: /^[0-9A-Za-z._-]{1,30}$/,
};

/** A row of a table of categories: a category, and one of its limits. */
export interface CategoryRow extends TableRow {
  standard: string;
  kind: string;
  code: string;
  majorZh: string;
  majorEn: string;
  nameZh: string;
  nameEn: string;
  /** Key of the lead department; '' for none. */
  department: string;
  condition: string;
  areaGrade: number;
  limit: Limit | null;
}

/** Reads categories by their header.
 * @throws HekanError('bad_request') where a column is missing. */
export function categoryReader(
  file: string,
  header: readonly string[],
): (cursor: RecordCursor) => CategoryRow | RowProblem {
  const columns = new TableColumns<ColumnName>(file, header, NEEDED, OPTIONAL);
  return (cursor) => {
    const texts = columns.read(cursor);
    if (isProblem(texts)) return texts;
    const wrong = (reason: string, field: ColumnName): RowProblem => ({ reason, field, value: texts[field] });
    const kind = CATEGORY_KINDS.find((one) => one === texts.kind);
    if (!kind) return wrong('unknown_kind', 'kind');
    if (!CODES[kind].test(texts.code)) return wrong('strange_code', 'code');
    const areaGrade = Number(texts.area_grade);
    if (!(Number.isInteger(areaGrade) && areaGrade >= 0 && areaGrade <= 9))
      return wrong('strange_area_grade', 'area_grade');
    const limit = readLimit(texts.limit, texts.unit);
    if (limit === 'limit' || limit === 'unit') return wrong(`strange_${limit}`, limit);
    const { standard, code, department, condition } = texts;
    return {
      ...{ line: cursor.line, raw: cursor.raw(), standard, kind, code, department, condition, areaGrade, limit },
      ...{ majorZh: texts.major_zh, majorEn: texts.major_en || texts.major_zh },
      ...{ nameZh: texts.name_zh, nameEn: texts.name_en || texts.name_zh },
    };
  };
}

/** @returns which of the two is wrong, where one is. */
function readLimit(value: string, unit: string): Limit | null | 'limit' | 'unit' {
  if (value === '') return unit === '' ? null : 'limit';
  const number = Number(value);
  if (!(number > 0 && number <= 10_000)) return 'limit';
  const found = LIMIT_UNITS.find((one): one is LimitUnit => one === unit);
  return found ? { value: number, unit: found } : 'unit';
}
