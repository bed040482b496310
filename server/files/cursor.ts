/** Goes through the records of a chunk. What it shows of a record holds until the next. */
export interface RecordCursor {
  /** @returns false: there are no more. */
  next(): boolean;
  /** Line of the file on which the record begins, 1 = the first. */
  readonly line: number;
  /** Where the fields are: `bytes` from starts[i] to ends[i]. UTF-8, unless the file lies. */
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Why the fields cannot be read, as a reason of rejects; null: they can. */
  readonly problem: string | null;
  /** The record as it stands in the file. */
  raw(): string;
}

/** A field as text. */
export function fieldText(cursor: RecordCursor, field: number): string {
  return cursor.bytes.toString('utf8', cursor.starts[field], cursor.ends[field]);
}
