import type { Database, Queryable } from '../../db/index.ts';
import type { ImportOutput, RecordCursor } from '../../files/index.ts';
import { departmentIds } from './categoryImport.ts';
import { importTable, isProblem, TableColumns, type RowProblem, type TableReport, type TableRow } from './table.ts';

const NEEDED = ['standard', 'kind', 'code'] as const;
const OPTIONAL = ['division', 'department', 'assisting', 'radius_m', 'window_hours'] as const;
type ColumnName = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];
const MAX_RADIUS_M = 10_000;
const MAX_WINDOW_HOURS = 24 * 366;

/** A row of the duty matrix (职责矩阵): who leads and who assists in a category and a division; or when two cases of it are one. */
interface DutyRow extends TableRow {
  standard: string;
  kind: string;
  code: string;
  /** Code of the division; '' for the whole city. */
  division: string;
  /** Key of the lead department; '' where the row only has a rule for duplicates. */
  department: string;
  /** Keys of those that assist. */
  assisting: readonly string[];
  duplicate: { radiusM: number; windowHours: number } | null;
}

function dutyReader(file: string, header: readonly string[]): (cursor: RecordCursor) => DutyRow | RowProblem {
  const columns = new TableColumns<ColumnName>(file, header, NEEDED, OPTIONAL);
  return (cursor) => {
    const texts = columns.read(cursor);
    if (isProblem(texts)) return texts;
    const wrong = (reason: string, field: ColumnName): RowProblem => ({ reason, field, value: texts[field] });
    const [radiusM, windowHours] = [Number(texts.radius_m), Number(texts.window_hours)];
    const ruled = texts.radius_m !== '' || texts.window_hours !== '';
    if (ruled && !(radiusM > 0 && radiusM <= MAX_RADIUS_M)) return wrong('strange_radius_m', 'radius_m');
    if (ruled && !(windowHours > 0 && windowHours <= MAX_WINDOW_HOURS))
      return wrong('strange_window_hours', 'window_hours');
    const assisting = texts.assisting.split(/[\s;；]+/).filter((key) => key !== '');
    if (texts.department === '' && (assisting.length > 0 || !ruled)) return wrong('missing_department', 'department');
    const { standard, kind, code, division, department } = texts;
    const duplicate = ruled ? { radiusM, windowHours } : null;
    return { line: cursor.line, raw: cursor.raw(), standard, kind, code, division, department, assisting, duplicate };
  };
}

/**
 * Takes the duty matrix in, and the rules for duplicates: by category and division; what is there is changed, nothing is doubled.
 * @throws HekanError('bad_request'): file, header.
 */
export function importDuty(
  db: Database,
  path: string,
  options: { rejects: string | undefined },
  out: ImportOutput,
): Promise<TableReport> {
  return importTable(
    path,
    options,
    out,
    (header) => dutyReader(path, header),
    (rows) => db.transaction((client) => writeDuties(client, rows)),
  );
}

async function writeDuties(client: Queryable, rows: readonly DutyRow[]): Promise<(RowProblem | null)[]> {
  const known = await readKnown(client, rows);
  const problems: (RowProblem | null)[] = [];
  for (const row of rows) problems.push(await writeDuty(client, known, row));
  return problems;
}

interface Known {
  departments: ReadonlyMap<string, number>;
  categories: ReadonlyMap<string, number>;
  divisions: ReadonlyMap<string, number>;
}

const categoryKey = ({ standard, kind, code }: Pick<DutyRow, 'standard' | 'kind' | 'code'>) =>
  JSON.stringify([standard, kind, code]);

async function readKnown(client: Queryable, rows: readonly DutyRow[]): Promise<Known> {
  const { rows: categories } = await client.query<{ id: number; standard: string; kind: string; code: string }>(
    'select id, standard_ref as standard, kind::text as kind, code from category',
  );
  const { rows: divisions } = await client.query<{ id: number; code: string }>(
    'select id, code from division where code = any($1::text[]) and valid_to is null',
    [rows.map(({ division }) => division)],
  );
  return {
    departments: await departmentIds(client),
    categories: new Map(categories.map((one) => [categoryKey(one), one.id])),
    divisions: new Map(divisions.map(({ code, id }) => [code, id])),
  };
}

/** @returns why the row was not written, or null. */
async function writeDuty(client: Queryable, known: Known, row: DutyRow): Promise<RowProblem | null> {
  const category = known.categories.get(categoryKey(row));
  if (category === undefined) return { reason: 'unknown_category', field: 'code', value: row.code };
  const division = row.division === '' ? 0 : known.divisions.get(row.division);
  if (division === undefined) return { reason: 'unknown_division', field: 'division', value: row.division };
  const stranger = row.assisting.find((key) => !known.departments.has(key));
  if (stranger !== undefined) return { reason: 'unknown_department', field: 'assisting', value: stranger };
  const department = known.departments.get(row.department);
  if (department === undefined && row.department !== '')
    return { reason: 'unknown_department', field: 'department', value: row.department };
  if (department !== undefined)
    await client.query(
      `insert into duty (category_id, division_id, department_id, assisting) values ($1::int, $2::int, $3::int, $4::int[])
       on conflict (category_id, division_id) do update set department_id = excluded.department_id, assisting = excluded.assisting`,
      [category, division, department, row.assisting.map((key) => known.departments.get(key)!)],
    );
  if (row.duplicate)
    await client.query(
      `insert into duplicate_rule (category_id, radius_m, window_hours) values ($1::int, $2::float8, $3::float8)
       on conflict (category_id) do update set radius_m = excluded.radius_m, window_hours = excluded.window_hours`,
      [category, row.duplicate.radiusM, row.duplicate.windowHours],
    );
  return null;
}
