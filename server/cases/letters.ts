import type { Queryable } from '../db/index.ts';

/** What a platform is told of a case that it runs. `dispatch`: here it is; `keep`: what you said of it was not taken; else the action that
 * was taken here. */
export interface CaseLetter {
  type: string;
  note?: string | null;
  data?: unknown;
}

/** Leaves a letter for the platform of each of the cases that another platform runs, in the caller's transaction. */
export async function postLetters(
  client: Queryable,
  caseIds: readonly number[],
  { type, note = null, data }: CaseLetter,
  at: Date,
): Promise<void> {
  await client.query(
    `insert into case_letter (case_id, source_id, type, note, data, at, next_at)
     select id, source_id, $2::text, $3::text, $4::jsonb, $5::timestamptz, $5::timestamptz
     from cases where id = any($1::bigint[]) and owner = 'federated' order by cases.id`,
    [caseIds, type, note, data === undefined ? null : JSON.stringify(data), at],
  );
}
