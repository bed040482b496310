import type { Queryable } from '../db/index.ts';
import { recordCounts } from './counts.ts';
import { CLASS_COLUMNS } from './density.ts';

export interface DatasetCounts {
  key: string;
  nameZh: string;
  nameEn: string;
  classIndex: number;
  theme: string | null;
  total: number;
  located: number;
}

const LOCATED = CLASS_COLUMNS.join(' + ');

/** Datasets of records with their counts in the whole city, in order of class and key. */
export async function listDatasets(client: Queryable): Promise<DatasetCounts[]> {
  const { rows } = await client.query<DatasetCounts>(
    `select s.key, s.name_zh as "nameZh", s.name_en as "nameEn", coalesce(s.class, 0)::int as "classIndex", s.theme,
       coalesce(sum(c.not_located + ${LOCATED}), 0)::float8 as total, coalesce(sum(${LOCATED}), 0)::float8 as located
     from dataset s left join ${recordCounts(1)} as c on c.dataset_id = s.id
     where s.kind = 'records' group by s.id order by s.class, s.key`,
    [0],
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
    `select coalesce(sum(places), 0)::float8 as places, array[${sums}] as counts from ${recordCounts(1)} as c
     where division_id = $2::int`,
    division === null ? [0, 0] : [await levelOf(client, division), division],
  );
  return { places: rows[0]?.places ?? 0, byClass: rows[0]?.counts ?? [0, 0, 0, 0, 0] };
}

async function levelOf(client: Queryable, division: number): Promise<number> {
  const { rows } = await client.query<{ level: number }>(
    'select level::int as level from division where id = $1::int',
    [division],
  );
  return rows[0]?.level ?? 0;
}
