import { appendDataEvent, type Queryable } from '../../db/index.ts';
import { appendRecordCounts } from '../counts.ts';
import { appendDensity, dirtyCodes, RECORD_LAYERS } from '../density.ts';
import { recordTable } from '../generations.ts';
import type { ChunkCounts } from './chunkCounts.ts';
import { encodeRecords, RECORD_COLUMNS } from './copyRecords.ts';
import { dayText } from './days.ts';
import { writeLedger, type LedgerEntry } from './ledger.ts';
import type { PlaceIndex } from './placeIndex.ts';
import { NO_PLACE, type RecordRows } from './rows.ts';

/** Where a load puts its rows. */
export interface LoadTarget {
  datasetId: number;
  generation: number;
  /** The run that brings them. */
  batch: number;
}

/** A chunk that is read and counted. */
export interface ReadyChunk {
  file: string;
  number: number;
  entry: LedgerEntry;
  rows: RecordRows;
  order: Int32Array;
  /** null: the generation is not counted yet. */
  counts: ChunkCounts | null;
}

/** Writes a chunk: rows, what they add to the counts, the ledger and the notice. Inside one transaction it is there or it is not. */
export async function writeChunk(
  client: Queryable,
  chunk: ReadyChunk,
  target: LoadTarget,
  places: PlaceIndex,
): Promise<void> {
  await writeLedger(client, target.generation, chunk.file, chunk.number, chunk.entry);
  if (chunk.rows.size === 0) return;
  await writeRows(client, chunk, target, places);
  if (!chunk.counts) return;
  const { blocks, divisions } = chunk.counts;
  await appendDensity(client, target.datasetId, blocks);
  await appendRecordCounts(client, target.datasetId, divisions);
  await appendDataEvent(client, 'records', RECORD_LAYERS, { dirty: dirtyCodes(blocks), caseIds: [] });
}

async function writeRows(
  client: Queryable,
  { rows, order }: ReadyChunk,
  { generation, batch }: LoadTarget,
  places: PlaceIndex,
): Promise<void> {
  const table = recordTable(generation);
  if (client.copy) {
    const encoded = encodeRecords(rows, order, places, generation, batch);
    await client.copy.in(`copy ${table} (${RECORD_COLUMNS}) from stdin (format binary)`, encoded.parts());
    return;
  }
  const at = Array.from(order);
  const placed = (read: (place: number) => string | number) =>
    at.map((row) => (rows.place[row] === NO_PLACE ? null : read(rows.place[row]!)));
  await client.query(
    `insert into ${table} (${RECORD_COLUMNS})
     select $1::int, cell, n, class, day, key, $2::int
     from unnest($3::bigint[], $4::int[], $5::smallint[], $6::date[], $7::text[]) as r (cell, n, class, day, key)`,
    [
      generation,
      batch,
      placed((place) => ((BigInt(places.high[place]!) << 32n) | BigInt(places.low[place]!)).toString()),
      placed((place) => places.n[place]!),
      at.map((row) => rows.class[row]),
      at.map((row) => dayText(rows.day[row]!)),
      at.map((row) => rows.key(row)),
    ],
  );
}
