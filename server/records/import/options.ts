/** What an import of records is told. */
export interface RecordImportOptions {
  /** Path of a MAP.json. */
  map: string;
  /** Key of the dataset; default: the mapping's name. */
  dataset?: string | undefined;
  /** Where rejects go, of one file; default: FILE.rejects.csv in the current folder. */
  rejects?: string | undefined;
  /** Loads the files beside what is there, and then puts them in its place. */
  replace?: boolean | undefined;
  /** Reads and checks, writes nothing. */
  dryRun?: boolean | undefined;
  /** Ends the import after the chunk under way. */
  signal?: AbortSignal | undefined;
  /** Bytes of a chunk, for tests. */
  chunkBytes?: number | undefined;
}

/** A demonstration, whose figures must not mix with real ones. */
export interface DemoGuard {
  /** Whether there is one, or the rest of one. @throws HekanError('conflict') where it may not be retired. */
  isThere(): Promise<boolean>;
  retire(): Promise<void>;
}
