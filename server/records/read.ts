import type { Queryable } from '../db/index.ts';
import { CLASS_COLUMNS } from './density.ts';

export interface DatasetCounts {
  key: string;
  nameZh: string;
  nameEn: string;
  classIndex: number;
  total: number;
  located: number;
}

/** Datasets of records, in order of class and key. */
export async function listDatasets(client: Queryable): Promise<DatasetCounts[]> {
  const { rows } = await client.query<DatasetCounts>(
    `select key, name_zh as "nameZh", name_en as "nameEn", class::int as "classIndex", total::float8 as total,
       located::float8 as located
     from dataset where kind = 'records' order by class, key`,
  );
  return rows;
}

/** Places, and records on them by class, of a division with all below it, or of the whole city. */
export async function placeCounts(
  client: Queryable,
  division: number | null,
): Promise<{ places: number; byClass: number[] }> {
  const sums = CLASS_COLUMNS.map((c) => `coalesce(sum(${c}), 0)::float8`).join(', ');
  const { rows } = await client.query<{ places: number; counts: number[] }>(
    `select count(*)::int as places, array[${sums}] as counts from place
     where $1::int is null or division_id in (select id from division where $1::int = any(path))`,
    [division],
  );
  return { places: rows[0]?.places ?? 0, byClass: rows[0]?.counts ?? [0, 0, 0, 0, 0] };
}
