import knexFactory, { type Knex } from 'knex';
import { MIGRATIONS, type Migration } from '../../migrations/index.ts';
import { HekanError } from '../errors.ts';
import type { Database, Queryable } from './database.ts';

const ADVISORY_KEY = 4_731_902_115;
const MIN_SERVER = 150_000;
const MIN_POSTGIS = [3, 3] as const;

/** Knex writes SQL for us; its connection is never opened. */
export const sqlBuilder: Knex = knexFactory({ client: 'pg' });

async function checkServer(db: Database): Promise<void> {
  const { rows } = await db.query<{ version: number; ctype: string; name: string }>(
    `select current_setting('server_version_num')::int as version, datctype as ctype, datname as name
       from pg_database where datname = current_database()`,
  );
  const server = rows[0];
  if (!server) return;
  if (server.version < MIN_SERVER) {
    throw new HekanError('setup', `PostgreSQL 15 or newer is needed, this server is ${server.version}`, {
      field: 'DATABASE_URL',
      given: String(server.version),
    });
  }
  if (server.ctype === 'C' || server.ctype === 'POSIX') {
    throw new HekanError(
      'setup',
      `database ${server.name} has LC_CTYPE ${server.ctype}, which does not know Chinese letters; make it with ` +
        `createdb --template template0 --encoding UTF8 --lc-ctype C.UTF-8 ${server.name}`,
      { field: 'LC_CTYPE', given: server.ctype },
    );
  }
}

async function ensurePostgis(client: Queryable): Promise<void> {
  const installed = await client.query("select 1 from pg_extension where extname = 'postgis'");
  if (installed.rows.length === 0) {
    await client.query('create extension postgis').catch((cause: unknown) => {
      throw new HekanError(
        'setup',
        'no PostGIS in this database: install it (Debian: postgresql-15-postgis-3), then as a superuser: create extension postgis',
        { field: 'DATABASE_URL', cause },
      );
    });
  }
  const { rows } = await client.query<{ version: string }>('select postgis_lib_version() as version');
  const version = rows[0]?.version ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < MIN_POSTGIS[0] || (major === MIN_POSTGIS[0] && minor < MIN_POSTGIS[1])) {
    throw new HekanError('setup', `PostGIS ${MIN_POSTGIS.join('.')} or newer is needed, this is ${version}`, {
      field: 'DATABASE_URL',
      given: version,
    });
  }
}

/** Runs a migration's knex.raw and schema calls inside our own transaction, so that both engines take the same path. */
function knexOver(client: Queryable): Knex {
  const raw = async (sql: string) => client.query(sql);
  return { raw } as unknown as Knex;
}

function checkKnown(done: string[], known: Migration[]): void {
  const newest = done.find((name) => !known.some((migration) => migration.name === name));
  if (newest !== undefined) {
    throw new HekanError(
      'setup',
      `the database is newer than this code: it has migration ${newest}; run the version that made it, or a newer one`,
      { field: 'migration', given: newest },
    );
  }
}

/**
 * Brings the schema up to this code: checks the server first, then runs what is missing, all or nothing. Safe to run twice
 * and by two processes at once: PostgreSQL takes a lock, on the embedded engine the transaction itself is exclusive.
 * @returns the names that ran.
 * @throws HekanError('setup'): server too old, wrong LC_CTYPE, no PostGIS, database newer than the code.
 */
export async function migrate(db: Database): Promise<string[]> {
  await checkServer(db);
  return db.transaction(async (client) => {
    if (db.engine === 'postgresql') await client.query('select pg_advisory_xact_lock($1::bigint)', [ADVISORY_KEY]);
    await ensurePostgis(client);
    await client.query(
      'create table if not exists migration (name text primary key, at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string }>('select name from migration order by name');
    const done = rows.map((row) => row.name);
    checkKnown(done, MIGRATIONS);
    const pending = MIGRATIONS.filter((migration) => !done.includes(migration.name));
    for (const migration of pending) {
      await migration.up(knexOver(client));
      await client.query('insert into migration (name) values ($1::text)', [migration.name]);
    }
    return pending.map((migration) => migration.name);
  });
}
