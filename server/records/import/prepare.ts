import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Chunk, RecordCursor, RejectsFile } from '../../files/index.ts';
import { countChunk } from './chunkCounts.ts';
import type { FieldNumbers, RecordReader } from './readRecord.ts';
import type { PlaceIndex } from './placeIndex.ts';
import { RecordRows } from './rows.ts';
import type { ReadyChunk } from './writeChunk.ts';

/** Rows after which others may have a turn: the chunk before this one is on its way to the database meanwhile. */
const TURN = 4000;
/** A guess, for the first size of arrays. */
const ROW_BYTES = 50;

/** What identifies a chunk's content. */
export function hashChunk(chunk: Chunk): string {
  return createHash('sha256').update(chunk.bytes).digest('hex');
}

/** Reads a chunk's records: those that can be taken into rows, the others to the rejects. @returns rows, and how many were read. */
export async function readChunk(
  chunk: Chunk,
  cursor: RecordCursor,
  fields: FieldNumbers,
  reader: RecordReader,
  rejects: RejectsFile,
): Promise<{ rows: RecordRows; read: number }> {
  const rows = new RecordRows(Math.ceil(chunk.bytes.length / ROW_BYTES), chunk.bytes.length >> 2);
  let read = 0;
  while (cursor.next()) {
    read++;
    const problem = reader.take(cursor, fields, rows);
    if (problem) rejects.add({ line: cursor.line, ...problem, raw: cursor.raw() });
    if (read % TURN === 0) await breathe();
  }
  return { rows, read };
}

/** Orders and counts what was read of a chunk. @param counted false: its generation is not counted yet. */
export async function countReady(
  file: string,
  chunk: Chunk,
  sha256: string,
  { rows, read }: { rows: RecordRows; read: number },
  places: PlaceIndex,
  counted: boolean,
): Promise<ReadyChunk> {
  const order = rows.order();
  await breathe();
  const counts = counted ? await countChunk(rows, order, places) : null;
  const entry = { sha256, rows: rows.size, notLocated: rows.notLocated, rejected: read - rows.size };
  return { file, number: chunk.number, entry, rows, order, counts };
}
