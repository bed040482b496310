import { badRequest, HekanError } from '../../errors.ts';
import { fieldText, type RecordCursor } from '../../files/index.ts';
import type { Limit } from '../time/workCalendar.ts';
import { LIMIT_UNITS, type LimitUnit } from '../words.ts';

const NEEDED = ['standard', 'kind', 'code', 'major_zh', 'name_zh'] as const;
const OPTIONAL = ['major_en', 'name_en', 'department', 'condition', 'area_grade', 'limit', 'unit'] as const;
type ColumnName = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

const KINDS = ['component', 'event', 'hotline'] as const;
/** Digits of codes by kind: major and minor class. Source: GB/T 30428.2, GB/T 47678.5; hotline categories are a city's own. */
const CODES: Record<(typeof KINDS)[number], RegExp> = {
  component: /^\d{5}$/,
  event: /^\d{5}$/,
  hotline: /^[0-9A-Za-z._-]{1,30}$/,
};
const MAX_NAME = 100;

/** A row of a table of categories: a category, and one of its limits. */
export interface CategoryRow {
  line: number;
  raw: string;
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

export interface CategoryProblem {
  reason: string;
  field: string;
  value: string;
}

/** Reads rows by their header. */
export class CategoryReader {
  readonly #columns: ReadonlyMap<ColumnName, number>;

  /** @throws HekanError('bad_request') where a column is missing. */
  constructor(file: string, header: readonly string[]) {
    const names = header.map((name) => name.trim().toLowerCase());
    const missing = NEEDED.filter((name) => !names.includes(name));
    if (missing.length > 0)
      throw new HekanError(
        'bad_request',
        `${file} has no column ${missing.join(', ')}; its header is: ${header.join(', ').slice(0, 600)}`,
        {
          field: 'file',
          given: missing.join(', '),
        },
      );
    const unknown = names.find((name) => name !== '' && ![...NEEDED, ...OPTIONAL].includes(name as ColumnName));
    if (unknown !== undefined) throw badRequest('file', unknown, `columns ${[...NEEDED, ...OPTIONAL].join(', ')}`);
    this.#columns = new Map([...NEEDED, ...OPTIONAL].map((name) => [name, names.indexOf(name)]));
  }

  /** @returns the cursor's row, or why it is none. */
  read(cursor: RecordCursor): CategoryRow | CategoryProblem {
    if (cursor.problem !== null) return { reason: cursor.problem, field: '', value: '' };
    const text = (name: ColumnName) => {
      const at = this.#columns.get(name) ?? -1;
      return at < 0 ? '' : fieldText(cursor, at).trim();
    };
    const wrong = (reason: string, field: ColumnName): CategoryProblem => ({ reason, field, value: text(field) });
    for (const name of NEEDED) if (text(name) === '') return wrong(`missing_${name}`, name);
    for (const name of [...NEEDED, ...OPTIONAL]) if (text(name).length > MAX_NAME) return wrong('too_long', name);
    const kind = KINDS.find((one) => one === text('kind'));
    if (!kind) return wrong('unknown_kind', 'kind');
    if (!CODES[kind].test(text('code'))) return wrong('strange_code', 'code');
    const areaGrade = text('area_grade') === '' ? 0 : Number(text('area_grade'));
    if (!(Number.isInteger(areaGrade) && areaGrade >= 0 && areaGrade <= 9))
      return wrong('strange_area_grade', 'area_grade');
    const limit = readLimit(text('limit'), text('unit'));
    if (limit === 'limit' || limit === 'unit') return wrong(`strange_${limit}`, limit);
    return {
      line: cursor.line,
      raw: cursor.raw(),
      standard: text('standard'),
      kind,
      code: text('code'),
      majorZh: text('major_zh'),
      majorEn: text('major_en') || text('major_zh'),
      nameZh: text('name_zh'),
      nameEn: text('name_en') || text('name_zh'),
      department: text('department'),
      condition: text('condition'),
      areaGrade,
      limit,
    };
  }
}

/** @returns which of the two is wrong, where one is. */
function readLimit(value: string, unit: string): Limit | null | 'limit' | 'unit' {
  if (value === '') return unit === '' ? null : 'limit';
  const number = Number(value);
  if (!(number > 0 && number <= 10_000)) return 'limit';
  const found = LIMIT_UNITS.find((one): one is LimitUnit => one === unit);
  return found ? { value: number, unit: found } : 'unit';
}
