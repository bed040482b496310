import { basename } from 'node:path';
import type { Database, Queryable } from '../../db/index.ts';
import { badRequest } from '../../errors.ts';
import {
  CsvCursor,
  CsvFormat,
  cutChunks,
  defaultRejectsPath,
  openByteFile,
  RejectsFile,
  type ImportOutput,
} from '../../files/index.ts';
import { CategoryReader, type CategoryRow } from './readCategory.ts';

const CHUNK_BYTES = 1 << 20;
const ROWS = 500;

export interface CategoryReport {
  kind: 'categories';
  file: string;
  rows: { read: number; taken: number; rejected: number };
  categories: number;
  limits: number;
  rejects: { path: string | null; byReason: Record<string, number> };
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
  const file = openByteFile(path, null, 'CSV with a header');
  const rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(path));
  const format = new CsvFormat(',');
  let reader: CategoryReader | null = null;
  const rows = { read: 0, taken: 0, rejected: 0 };
  const [categories, limits] = [new Set<number>(), new Set<string>()];
  let waiting: CategoryRow[] = [];
  const write = async (batch: readonly CategoryRow[]) => {
    if (batch.length === 0) return;
    const written = await db.transaction((client) => writeCategories(client, batch));
    for (const { row, id } of written) {
      if (id === null) {
        rejects.add({
          line: row.line,
          reason: 'unknown_department',
          field: 'department',
          value: row.department,
          raw: row.raw,
        });
        rows.rejected++;
        continue;
      }
      rows.taken++;
      categories.add(id);
      if (row.limit) limits.add(`${id} ${row.condition} ${row.areaGrade}`);
    }
  };
  try {
    for await (const chunk of cutChunks(file.pieces(), CHUNK_BYTES, format, path)) {
      reader ??= new CategoryReader(path, format.header);
      const cursor = new CsvCursor(format, chunk.bytes, chunk.body, chunk.firstLine + chunk.bodyLines);
      while (cursor.next()) {
        rows.read++;
        const row = reader.read(cursor);
        if ('reason' in row) {
          rejects.add({ line: cursor.line, ...row, raw: cursor.raw() });
          rows.rejected++;
        } else waiting.push(row);
      }
      for (; waiting.length >= ROWS; waiting = waiting.slice(ROWS)) await write(waiting.slice(0, ROWS));
      out.progress(file.read, file.bytes, `${rows.read.toLocaleString('en-US')} rows`);
    }
    await write(waiting);
  } finally {
    rejects.close();
  }
  if (rows.read === 0) throw badRequest('file', 'no rows', `rows below the header of ${path}`);
  return {
    kind: 'categories',
    file: basename(path),
    rows,
    categories: categories.size,
    limits: limits.size,
    rejects: { path: rejects.total > 0 ? rejects.path : null, byReason: rejects.byReason() },
  };
}

/** Row by row: a table has some hundreds of them. @returns the category's id; null where its department is not known. */
async function writeCategories(
  client: Queryable,
  rows: readonly CategoryRow[],
): Promise<{ row: CategoryRow; id: number | null }[]> {
  const { rows: departments } = await client.query<{ id: number; key: string }>('select id, key from department');
  const ids = new Map(departments.map(({ key, id }) => [key, id]));
  const written: { row: CategoryRow; id: number | null }[] = [];
  for (const row of rows) {
    const department = row.department === '' ? null : ids.get(row.department);
    if (department === undefined) {
      written.push({ row, id: null });
      continue;
    }
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
    written.push({ row, id });
  }
  return written;
}
