import type { Queryable } from '../../db/index.ts';
import type { RecordReport } from './report.ts';

/** Notes that an import has begun. @returns its id, which its records carry as their batch. */
export async function beginRun(client: Queryable, files: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into import_run (kind, file_name, file_sha256, started_at) values ('records', $1::text, '', now()) returning id`,
    [files.join(', ')],
  );
  return rows[0]!.id;
}

/** Notes that it has ended, and what it did. */
export async function endRun(client: Queryable, id: number, report: RecordReport): Promise<void> {
  await client.query(
    'update import_run set file_sha256 = $2::text, finished_at = now(), report = $3::jsonb where id = $1::int',
    [id, report.files.map(({ sha256 }) => sha256).join(', '), JSON.stringify(report)],
  );
}
