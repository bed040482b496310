import type { Queryable } from '../db/index.ts';

/** Told along the way: what is being loaded, how much of it is in, and how much there is. */
export type Progress = (stage: string, done: number, total: number) => void;

/** Registers where rows of the demonstration come from. @returns the dataset's id. */
export async function addDataset(
  client: Queryable,
  row: [key: string, zh: string, en: string, kind: string, classIndex: number | null, theme: string | null],
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, class, origin, theme)
     values ($1::text, $2::text, $3::text, $4::text, $5::smallint, 'demo', $6::text) returning id`,
    row,
  );
  return rows[0]!.id;
}
