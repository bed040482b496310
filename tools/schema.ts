/** Writes migrations/schema.sql from a freshly migrated PostgreSQL; with --check only compares. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, openDatabase } from '../server/db/index.ts';
import { postgresBin, startPostgres } from '../server/testing/postgres.ts';

const FILE = new URL('../migrations/schema.sql', import.meta.url).pathname;

/** The schema as pg_dump tells it, without what changes by version or machine. */
export async function dumpSchema(): Promise<string> {
  const bin = postgresBin();
  if (!bin) throw new Error('PostgreSQL is not installed: apt-get install postgresql-15-postgis-3');
  const postgres = await startPostgres();
  try {
    const db = await openDatabase({ url: postgres.url, folder: '', poolSize: 2 });
    await migrate(db);
    await db.close();
    const args = ['--schema-only', '--no-owner', '--no-privileges', '--schema=public', `--dbname=${postgres.url}`];
    const dump = execFileSync(join(bin, 'pg_dump'), args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    const kept = dump
      .split('\n')
      .filter(
        (line) =>
          !/^(--.*|\\.*|SET .*|SELECT pg_catalog\.set_config.*|CREATE SCHEMA public;|COMMENT ON SCHEMA public.*)$/.test(
            line,
          ),
      );
    const header = '-- Made by `npm run schema` from the migrations; checked by `npm run check`. Do not edit.\n';
    return (
      header +
      kept
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim() +
      '\n'
    );
  } finally {
    postgres.stop();
  }
}

if (import.meta.main) {
  const dump = await dumpSchema();
  if (process.argv.includes('--check')) {
    if (readFileSync(FILE, 'utf8') !== dump) {
      console.error('migrations/schema.sql differs from the migrations: run npm run schema');
      process.exit(1);
    }
  } else writeFileSync(FILE, dump);
}
