import type { Database, Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { readJsonFile } from '../files/index.ts';
import { SCORE_SCHEME, type ScoreScheme } from './score.ts';

export interface StoredScheme extends ScoreScheme {
  version: number;
}

/** Stores a scheme; one that differs from the last version of its key is a new version, older ones stay. @returns its version. */
export async function writeScheme(client: Queryable, scheme: ScoreScheme): Promise<number> {
  const { $comment: _, ...body } = scheme;
  const { rows } = await client.query<{ version: number }>(
    `with last as (select version, body from score_scheme where key = $1::text order by version desc limit 1),
     made as (
       insert into score_scheme (key, version, body) select $1::text, coalesce((select version from last), 0) + 1, $2::jsonb
       where not exists (select 1 from last where body = $2::jsonb) returning version)
     select version::int from made union all select version::int from last where not exists (select 1 from made)`,
    [scheme.key, JSON.stringify(body)],
  );
  return rows[0]!.version;
}

/** Takes a scheme in from a file. @throws HekanError('bad_request') that names the key and the value. */
export async function importScheme(db: Database, path: string): Promise<{ key: string; version: number }> {
  const scheme = readJsonFile(path, 'file', 'score scheme', SCORE_SCHEME);
  return { key: scheme.key, version: await db.transaction((client) => writeScheme(client, scheme)) };
}

/** The last version of each scheme, in order of key. */
export async function listSchemes(client: Queryable): Promise<StoredScheme[]> {
  const { rows } = await client.query<{ version: number; body: ScoreScheme }>(
    'select distinct on (key) version::int, body from score_scheme order by key, version desc',
  );
  return rows.map(({ version, body }) => ({ ...body, version }));
}

/** @throws HekanError('not_found'). */
export async function readScheme(client: Queryable, key: string): Promise<StoredScheme> {
  const found = (await listSchemes(client)).find((one) => one.key === key);
  if (!found) throw new HekanError('not_found', `no score scheme ${key}`, { field: 'scheme', given: key });
  return found;
}
