import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { openDatabase, type Database } from '../db/index.ts';

const TEMPLATE = 'hekan_template';

export interface TestDatabase {
  db: Database;
  /** Settings under which a process of its own (the command line, a server) finds the same database. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

async function admin(sql: string): Promise<void> {
  const client = new pg.Client(inject('pgUrl'));
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** A migrated, empty PostgreSQL database of its own. */
export async function freshPostgres(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(`create database ${name} template ${TEMPLATE}`);
  const url = inject('pgUrl').replace(/\/postgres$/, `/${name}`);
  const db = await openDatabase({ url, folder: '', poolSize: 6 });
  return {
    db,
    env: { DATABASE_URL: url },
    async remove() {
      await db.close();
      await admin(`drop database ${name} with (force)`);
    },
  };
}

/** A migrated, empty embedded engine with a folder of its own. */
export async function freshEmbedded(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-test-'));
  cpSync(join(inject('embeddedTemplate'), 'city'), join(folder, 'city'), { recursive: true });
  const db = await openDatabase({ url: undefined, folder, poolSize: 4 });
  return {
    db,
    env: { HEKAN_DATA: folder, DATABASE_URL: '' },
    async remove() {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same tests on both engines, each with an empty city of its own. @param body gets a function that gives the database. */
export function describeOnEngines(name: string, body: (open: () => Database, test: () => TestDatabase) => void): void {
  const engines = { PostgreSQL: freshPostgres, embedded: freshEmbedded };
  for (const [engine, fresh] of Object.entries(engines)) {
    // Without PostgreSQL on the machine the runner has said so; in CI it is always there.
    describe.skipIf(engine === 'PostgreSQL' && inject('pgUrl') === '')(`${name} on ${engine}`, () => {
      let database: TestDatabase;
      beforeAll(async () => {
        database = await fresh();
      });
      afterAll(() => database.remove());
      body(
        () => database.db,
        () => database,
      );
    });
  }
}
