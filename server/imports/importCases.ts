import { runCaseImport, type CaseImportOptions, type CaseReport } from '../cases/index.ts';
import type { Database } from '../db/index.ts';
import { mustRetireDemo, retireDemo } from '../demo/index.ts';
import type { ImportOutput } from '../files/index.ts';

/**
 * Takes service requests from a CSV file in as cases, by a mapping. Rows that cannot be taken go to the rejects file with line and
 * reason; the rest goes in, in chunks that are whole or not there. Running it again changes only what the file says otherwise;
 * it may be killed at any moment and run again.
 * @throws HekanError: bad_request (file, mapping, header), conflict (the city is the demonstration and replaceDemo is false).
 */
export async function importCases(
  db: Database,
  file: string,
  options: CaseImportOptions & { replaceDemo: boolean },
  out: ImportOutput,
): Promise<CaseReport> {
  const demo = {
    isThere: () => mustRetireDemo(db, options.replaceDemo),
    retire: () => retireDemo(db, out),
  };
  return runCaseImport(db, file, options, demo, out);
}
