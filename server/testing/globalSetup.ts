import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate, openDatabase } from '../db/index.ts';
import { enginePaths } from '../db/embedded/paths.ts';
import { takeLock } from '../db/embedded/lock.ts';
import { postgresBin, startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's URL of the test cluster; '' where PostgreSQL is not installed. */
    pgUrl: string;
    /** A migrated, closed folder of the embedded engine, to be copied. */
    embeddedTemplate: string;
  }
}

export const TEMPLATE_DATABASE = 'hekan_template';

async function makePgTemplate(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const db = await openDatabase({ url: url.replace(/\/postgres$/, `/${TEMPLATE_DATABASE}`), folder: '', poolSize: 2 });
  await migrate(db);
  await db.close();
}

async function makeEmbeddedTemplate(folder: string): Promise<void> {
  const db = await openDatabase({ url: undefined, folder, poolSize: 2 });
  await migrate(db);
  await db.close();
  // The engine lets go of the folder some seconds after the last lease: only then may it be copied.
  const { lock } = enginePaths(folder);
  while (!takeLock(lock)) await sleep(100);
}

/** One PostgreSQL and one embedded template for all test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-template-'));
  const postgres = postgresBin() ? await startPostgres() : null;
  if (postgres) await makePgTemplate(postgres.url);
  await makeEmbeddedTemplate(folder);
  project.provide('pgUrl', postgres?.url ?? '');
  project.provide('embeddedTemplate', folder);
  return async () => {
    postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
