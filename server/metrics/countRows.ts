import type { Database } from '../db/index.ts';

/** The same database, which tells how many rows each reading brought. */
export function countRows(db: Database, tell: (rows: number) => void): Database {
  return {
    ...db,
    async read(name, text, params, signal) {
      const rows = await db.read(name, text, params, signal);
      tell(rows.length);
      return rows as never;
    },
    async query(text, params) {
      const result = await db.query(text, params);
      tell(result.rows.length);
      return result as never;
    },
  };
}
