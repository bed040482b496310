/** A row of a file, whatever the file's form. */
export interface SourceRow {
  /** Of the file, 1 = the header; of GeoJSON and OSM its number among the features. */
  line: number;
  /** Why it cannot be read, as a reason of rejects; null: it can. */
  problem: string | null;
  /** A column or property as text, trimmed; '' where it is not there. @param name in lower case. */
  text(name: string): string;
  /** GeoJSON as it stands; undefined: lng and lat are columns. */
  geometry?: unknown;
  /** As it stood in the file. */
  raw(): string;
}

/** A file of rows. */
export interface RowSource {
  path: string;
  /** What its rows are found by, in lower case; complete when the first batch has come. */
  readonly columns: ReadonlySet<string>;
  /** Whether rows carry a geometry, not lng and lat. */
  hasGeometry: boolean;
  /** What should be told of it. */
  notes: string[];
  /** In whatever it counts in. */
  readonly total: number;
  readonly read: number;
  batches(): AsyncIterable<SourceRow[]>;
  /** Complete when batches() has ended. */
  sha256(): string;
}

/** The first of some columns that a file has, or null. */
export function findColumn(columns: ReadonlySet<string>, names: readonly string[]): string | null {
  return names.find((name) => columns.has(name)) ?? null;
}
