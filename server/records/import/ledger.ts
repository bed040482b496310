import type { Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';

/** A chunk that is in. */
export interface LedgerEntry {
  sha256: string;
  rows: number;
  notLocated: number;
  rejected: number;
}

/** Chunks that are in, by file and number. */
export type Ledger = Map<string, Map<number, LedgerEntry>>;

/** What of which files is in a generation. @param generation null: there is none yet. */
export async function readLedger(client: Queryable, generation: number | null): Promise<Ledger> {
  const { rows } = await client.query<LedgerEntry & { file: string; chunk: number }>(
    `select file_name as file, chunk, sha256, rows, not_located as "notLocated", rejected from load_chunk
     where generation_id = $1::int order by file_name, chunk`,
    [generation],
  );
  const ledger: Ledger = new Map();
  for (const { file, chunk, ...entry } of rows) {
    const chunks = ledger.get(file) ?? new Map<number, LedgerEntry>();
    ledger.set(file, chunks.set(chunk, entry));
  }
  return ledger;
}

/** A file is not the one of which parts are in. */
export class ChangedFile extends HekanError {
  constructor(file: string, what: string) {
    super(
      'conflict',
      `${file}: ${what}: the file changed since it was (partly) loaded; use --replace to load the dataset anew, ` +
        'or give further records in a file of another name',
      { field: 'file', given: file },
    );
  }
}

const UNIQUE_VIOLATION = '23505';

/** Notes a chunk, in the transaction that writes its rows.
 * @throws HekanError('conflict') where somebody else has just written it. */
export async function writeLedger(
  client: Queryable,
  generation: number,
  file: string,
  chunk: number,
  { sha256, rows, notLocated, rejected }: LedgerEntry,
): Promise<void> {
  await client
    .query(
      `insert into load_chunk (generation_id, file_name, chunk, sha256, rows, not_located, rejected)
       values ($1::int, $2::text, $3::int, $4::text, $5::int, $6::int, $7::int)`,
      [generation, file, chunk, sha256, rows, notLocated, rejected],
    )
    .catch((cause: unknown) => {
      if ((cause as { code?: string }).code !== UNIQUE_VIOLATION) throw cause;
      throw new HekanError('conflict', `${file}: another import is loading this file: wait until it has ended`, {
        field: 'file',
        given: file,
        cause,
      });
    });
}
