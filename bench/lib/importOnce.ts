/** One import in a process of its own, so that its memory can be told: arguments are the files, the mapping in MAP. */
import { openDatabase } from '../../server/db/index.ts';
import { SILENT } from '../../server/files/index.ts';
import { importRecords } from '../../server/imports/index.ts';
import type { RecordReport } from '../../server/records/index.ts';

/** What the process says at its end, as JSON. */
export interface ImportOutcome {
  report: RecordReport;
  /** Until all counts are folded. */
  seconds: number;
  maxMemoryMb: number;
}

if (import.meta.main) {
  const [map = '', ...files] = process.argv.slice(2);
  const db = await openDatabase({ url: process.env['DATABASE_URL'], folder: '', poolSize: 6 });
  const began = performance.now();
  const report = await importRecords(db, files, { map, replaceDemo: false, rejects: `${map}.rejects.csv` }, SILENT);
  const seconds = (performance.now() - began) / 1000;
  await db.close();
  const outcome: ImportOutcome = { report, seconds, maxMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024) };
  console.log(JSON.stringify(outcome));
}
