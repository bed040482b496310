import type { ParseArgsConfig } from 'node:util';
import { parseConfig, type Config } from '../config.ts';
import { drainOutbox, migrate, openDatabase, type Database } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import { needsTally, recount } from '../cases/index.ts';
import { needsRebuild, rankPlaces, rebuildDensity } from '../records/index.ts';

export interface Given {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  positionals: string[];
}

/** One word of the command line. */
export interface Command {
  usage: string;
  options: NonNullable<ParseArgsConfig['options']>;
  /** @returns the exit code. */
  run(given: Given): Promise<number>;
}

export function textOption({ values }: Given, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws HekanError('bad_request') for what is no number, or out of range. */
export function numberOption(given: Given, name: string, preset: number, min: number, max: number): number {
  const text = textOption(given, name);
  if (text === undefined) return preset;
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max))
    throw badRequest(`--${name}`, text, `a number ${min} to ${max}`);
  return value;
}

/** @throws HekanError('bad_request') for what is no instant. */
export function instantOption(given: Given, name: string): Date | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const at = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at.getTime()))
    throw badRequest(`--${name}`, text, 'an ISO 8601 instant');
  return at;
}

export const readConfig = (): Config => parseConfig(process.env);

/** Opens the city's database, migrated, for one command, and closes it. Beside a running server or alone. */
export async function withDatabase<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig();
  const db = await openCityDatabase(config);
  try {
    const result = await work(db, config);
    await drainOutbox(db);
    return result;
  } finally {
    await db.close();
  }
}

/** The database that the settings name, migrated. */
export async function openCityDatabase(config: Config): Promise<Database> {
  const db = await openDatabase({
    url: config.DATABASE_URL,
    folder: config.HEKAN_DATA,
    poolSize: config.HEKAN_POOL,
    readers: config.HEKAN_READERS,
    onProgress: () => console.log(`· opening the embedded engine in ${config.HEKAN_DATA}`),
  });
  try {
    const ran = await migrate(db);
    if (ran.length > 0) console.log(`· schema: ${ran.length} migration(s) applied`);
    if (await needsRebuild(db)) {
      console.log('· counting the density of all records anew');
      await db.transaction(rebuildDensity);
      await rankPlaces(db, null);
    }
    if (await needsTally(db)) {
      console.log('· counting all cases anew');
      await db.transaction(recount);
    }
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
