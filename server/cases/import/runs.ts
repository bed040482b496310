import { basename } from 'node:path';
import type { Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import type { CaseReport } from './caseReport.ts';

/** Dataset of an import: its key, and what people call it. */
export interface DatasetNames {
  key: string;
  nameZh: string;
  nameEn: string;
}

/** Id of a dataset of cases; null where it is not there. @throws HekanError('conflict'): it holds something else. */
export async function findDataset(client: Queryable, key: string): Promise<number | null> {
  const { rows } = await client.query<{ id: number; kind: string }>(
    'select id, kind from dataset where key = $1::text',
    [key],
  );
  const found = rows[0];
  if (found && found.kind !== 'cases') {
    throw new HekanError('conflict', `dataset ${key} holds ${found.kind}, not cases: give another --dataset`, {
      field: 'dataset',
      given: key,
    });
  }
  return found?.id ?? null;
}

/** The same, made where it is missing. */
export async function ensureDataset(client: Queryable, { key, nameZh, nameEn }: DatasetNames): Promise<number> {
  const known = await findDataset(client, key);
  if (known !== null) return known;
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ($1::text, $2::text, $3::text, 'cases', 'import') returning id`,
    [key, nameZh, nameEn],
  );
  return rows[0]?.id ?? 0;
}

/** Writes down how many cases a dataset holds. @returns the number. */
export async function countDataset(client: Queryable, id: number): Promise<number> {
  const { rows } = await client.query<{ total: number }>(
    `update dataset set total = c.total, located = c.located, updated_at = now()
     from (select count(*) as total, count(geom) as located from cases where dataset_id = $1::int) as c
     where id = $1::int returning dataset.total::float8 as total`,
    [id],
  );
  return rows[0]?.total ?? 0;
}

/** Notes that an import has begun. @returns its id. */
export async function beginRun(client: Queryable, file: string): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into import_run (kind, file_name, file_sha256, started_at) values ('cases', $1::text, '', now()) returning id`,
    [basename(file)],
  );
  return rows[0]?.id ?? 0;
}

/** Notes that it has ended, and what it did. */
export async function endRun(client: Queryable, id: number, sha256: string, report: CaseReport): Promise<void> {
  await client.query(
    'update import_run set file_sha256 = $2::text, finished_at = now(), report = $3::jsonb where id = $1::int',
    [id, sha256, JSON.stringify(report)],
  );
}
