/** Where long work tells how far it is. The terminal, a log, or nothing. */
export interface ImportOutput {
  /**
   * How far the work is.
   * @param done of `total`, in whatever the work counts in (bytes of a file, features).
   * @param total null: not known.
   * @param note for people, e.g. "12,000 rows".
   */
  progress(done: number, total: number | null, note?: string): void;
  /** One line that stays. */
  line(text: string): void;
}

export const SILENT: ImportOutput = { progress: () => undefined, line: () => undefined };
