import { NEUTRAL_CITY, readCity, writeCity } from '../../city/index.ts';
import type { Database } from '../../db/index.ts';
import { ensureRecordDataset, findRecordDataset, type DatasetNames } from '../datasets.ts';
import { addGeneration, dropGeneration, liveGeneration, stagedGeneration } from '../generations.ts';
import { readLedger, type Ledger } from './ledger.ts';
import { beginRun } from './runs.ts';
import type { LoadTarget } from './writeChunk.ts';

/** What is there before an import begins. */
export interface Standing {
  /** That the files go into; null: there is none yet. */
  generation: number | null;
  ledger: Ledger;
  /** Of the dataset, which stays whatever a mapping says; null: none, or there is no dataset. */
  theme: string | null;
  isNew: boolean;
}

/** Looks for what is there; changes nothing. @param replace the generation is the staged one. */
export async function findStanding(db: Database, key: string, replace: boolean): Promise<Standing> {
  const dataset = await findRecordDataset(db, key);
  if (!dataset) return { generation: null, ledger: new Map(), theme: null, isNew: true };
  const generation = await (replace ? stagedGeneration(db, dataset.id) : liveGeneration(db, dataset.id));
  return { generation, ledger: await readLedger(db, generation), theme: dataset.theme, isNew: false };
}

/** Drops a replacement that was begun with other files. */
export async function dropStaged(db: Database, key: string): Promise<void> {
  const dataset = await findRecordDataset(db, key);
  const staged = dataset && (await stagedGeneration(db, dataset.id));
  if (staged) await db.transaction((client) => dropGeneration(client, staged));
}

/** Makes what is missing: city, dataset, generation; notes the run. */
export async function openTarget(
  db: Database,
  names: DatasetNames,
  files: readonly string[],
  replace: boolean,
): Promise<LoadTarget> {
  return db.transaction(async (client) => {
    if (!(await readCity(client))) await writeCity(client, NEUTRAL_CITY);
    const datasetId = await ensureRecordDataset(client, names);
    const found = await (replace ? stagedGeneration(client, datasetId) : liveGeneration(client, datasetId));
    const generation = found ?? (await addGeneration(client, datasetId, replace ? 'staged' : 'live'));
    return { datasetId, generation, batch: await beginRun(client, files) };
  });
}
