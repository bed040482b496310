import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CRS_NAMES } from '../api/shapes.ts';
import type { Database, Queryable } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { PLATFORM } from './federated/platform.ts';
import { compileUpdate } from './federated/readUpdate.ts';
import { compileMapping } from './mapping.ts';
import { OPEN311, open311Problem, withOpen311Defaults } from './open311Config.ts';

export const OUTLET_KINDS = ['cloudevents', 'webhook', 'hotline', 'mqtt', 'open311'] as const;

const expression = z.string().min(1).max(2000);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const AUTH = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Of open311: the keys that may file. */
  z.strictObject({ kind: z.literal('api_key'), keysSha256: z.array(sha256).min(1) }),
  z.strictObject({ kind: z.literal('bearer'), tokenSha256: sha256 }),
  z.strictObject({
    kind: z.literal('hmac'),
    secret: z.string().min(16).max(200).optional(),
    /** Path of a file that holds the secret, so that the database does not. */
    secretFile: z.string().startsWith('/').max(400).optional(),
    windowS: z.number().int().min(1).max(3600).default(300),
  }),
]);

const MQTT = z.strictObject({
  url: z.string().regex(/^(mqtts?|wss?):\/\/[^@]+$/, 'mqtt:// or mqtts:// (ws://, wss://), without a password in it'),
  topics: z.array(z.string().min(1).max(1000)).min(1).max(50),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  /** The broker keeps messages for it while nobody listens. */
  clientId: z.string().min(1).max(100).optional(),
});

/** What an outlet is, beside its name. Each mapping is a JSONata expression over the signal as it came. */
const CONFIG = z.strictObject({
  auth: AUTH,
  crs: z.enum(CRS_NAMES),
  mapping: z.strictObject({
    externalId: expression.optional(),
    category: expression,
    lng: expression,
    lat: expression,
    address: expression.optional(),
    /** Code of a standard address. */
    addressId: expression.optional(),
    description: expression.optional(),
    at: expression.optional(),
    division: expression.optional(),
  }),
  onDuplicate: z.enum(['propose', 'merge']).default('propose'),
  maxBytes: z.number().int().min(1000).max(20_000_000).default(1_000_000),
  maxBatch: z.number().int().min(1).max(10_000).default(1000),
  perSecond: z.number().positive().max(100_000).default(1000),
  silentAfterS: z.number().int().min(1).default(86_400),
  /** Of kind hotline: work orders are dropped into its folder incoming/. */
  folder: z.string().startsWith('/').max(1000).optional(),
  /** Of kind mqtt: what it listens to. */
  mqtt: MQTT.optional(),
  /** Of a federated outlet: who runs its cases. */
  platform: PLATFORM.optional(),
  open311: OPEN311.optional(),
});
const OUTLET = z
  .strictObject({
    key: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/),
    kind: z.enum(OUTLET_KINDS),
    nameZh: z.string().min(1).max(100),
    nameEn: z.string().min(1).max(100),
    owner: z.enum(['hosted', 'federated']).default('hosted'),
    enabled: z.boolean().default(true),
    config: CONFIG,
    /** The outlet's own categories → codes of the city's. */
    categories: z.record(z.string().min(1).max(200), z.string().min(1)).default({}),
  })
  .refine((outlet) => (outlet.owner === 'federated') === (outlet.config.platform !== undefined), {
    path: ['config', 'platform'],
    error: 'a federated outlet has one, a hosted one has none',
  })
  .refine((outlet) => (outlet.kind === 'mqtt') === (outlet.config.mqtt !== undefined), {
    path: ['config', 'mqtt'],
    error: 'an outlet of kind mqtt has it, no other',
  })
  .refine((outlet) => outlet.kind === 'hotline' || outlet.config.folder === undefined, {
    path: ['config', 'folder'],
    error: 'only an outlet of kind hotline has one',
  });

export type OutletFile = z.infer<typeof OUTLET>;
export type OutletConfig = z.infer<typeof CONFIG>;
export interface Outlet extends Omit<OutletFile, 'categories'> {
  id: number;
  /** Of the city: of times that say no zone. */
  timeZone: string;
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Reads an outlet's description. @throws HekanError('bad_request') that names the field. */
export function parseOutlet(given: unknown): OutletFile {
  const parsed = OUTLET.safeParse(withOpen311Defaults(given));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new HekanError('bad_request', `outlet: ${field}: ${issue?.message ?? 'wrong'}`, { field });
  }
  const problem = open311Problem(parsed.data);
  const { auth, mapping, platform } = parsed.data.config;
  if (auth.kind === 'hmac' && (auth.secret === undefined) === (auth.secretFile === undefined))
    throw new HekanError('bad_request', 'outlet: config.auth: one of secret and secretFile', { field: 'config.auth' });
  if (problem !== null) throw new HekanError('bad_request', `outlet: ${problem}`, { field: problem.split(':')[0]! });
  compileMapping(mapping);
  if (platform) compileUpdate(platform, 'UTC');
  return parsed.data;
}

/** Plugs an outlet in, or changes the one of this key. @returns its id.
 * @throws HekanError('bad_request') for a category that the city has not. */
export async function writeOutlet(db: Database, file: OutletFile): Promise<number> {
  return db.transaction(async (client) => {
    const { rows } = await client.query<{ id: number }>(
      `insert into outlet (key, kind, name_zh, name_en, owner, enabled, config)
       values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::boolean, $7::jsonb)
       on conflict (key) do update set kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en,
         owner = excluded.owner, enabled = excluded.enabled, config = excluded.config, changed_at = now()
       returning id`,
      [file.key, file.kind, file.nameZh, file.nameEn, file.owner, file.enabled, JSON.stringify(file.config)],
    );
    const id = rows[0]!.id;
    await writeCategories(client, id, file.categories);
    return id;
  });
}

async function writeCategories(client: Queryable, outletId: number, categories: Record<string, string>) {
  await client.query('delete from signal_category where outlet_id = $1::int', [outletId]);
  const { rows } = await client.query<{ own: string }>(
    `with given as (select * from unnest($2::text[], $3::text[]) as g (own, code)), put as (
       insert into signal_category (outlet_id, code, category_id)
       select $1::int, own, (select min(id) from category c where c.code = given.code) from given
       where exists (select 1 from category c where c.code = given.code)
     )
     select own from given where not exists (select 1 from category c where c.code = given.code) order by own`,
    [outletId, Object.keys(categories), Object.values(categories)],
  );
  const missing = rows[0]?.own;
  if (missing !== undefined)
    throw badRequest(`categories.${missing}`, categories[missing] ?? '', 'the code of a category of this city');
}

const SELECT = `select id, key, kind, name_zh as "nameZh", name_en as "nameEn", owner, enabled, config,
  coalesce((select time_zone from city), 'UTC') as "timeZone" from outlet`;

/** All outlets, in order of key. */
export async function listOutlets(client: Queryable): Promise<Outlet[]> {
  return (await client.query<Outlet>(`${SELECT} order by key`)).rows;
}

/** Those that have signals which wait for their cases, in order of key. */
export async function listBusyOutlets(client: Queryable): Promise<Outlet[]> {
  const busy = `exists (select 1 from signal s where s.outlet_id = outlet.id and s.state = 'received')`;
  return (await client.query<Outlet>(`${SELECT} where ${busy} order by key`)).rows;
}

/** @throws HekanError('not_found'). */
export async function readOutlet(client: Queryable, key: string): Promise<Outlet> {
  const outlet = (await client.query<Outlet>(`${SELECT} where key = $1::text`, [key])).rows[0];
  if (!outlet) throw new HekanError('not_found', `no outlet ${key}`, { field: 'outlet', given: key });
  return outlet;
}

/** Unplugs an outlet that has sent nothing: what came in would lose its source.
 * @throws HekanError: not_found; conflict. */
export async function removeOutlet(db: Database, key: string): Promise<void> {
  await db.transaction(async (client) => {
    const { id } = await readOutlet(client, key);
    const { rows } = await client.query('select 1 from signal where outlet_id = $1::int limit 1', [id]);
    if (rows.length > 0)
      throw new HekanError('conflict', `outlet ${key} has signals: set "enabled": false instead`, {
        field: 'outlet',
        given: key,
      });
    await client.query('delete from signal_category where outlet_id = $1::int', [id]);
    await client.query('delete from outlet where id = $1::int', [id]);
  });
}
