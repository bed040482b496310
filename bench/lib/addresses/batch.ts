/** From CSV to CSV as `hekan geocode` does it, on two threads: read, cut, parsed, matched, written, journaled. Only the reading of the
 * addresses out of a database is left out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { geocodeThrough, GeocodePool } from '../../../server/geocode/index.ts';

const THREADS = 2;
const ROUNDS = 3;

/** @param texts one a row, each with an id before and a column behind it. */
export async function measureBatch(seed: number, size: number, texts: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-bench-geocode-'));
  const file = join(folder, 'rows.csv');
  const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  writeFileSync(file, `id,address,kind\n${texts.map((text, i) => `${i + 1},${quoted(text)},房屋\n`).join('')}`);
  const pool = new GeocodePool({ seed, size }, THREADS, new URL('./worker.ts', import.meta.url));
  try {
    await pool.ready();
    let [rows, best] = [0, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      const out = join(folder, `out${round}.csv`);
      const progress = { line: () => undefined, progress: () => undefined };
      const { report, matchingS } = await geocodeThrough(pool, file, { out }, progress, () => Promise.resolve());
      rows = report.rows;
      best = Math.min(best, matchingS);
    }
    return { rows, threads: THREADS, rowsPerSecond: Math.round(rows / best) };
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true });
  }
}
