/** What every city of the bench stands on: its row, divisions without shapes of their own, categories and sources. */
import { writeCity } from '../../server/city/index.ts';
import type { Database } from '../../server/db/index.ts';

/** West, south, east, north of a city of the bench, in degrees. */
export const BENCH_EXTENT: [number, number, number, number] = [122.4, 46.2, 126.7, 48.6];

export type BenchDivision = [id: number, level: number, path: readonly (number | null)[]];

/** @param categories and sources: how many there are; their ids begin at 1. */
export async function writeBenchCity(
  db: Database,
  divisions: readonly BenchDivision[],
  categories: number,
  sources: number,
): Promise<void> {
  const [west, south, east, north] = BENCH_EXTENT;
  await writeCity(db, {
    nameZh: '测速市',
    nameEn: 'Benchford',
    kind: 'real',
    timeZone: 'Asia/Shanghai',
    extent: BENCH_EXTENT,
    defaultCrs: 'wgs84',
    standardRef: 'bench',
    caseNoPrefix: 'B-',
    demoSeed: null,
    demoScale: null,
    demoUntil: null,
    frozenAt: null,
    ready: true,
  });
  const paths = divisions.map(([, , path]) => `{${path.map((id) => id ?? 'NULL').join(',')}}`);
  await db.query(
    `insert into division (id, dataset_id, level, path, code, name_zh, name_en, geom, label, area_km2)
     select id, 1, level, path::int[], 'D' || id, '区' || id, 'Division ' || id,
       st_multi(st_makeenvelope(${west}, ${south}, ${east}, ${north}, 4326)), st_setsrid(st_makepoint(${west}, ${south}), 4326), 1
     from unnest($1::int[], $2::int[], $3::text[]) as input (id, level, path)`,
    [divisions.map(([id]) => id), divisions.map(([, level]) => level), paths],
  );
  await db.query(`insert into category (id, standard_ref, kind, code, major_zh, major_en, name_zh, name_en)
    select n, 'bench', 'event', 'c' || n, '类', 'Group', '类别' || n, 'Category ' || n from generate_series(1, ${categories}) as n`);
  await db.query(`insert into source (id, key, name_zh, name_en)
    select n, 's' || n, '来源' || n, 'Source ' || n from generate_series(1, ${sources}) as n`);
}
