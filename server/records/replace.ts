import { coarsenCodes } from '../../tiles/codes.ts';
import type { PyramidBlock } from '../../tiles/pyramid.ts';
import { appendDataEvent, type Database, type Queryable } from '../db/index.ts';
import { appendGenerationCounts } from './counts.ts';
import { appendDensity, dirtyCodes, RECORD_LAYERS } from './density.ts';
import { dropGeneration, liveGeneration, setGenerationState } from './generations.ts';
import { buildBlocks } from './rebuild.ts';

/** Dirty codes told of one replacement: more are taken together. */
const MAX_DIRTY = 200;

/** Adds all that a generation counts for, or takes it away again. @returns locational codes of where that is. */
export async function countGeneration(
  client: Queryable,
  datasetId: number,
  generation: number,
  sign: 1 | -1,
): Promise<number[]> {
  const codes: number[] = [];
  const append = async (blocks: PyramidBlock[]): Promise<void> => {
    await appendDensity(client, datasetId, blocks, sign);
    for (const code of dirtyCodes(blocks)) codes.push(code);
  };
  await buildBlocks(client, [generation], append);
  await appendGenerationCounts(client, datasetId, generation, sign);
  return codes;
}

/** Puts a staged generation in the place of the live one, in one transaction: readers see the one or the other. */
export async function makeLive(db: Database, datasetId: number, staged: number): Promise<void> {
  await db.transaction(async (client) => {
    const live = await liveGeneration(client, datasetId);
    const gone = live === null ? [] : await countGeneration(client, datasetId, live, -1);
    if (live !== null) await setGenerationState(client, live, 'retired');
    const come = await countGeneration(client, datasetId, staged, 1);
    await setGenerationState(client, staged, 'live');
    const dirty = coarsenCodes([...gone, ...come], MAX_DIRTY);
    await appendDataEvent(client, 'records', RECORD_LAYERS, { dirty, caseIds: [] });
  });
  await dropRetired(db);
}

/** Drops the tables of generations that are no longer counted, also those that an interruption left. */
export async function dropRetired(db: Database): Promise<void> {
  const { rows } = await db.query<{ id: number }>(
    `select id from dataset_generation where state = 'retired' order by id`,
  );
  for (const { id } of rows) await db.transaction((client) => dropGeneration(client, id));
}
