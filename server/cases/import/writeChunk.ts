import { locateDivisions } from '../../city/index.ts';
import type { Queryable } from '../../db/index.ts';
import { readStored, updateCases, type StoredCase } from '../update.ts';
import { insertCases } from '../write.ts';
import { announceChunk } from './announce.ts';
import type { ReadCase } from './readCase.ts';
import { changedFields, toChange, toNewCase, toValues } from './toCase.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ChunkResult {
  inserted: number;
  updated: number;
  unchanged: number;
  outside: number;
}

export interface ChunkOptions {
  /** null: a dry run of a dataset that is not there yet. */
  datasetId: number | null;
  vocabulary: Vocabulary;
  now: Date;
  /** false: only tells what would be done. */
  write: boolean;
}

function samePosition(read: ReadCase, stored: StoredCase): boolean {
  return (read.position?.[0] ?? null) === stored.lng && (read.position?.[1] ?? null) === stored.lat;
}

/** Divisions of the cases: of stored ones that stand where they stood, the one they were filed under. */
async function findDivisions(
  client: Queryable,
  cases: readonly ReadCase[],
  stored: Map<string, StoredCase>,
): Promise<number[]> {
  const kept = cases.map((read) => {
    const before = stored.get(read.externalId);
    return before && samePosition(read, before) ? before.divisionId : null;
  });
  const found = await locateDivisions(
    client,
    cases.map(({ position }, i) => (kept[i] === null ? position : null)),
  );
  return kept.map((id, i) => id ?? found[i] ?? 0);
}

/**
 * Takes a chunk of cases in, whole or not at all: new ones are inserted, changed ones changed, the others left alone; what they
 * add to the counts goes in the caller's transaction.
 * @param cases of different external ids.
 */
export async function writeChunk(
  client: Queryable,
  cases: readonly ReadCase[],
  options: ChunkOptions,
): Promise<ChunkResult> {
  const { datasetId, vocabulary, now, write } = options;
  if (write) await vocabulary.learn(client, cases);
  const ids = cases.map(({ externalId }) => externalId);
  const stored = datasetId === null ? new Map<string, StoredCase>() : await readStored(client, datasetId, ids, write);
  const divisions = await findDivisions(client, cases, stored);
  const result: ChunkResult = { inserted: 0, updated: 0, unchanged: 0, outside: 0 };
  const fresh = [];
  const changes = [];
  for (const [i, read] of cases.entries()) {
    const values = toValues(read, vocabulary.wordsOf(read), divisions[i] ?? 0);
    if (read.position && values.divisionId === 0) result.outside++;
    const before = stored.get(read.externalId);
    const changed = before ? changedFields(before, values) : [];
    if (!before) fresh.push(toNewCase(read, values, now));
    else if (changed.length > 0) changes.push(toChange(before, values, changed, now));
    else result.unchanged++;
  }
  result.updated = changes.length;
  result.inserted = fresh.length;
  if (!write || datasetId === null) return result;
  const inserted = await insertCases(client, datasetId, fresh);
  // Whoever imports the same file at the same time was quicker with these.
  result.inserted = inserted.size;
  result.unchanged += fresh.length - inserted.size;
  await updateCases(client, changes);
  await announceChunk(client, { fresh, inserted, changes, stored });
  return result;
}
