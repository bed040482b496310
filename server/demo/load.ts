import type { DemoCity } from '../../demo/types.ts';
import { writeCity, type City } from '../city/index.ts';
import { appendDataEvent, drainOutbox, type Database } from '../db/index.ts';
import { dropAllRecords } from '../records/index.ts';
import type { Progress } from './dataset.ts';
import { demoOnly } from './guard.ts';
import { CASE_PREFIX, loadCases, loadWords } from './loadCases.ts';
import { extentOf, loadBase, loadDivisions } from './loadDivisions.ts';
import { loadRecords } from './loadRecords.ts';
import { loadRules } from './loadRules.ts';
import { DEMO_SCHEME } from '../../demo/scores.ts';
import { writeScheme } from '../kpi/index.ts';
import { ALL_LAYERS, CITY_TABLES } from './tables.ts';

export interface LoadOptions {
  seed: number;
  scale: number;
  until: Date;
  /** The clock stands at `until`; no player. */
  frozen: boolean;
}

/** Reported ÷ accepted, about: how many rows the progress line counts to. */
const REPORTED_SHARE = 1.04;

/** Everything of a city goes: the start of a load that was interrupted begins again. */
export async function emptyCity(db: Database): Promise<void> {
  await db.transaction(async (client) => {
    await dropAllRecords(client);
    await client.query(`truncate city, ${CITY_TABLES.join(', ')} restart identity`);
  });
}

/** Writes a demonstration city into an empty database. A load that is cut short leaves city.ready false and is begun again. */
export async function loadDemo(
  db: Database,
  demo: DemoCity,
  options: LoadOptions,
  onProgress: Progress,
): Promise<void> {
  await emptyCity(db);
  const city: City = {
    nameZh: demo.nameZh,
    nameEn: demo.nameEn,
    kind: 'demo',
    timeZone: demo.timeZone,
    extent: extentOf(demo.divisions),
    defaultCrs: 'wgs84',
    standardRef: demo.standardRef,
    caseNoPrefix: CASE_PREFIX,
    demoSeed: options.seed,
    demoScale: options.scale,
    demoUntil: options.until,
    frozenAt: options.frozen ? options.until : null,
    ready: false,
  };
  await writeCity(db, city);
  const ids = await loadDivisions(db, demo.divisions, onProgress);
  await loadBase(db, demo);
  const words = await loadWords(db, demo);
  await loadRules(db, demo.rules, words, ids);
  await writeScheme(db, DEMO_SCHEME);
  const guarded = demoOnly(db);
  await loadRecords(db, demo, ids, options.until, onProgress);
  await loadCases(guarded, demo, words, ids, Math.round(480_717 * options.scale * REPORTED_SHARE), onProgress);
  await db.query('analyze');
  await guarded.transaction(async (client) => {
    await writeCity(client, { ...city, ready: true });
    await appendDataEvent(client, 'demo', ALL_LAYERS);
  });
  await drainOutbox(db);
}
