import { codeOfCell, coarsenCodes } from '../../../tiles/codes.ts';
import { cellOf } from '../../../tiles/morton.ts';
import { appendDataEvent, type Queryable } from '../../db/index.ts';
import { CASE_LAYERS } from '../announce.ts';
import type { CaseChange, StoredCase } from '../update.ts';
import type { NewCase } from '../write.ts';

/** Dirty codes told of one chunk. */
const MAX_DIRTY = 200;

interface Written {
  fresh: readonly NewCase[];
  /** Ids of those of `fresh` that went in, by external id. */
  inserted: ReadonlyMap<string, number>;
  changes: readonly CaseChange[];
  /** What the changed ones were, by external id. */
  stored: ReadonlyMap<string, StoredCase>;
}

interface Positioned {
  lng: number | null;
  lat: number | null;
}

/** Tells what a chunk changed: which cases, and where they are and were. */
export async function announceChunk(client: Queryable, { fresh, inserted, changes, stored }: Written): Promise<void> {
  const caseIds = [...inserted.values(), ...changes.map(({ id }) => id)];
  if (caseIds.length === 0) return;
  const changed = new Set(changes.map(({ id }) => id));
  const before = [...stored.values()].filter(({ id }) => changed.has(id));
  const places: Positioned[] = [...fresh.filter(({ externalId }) => inserted.has(externalId)), ...changes, ...before];
  const codes = places.flatMap(({ lng, lat }) => (lng === null || lat === null ? [] : [codeOfCell(cellOf(lng, lat))]));
  await appendDataEvent(client, 'cases', CASE_LAYERS, { dirty: coarsenCodes(codes, MAX_DIRTY), caseIds });
}
