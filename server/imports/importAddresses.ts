import type { Database } from '../db/index.ts';
import { mustRetireDemo, retireDemo } from '../demo/index.ts';
import type { ImportOutput } from '../files/index.ts';
import { rematchRecords, runAddressImport, type AddressImportOptions, type AddressReport } from '../records/index.ts';

/**
 * Takes addresses from a CSV file in as places, by their code: what is there is changed, nothing is doubled.
 * @throws HekanError: bad_request (file, header), conflict (the city is the demonstration and replaceDemo is false; records are
 *   being loaded).
 */
export async function importAddresses(
  db: Database,
  file: string,
  options: AddressImportOptions & { replaceDemo: boolean },
  out: ImportOutput,
): Promise<AddressReport> {
  const demo = {
    isThere: () => mustRetireDemo(db, options.replaceDemo),
    retire: () => retireDemo(db, out),
  };
  const report = await runAddressImport(db, file, options, demo, out);
  const { looked, located } = await rematchRecords(db);
  if (looked > 0) report.notes.push(`${looked} records waited for such addresses: ${located} have their place now`);
  return report;
}
