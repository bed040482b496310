import type { Database } from '../db/index.ts';
import { mustRetireDemo, retireDemo } from '../demo/index.ts';
import type { ImportOutput } from '../files/index.ts';
import { runComponentImport, type ComponentImportOptions, type ComponentReport } from '../records/index.ts';

/**
 * Takes components (部件) from GeoJSON or CSV in, by standard and code.
 * @throws HekanError: bad_request (file, header), conflict (the city is the demonstration and replaceDemo is false).
 */
export async function importComponents(
  db: Database,
  file: string,
  options: ComponentImportOptions & { replaceDemo: boolean },
  out: ImportOutput,
): Promise<ComponentReport> {
  const demo = {
    isThere: () => mustRetireDemo(db, options.replaceDemo),
    retire: () => retireDemo(db, out),
  };
  return runComponentImport(db, file, options, demo, out);
}
