import { join } from 'node:path';
import { z } from 'zod';
import { HekanError } from './errors.ts';

const port = z.coerce.number().int().min(0).max(65535);

/** Every setting there is, with its default. `.env.example` is checked against this. */
export const CONFIG_SCHEMA = z.object({
  /** Where the server listens. 0 = any free port. */
  PORT: port.default(8787),
  /** Which address it listens on; 0.0.0.0 for every interface. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** PostgreSQL ≥ 15 with PostGIS ≥ 3.3. Unset: the embedded engine. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'a postgres:// URL')
    .optional(),
  /** Folder of the embedded engine, of its logs and of built pages' stamps. */
  HEKAN_DATA: z.string().min(1).default('.hekan'),
  /** Connections to PostgreSQL a server process holds at most. */
  HEKAN_POOL: z.coerce.number().int().min(2).max(200).default(10),
  /** Sessions beside them for tiles; each statement in one is cut off after 5 s. */
  HEKAN_READERS: z.coerce.number().int().min(1).max(200).default(4),
  /** Processes that answer, on PostgreSQL. 0: as many as there are cores. */
  HEKAN_WORKERS: z.coerce.number().int().min(0).max(256).default(0),
  /** Bytes the tile cache of a process may hold, in MB. */
  HEKAN_TILE_CACHE_MB: z.coerce.number().int().min(1).max(65536).default(64),
  /** Seconds that a shared cache in front may keep a tile without asking. 0: it must ask each time. */
  HEKAN_TILE_SHARED_MAX_AGE_S: z.coerce.number().int().min(0).max(86_400).default(0),
  /** Public address where a proxy stands in front, e.g. https://city.example; used in TileJSON. */
  HEKAN_PUBLIC_URL: z.url().optional(),
  /** Whoever gives it as a bearer token may take steps on cases over HTTP. Unset: nobody may. */
  HEKAN_OPERATOR_TOKEN: z.string().min(16).optional(),
  /** Whoever gives it as a bearer token may bring visits of collectors and read what collectors need. The operator's does too. */
  HEKAN_COLLECTOR_TOKEN: z.string().min(16).optional(),
  /** Folder of photos and files of cases, where they do not go to a store. Unset: beside the embedded engine. */
  HEKAN_ATTACHMENTS: z.string().min(1).optional(),
  /** An S3-compatible store for them, e.g. http://minio.city:9000. */
  HEKAN_S3_ENDPOINT: z.url().optional(),
  HEKAN_S3_BUCKET: z.string().min(1).default('hekan'),
  HEKAN_S3_REGION: z.string().min(1).default('us-east-1'),
  HEKAN_S3_ACCESS_KEY: z.string().default(''),
  HEKAN_S3_SECRET_KEY: z.string().default(''),
  /** Ed25519 private key (PKCS8 as PEM) that signs the months that have ended. Unset: one in HEKAN_DATA, made when it is first needed. */
  HEKAN_SIGNING_KEY_FILE: z.string().min(1).optional(),
  /** Hours that a city gives late reports before a month's figures are taken; they are of that instant. */
  HEKAN_SETTLING_HOURS: z.coerce.number().int().min(0).max(720).default(0),
  /** Folder into which the report of each day and of each month is written. Unset: none are. */
  HEKAN_REPORT_FOLDER: z.string().min(1).optional(),
  /** fatal, error, warn, info, debug, silent */
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

export type Config = z.infer<typeof CONFIG_SCHEMA>;

/** Where the key lies that signs months; one that the settings name must be there. */
export function signingKeyPlace(config: Config): { file: string; make: boolean } {
  const { HEKAN_SIGNING_KEY_FILE: file, HEKAN_DATA: folder } = config;
  return file === undefined ? { file: join(folder, 'snapshot-key.pem'), make: true } : { file, make: false };
}

/** Reads settings from an environment. Empty strings count as unset.
 * @throws HekanError('setup') that names the setting, the value and what was expected. */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.keys(CONFIG_SCHEMA.shape).flatMap((key) => (env[key] ? [[key, env[key]]] : [])),
  );
  const parsed = CONFIG_SCHEMA.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = String(issue?.path[0] ?? '');
  const shown = field === 'DATABASE_URL' ? '(hidden)' : (env[field] ?? '');
  throw new HekanError('setup', `setting ${field}: ${issue?.message ?? 'wrong'}, got ${JSON.stringify(shown)}`, {
    field,
    given: shown,
  });
}
