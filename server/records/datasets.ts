import type { Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';

/** A dataset of records. */
export interface RecordDataset {
  id: number;
  key: string;
  theme: string | null;
  origin: 'demo' | 'import';
}

/** What a dataset is called and counted as. */
export interface DatasetNames {
  key: string;
  nameZh: string;
  nameEn: string;
  theme: string | null;
  /** Of all its records; null: each says its own. */
  classIndex: number | null;
}

/** The dataset with a key; null where it is not there. @throws HekanError('conflict'): it does not hold records. */
export async function findRecordDataset(client: Queryable, key: string): Promise<RecordDataset | null> {
  const { rows } = await client.query<RecordDataset & { kind: string }>(
    'select id, key, theme, origin, kind from dataset where key = $1::text',
    [key],
  );
  const found = rows[0];
  if (found && found.kind !== 'records')
    throw new HekanError('conflict', `dataset ${key} holds ${found.kind}, not records: give another --dataset`, {
      field: 'dataset',
      given: key,
    });
  return found ?? null;
}

/** One that is there and may be changed. @throws HekanError: bad_request (no such), conflict (the demonstration's, other kind). */
export async function readRecordDataset(client: Queryable, key: string): Promise<RecordDataset> {
  const found = await findRecordDataset(client, key);
  if (!found) throw badRequest('dataset', key, 'the key of a dataset of records (see: hekan dataset list)');
  if (found.origin === 'demo')
    throw new HekanError('conflict', `dataset ${key} belongs to the demonstration, which is retired as a whole`, {
      field: 'dataset',
      given: key,
    });
  return found;
}

/** Makes the dataset, or gives the one that is there its new names. Its theme stays: hekan dataset theme changes it. */
export async function ensureRecordDataset(client: Queryable, names: DatasetNames): Promise<number> {
  const { key, nameZh, nameEn, theme, classIndex } = names;
  const found = await findRecordDataset(client, key);
  if (found) {
    await client.query(
      'update dataset set name_zh = $2::text, name_en = $3::text, class = $4::smallint, updated_at = now() where id = $1::int',
      [found.id, nameZh, nameEn, classIndex],
    );
    return found.id;
  }
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, class, origin, theme)
     values ($1::text, $2::text, $3::text, 'records', $4::smallint, 'import', $5::text) returning id`,
    [key, nameZh, nameEn, classIndex, theme],
  );
  return rows[0]!.id;
}
