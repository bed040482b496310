import type { Queryable } from './database.ts';

/** Column name and PostgreSQL type, in the order of a row's values. */
export type BulkColumns = readonly (readonly [name: string, type: string])[];

/** `unnest($1::text[], $2::int[] …) as input (a, b …)`: many rows as one statement on both engines (the embedded one has no COPY). */
export function unnestInput(columns: BulkColumns, firstParam = 1): string {
  const arrays = columns.map(([, type], i) => `$${firstParam + i}::${arrayType(type)}[]`).join(', ');
  return `unnest(${arrays}) as input (${columns.map(([name]) => name).join(', ')})`;
}

/** An array of geometries is written with colons between them, which no driver does: they travel as text. */
function arrayType(type: string): string {
  return type === 'geometry' ? 'text' : type;
}

/** Turns rows into one array a column, as unnestInput takes them. */
export function toColumns(columns: BulkColumns, rows: readonly (readonly unknown[])[]): unknown[][] {
  return columns.map((_, i) => rows.map((row) => row[i] ?? null));
}

/** Inserts rows in one statement. Geometry goes as EWKT text with type 'geometry'. */
export async function insertRows(
  client: Queryable,
  table: string,
  columns: BulkColumns,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map(([name]) => name).join(', ');
  const values = columns.map(([name, type]) => (type === 'geometry' ? `${name}::geometry` : name)).join(', ');
  await client.query(
    `insert into ${table} (${names}) select ${values} from ${unnestInput(columns)}`,
    toColumns(columns, rows),
  );
}

/** Cuts any iterable into arrays of at most `size`. */
export function* chunked<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
