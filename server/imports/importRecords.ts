import type { Database } from '../db/index.ts';
import { mustRetireDemo, retireDemo } from '../demo/index.ts';
import type { ImportOutput } from '../files/index.ts';
import { runRecordImport, type RecordImportOptions, type RecordReport } from '../records/index.ts';

/**
 * Takes records from CSV or JSON Lines in, by a mapping, each onto the place that its address code names. What cannot be taken goes
 * to a rejects file with line and reason; the rest goes in, in chunks that are whole or not there. It may be stopped or killed at any
 * moment and run again: nothing is doubled or lost.
 * @throws HekanError: bad_request (files, mapping, header), conflict (the city is the demonstration and replaceDemo is false;
 *   another import of the dataset; a file that changed).
 */
export async function importRecords(
  db: Database,
  files: readonly string[],
  options: RecordImportOptions & { replaceDemo: boolean },
  out: ImportOutput,
): Promise<RecordReport> {
  const demo = {
    isThere: () => mustRetireDemo(db, options.replaceDemo),
    retire: () => retireDemo(db, out),
  };
  return runRecordImport(db, files, options, demo, out);
}
