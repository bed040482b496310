import type { Database, Queryable } from '../../db/index.ts';
import type { ImportOutput } from '../../files/index.ts';
import { categoryReader, type CategoryRow } from './readCategory.ts';
import { importTable, type RowProblem, type TableReport } from './table.ts';

export interface CategoryReport extends TableReport {
  categories: number;
  limits: number;
}

/**
 * Takes a table of categories in, by standard, kind and code: what is there is changed, nothing is doubled. A category with several
 * limits (by condition and grade of the area) has several rows.
 * @throws HekanError('bad_request'): file, header.
 */
export async function importCategories(
  db: Database,
  path: string,
  options: { rejects: string | undefined },
  out: ImportOutput,
): Promise<CategoryReport> {
  const [categories, limits] = [new Set<number>(), new Set<string>()];
  const report = await importTable(
    path,
    options,
    out,
    (header) => categoryReader(path, header),
    async (rows) => {
      const ids = await db.transaction((client) => writeCategories(client, rows));
      return rows.map((row, i): RowProblem | null => {
        const id = ids[i] ?? null;
        if (id === null) return { reason: 'unknown_department', field: 'department', value: row.department };
        categories.add(id);
        if (row.limit) limits.add(`${id} ${row.condition} ${row.areaGrade}`);
        return null;
      });
    },
  );
  return { ...report, categories: categories.size, limits: limits.size };
}

/** Ids of departments by their key. */
export async function departmentIds(client: Queryable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ id: number; key: string }>('select id, key from department');
  return new Map(rows.map(({ key, id }) => [key, id]));
}

/** Row by row: a table has some hundreds of them. @returns each category's id; null where its department is not known. */
async function writeCategories(client: Queryable, rows: readonly CategoryRow[]): Promise<(number | null)[]> {
  const departments = await departmentIds(client);
  const ids: (number | null)[] = [];
  for (const row of rows) {
    const department = row.department === '' ? null : departments.get(row.department);
    ids.push(department === undefined ? null : await writeCategory(client, row, department));
  }
  return ids;
}

async function writeCategory(client: Queryable, row: CategoryRow, department: number | null): Promise<number> {
  const { rows: found } = await client.query<{ id: number }>(
    `insert into category (standard_ref, kind, code, major_zh, major_en, name_zh, name_en, department_id)
     values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::int)
     on conflict (standard_ref, kind, code) do update set major_zh = excluded.major_zh, major_en = excluded.major_en,
       name_zh = excluded.name_zh, name_en = excluded.name_en, department_id = coalesce(excluded.department_id, category.department_id)
     returning id`,
    [row.standard, row.kind, row.code, row.majorZh, row.majorEn, row.nameZh, row.nameEn, department],
  );
  const id = found[0]!.id;
  if (row.limit)
    await client.query(
      `insert into time_limit (category_id, filing_condition, area_grade, value, unit)
       values ($1::int, $2::text, $3::smallint, $4::float8, $5::limit_unit)
       on conflict (category_id, filing_condition, area_grade) do update set value = excluded.value, unit = excluded.unit`,
      [id, row.condition, row.areaGrade, row.limit.value, row.limit.unit],
    );
  return id;
}
